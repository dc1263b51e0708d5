"""One canonical form per answer: numbers, structures and cleaned text. Nothing is evaluated."""

from tirkit.answers.normalize.canonical import normalize
from tirkit.answers.normalize.limits import MAX_ANSWER_CHARS, MAX_DIGITS
from tirkit.answers.normalize.numbers import is_number, read_in_base
from tirkit.answers.normalize.structures import Kind, Structure, parse_structure

__all__ = (
    "MAX_ANSWER_CHARS",
    "MAX_DIGITS",
    "Kind",
    "Structure",
    "is_number",
    "normalize",
    "parse_structure",
    "read_in_base",
)
