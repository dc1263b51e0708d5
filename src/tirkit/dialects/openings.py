"""What a fresh attempt is shown, before it is made into tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tirkit.types import ChatMessage, Piece


@dataclass(frozen=True, slots=True)
class PlainPrompt:
    """A prompt for a base model or a fine-tuned completion format."""

    text: str


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """A prompt that goes through the model's chat template.

    Attributes:
        messages: the conversation.
        prefix: what the assistant is made to begin with.
        tools: declarations of tools for the template.
        options: further variables of the template.
    """

    messages: Sequence[ChatMessage]
    prefix: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PiecesPrompt:
    """A prompt the dialect has rendered itself, special tokens told from plain text."""

    pieces: tuple[Piece, ...]


Opening = PlainPrompt | ChatPrompt | PiecesPrompt
