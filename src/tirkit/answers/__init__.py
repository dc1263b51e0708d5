"""Find, normalise and compare answers. Model text is never evaluated here."""

from tirkit.answers.admit import admit
from tirkit.answers.classes import classes
from tirkit.answers.comparison import Comparison
from tirkit.answers.equivalence import equivalent, equivalent_async, known, settle
from tirkit.answers.extract import (
    BOXES,
    Extraction,
    Refusal,
    Source,
    extract,
    extract_every,
    final_segment,
    last_output,
    parse_sources,
)
from tirkit.answers.normalize import is_number, normalize
from tirkit.answers.outcome import Equivalence
from tirkit.answers.pool import AnswerPool, default_pool

__all__ = (
    "BOXES",
    "AnswerPool",
    "Comparison",
    "Equivalence",
    "Extraction",
    "Refusal",
    "Source",
    "admit",
    "classes",
    "default_pool",
    "equivalent",
    "equivalent_async",
    "extract",
    "extract_every",
    "final_segment",
    "is_number",
    "known",
    "last_output",
    "normalize",
    "parse_sources",
    "settle",
)
