"""The rungs of the comparison that need no symbols: text, integer, rational, decimal, parts."""

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.answers.normalize import is_number
from tirkit.answers.outcome import Equivalence


def compare_cheap(one: str, other: str, how: Comparison = EXACT) -> Equivalence | None:
    """Compare two canonical forms; None where only symbols can tell. Symmetric, never raises."""
    if one == other:
        return Equivalence.EQUAL
    if is_number(one) and is_number(other) and how.exact:
        return Equivalence.DIFFERENT
    return None
