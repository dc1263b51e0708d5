"""Do two answers say the same? The cheapest test that can decide does."""

from tirkit.answers.normalize import is_number, normalize
from tirkit.answers.outcome import Equivalence
from tirkit.types import Answer

__all__ = ("Equivalence", "equivalent", "equivalent_async")


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
