"""Whether two exact numbers are the same within what a comparison allows."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from tirkit.answers.comparison import Comparison

_HALF = Fraction(1, 2)


def near(one: str, other: str, how: Comparison) -> bool:
    """Whether two canonical numbers are the same under `how`. Symmetric, exact, never raises."""
    first, second = _value(one), _value(other)
    return any(_near(*pair, how) for pair in _scaled(first, second, percent=how.percent))


def _value(canonical: str) -> Fraction:
    """The number; by way of Decimal, which reads any number of digits."""
    upper, _, lower = canonical.partition("/")
    return Fraction(int(Decimal(upper)), int(Decimal(lower or "1")))


def _scaled(
    one: Fraction, other: Fraction, *, percent: bool
) -> Iterator[tuple[Fraction, Fraction]]:
    yield one, other
    if percent:
        yield one, other * 100
        yield one * 100, other


def _near(one: Fraction, other: Fraction, how: Comparison) -> bool:
    if one == other:
        return True
    if how.relative is not None:
        allowed = Fraction(how.relative) * max(abs(one), abs(other))
        if abs(one - other) <= allowed:
            return True
    places = [count for count in map(decimal_places, (one, other)) if count]
    if not places:
        return False
    if how.as_written and abs(one - other) <= _HALF / 10 ** min(places):
        return True
    return how.places is not None and _rounded(one, how.places) == _rounded(other, how.places)


def decimal_places(value: Fraction) -> int | None:
    """Digits behind the point that `value` needs, 0 for an integer; None if they never end."""
    rest, count = value.denominator, 0
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    while rest % 5 == 0:
        rest //= 5
        count += 1
    return max(twos, count) if rest == 1 else None


def _rounded(value: Fraction, places: int) -> int:
    """`value` in units of the last place, half away from zero."""
    size = math.floor(abs(value) * Fraction(10) ** places + _HALF)
    return size if value >= 0 else -size
