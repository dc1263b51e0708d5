"""Do two answers say the same? The cheapest test that can decide does."""

from enum import StrEnum

from tirkit.answers.normalize import is_number, normalize
from tirkit.types import Answer


class Equivalence(StrEnum):
    """What comparing two answers gave. Only EQUAL counts as right or as the same vote."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """Neither shown equal nor shown different, such as `x+1` and `1+x` by text alone."""


def equivalent(left: str | Answer, right: str | Answer) -> Equivalence:
    """Compare two answers by canonical text, integer and exact rational.

    Symmetric and never raises. Two numbers are EQUAL or DIFFERENT; two texts that are not the same
    are UNKNOWN. An `Answer` is compared by its canonical form, a string is normalised first.
    """
    one, other = _canonical(left), _canonical(right)
    if one == other:
        return Equivalence.EQUAL
    if is_number(one) and is_number(other):
        return Equivalence.DIFFERENT
    return Equivalence.UNKNOWN


async def equivalent_async(left: str | Answer, right: str | Answer) -> Equivalence:
    """Compare two answers without ever holding up the loop; the same result as `equivalent`."""
    return equivalent(left, right)


def _canonical(answer: str | Answer) -> str:
    return answer.canonical if isinstance(answer, Answer) else normalize(answer)
