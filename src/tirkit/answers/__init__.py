"""Find, normalise and compare answers. Model text is never evaluated here."""

from tirkit.answers.classes import classes
from tirkit.answers.equivalence import equivalent, equivalent_async, known, settle
from tirkit.answers.extract import Extraction, extract
from tirkit.answers.normalize import is_number, normalize
from tirkit.answers.outcome import Equivalence
from tirkit.answers.pool import AnswerPool, default_pool

__all__ = (
    "AnswerPool",
    "Equivalence",
    "Extraction",
    "classes",
    "default_pool",
    "equivalent",
    "equivalent_async",
    "extract",
    "is_number",
    "known",
    "normalize",
    "settle",
)
