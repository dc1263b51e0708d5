"""Find, normalise and compare answers. Model text is never evaluated here."""

from tirkit.answers.equivalence import Equivalence, equivalent, equivalent_async
from tirkit.answers.extract import Extraction, extract
from tirkit.answers.normalize import is_number, normalize

__all__ = (
    "Equivalence",
    "Extraction",
    "equivalent",
    "equivalent_async",
    "extract",
    "is_number",
    "normalize",
)
