"""How a model family writes code calls and final answers, and how results are shown to it."""

from tirkit.dialects.events import (
    CodeCall,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
)
from tirkit.dialects.fenced import FencedDialect
from tirkit.dialects.interface import CodeFollower, Dialect, Parser
from tirkit.dialects.openings import ChatPrompt, Opening, PlainPrompt
from tirkit.dialects.registry import dialect_from_name, dialect_names
from tirkit.dialects.result_text import result_text

__all__ = (
    "ChatPrompt",
    "CodeCall",
    "CodeFollower",
    "Dialect",
    "FencedDialect",
    "Finished",
    "Malformed",
    "MalformedKind",
    "Opening",
    "Parser",
    "ParserEvent",
    "PlainPrompt",
    "dialect_from_name",
    "dialect_names",
    "result_text",
)
