"""What comparing two answers gives."""

from enum import StrEnum


class Equivalence(StrEnum):
    """Outcome of comparing two answers. Only EQUAL counts as right or as the same vote."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """Neither shown equal nor shown different: it could not be read, or not settled in time."""
