"""Whether two expressions without variables are the same number."""

from fractions import Fraction

from sympy import Expr, Float, Integer, Rational, nan, zoo

from tirkit.answers.comparison import Comparison
from tirkit.answers.nearness import decimal_places, near
from tirkit.answers.outcome import Equivalence

AGREEING_DIGITS = 200
"""Two expressions that agree to so many digits, behind what cancels, are the same number.

math-verify takes 15. Answers short enough to be parsed cannot come that close without being equal,
save where they write a number that small or that large, and then the digits grow with it.
"""
_CANCELLED = 4
r"""Digits that may cancel for each of the magnitude: two in \sqrt{10^{398}+1} and 10^{199}."""
MAX_WORKING_DIGITS = 12_000
"""Most digits worked with: larger numbers that agree so far are left UNKNOWN."""
_SURE_BITS = 8
"""A value whose last so many bits are certain is not zero."""
_SHOWN_DIGITS = 60
"""Digits of an irrational number that a tolerance is applied to."""

EQUAL, DIFFERENT, UNKNOWN = Equivalence.EQUAL, Equivalence.DIFFERENT, Equivalence.UNKNOWN


def same_number(one: Expr, other: Expr, how: Comparison) -> Equivalence:
    """Compare two constants; exact first, then within what `how` allows."""
    if {one, other} & {nan, zoo}:
        return UNKNOWN
    if one.is_infinite or other.is_infinite:
        return EQUAL if one == other else DIFFERENT
    outcome = _equal(one, other)
    if outcome is not DIFFERENT or how.exact:
        return outcome
    if isinstance(one, Rational) and isinstance(other, Rational):
        return EQUAL if near(str(one), str(other), how) else DIFFERENT
    values = _approximately(one), _approximately(other)
    if values[0] is None or values[1] is None:
        return outcome
    return EQUAL if _tolerated(values[0], values[1], how) else DIFFERENT


def is_zero(difference: Expr, digits: int = AGREEING_DIGITS) -> bool | None:
    """Whether a constant is 0: True and False are certain to `digits`, None is not known."""
    value = difference.evalf(15, maxn=digits)
    verdicts = [_part_is_zero(part) for part in value.as_real_imag()]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _part_is_zero(part: Expr) -> bool | None:
    if isinstance(part, Rational):
        return bool(part == 0)
    if not isinstance(part, Float) or part in {nan, zoo}:
        return None
    if part == 0 or part._prec <= 1:  # noqa: SLF001 - nothing of it is certain
        return True
    return False if part._prec >= _SURE_BITS else None  # noqa: SLF001 - its certain bits


def _equal(one: Expr, other: Expr) -> Equivalence:
    if isinstance(one, Rational) and isinstance(other, Rational):
        return EQUAL if one == other else DIFFERENT
    digits = AGREEING_DIGITS + _CANCELLED * max(_magnitude(one), _magnitude(other))
    if digits > MAX_WORKING_DIGITS:
        return _rough(one, other)
    zero = is_zero(one - other, digits)
    if zero is None:
        return UNKNOWN
    return EQUAL if zero else DIFFERENT


def _rough(one: Expr, other: Expr) -> Equivalence:
    """Numbers too large to subtract: different if their leading digits are."""
    quotient = (one.evalf(30) / other.evalf(30)).evalf(15)
    return DIFFERENT if quotient.is_number and abs(quotient - 1) > Rational(1, 10**9) else UNKNOWN


def _magnitude(number: Expr) -> int:
    """Decimal digits by which the number is away from 1, roughly."""
    largest = 0
    for part in number.evalf(5).as_real_imag():
        if isinstance(part, Float):
            _, mantissa, exponent, bits = part._mpf_
            if mantissa:
                largest = max(largest, abs(int(exponent) + int(bits)))
        elif isinstance(part, Integer):
            largest = max(largest, int(part).bit_length())
    return largest * 3 // 10


def _approximately(number: Expr) -> Fraction | None:
    """A real number to `_SHOWN_DIGITS` digits, a rational one exactly; None for the rest."""
    if isinstance(number, Rational):
        return Fraction(int(number.p), int(number.q))
    value = number.evalf(_SHOWN_DIGITS)
    if not isinstance(value, Float | Rational) or not value.is_finite:
        return None
    exact = Rational(value)
    return Fraction(int(exact.p), int(exact.q))


def _tolerated(one: Fraction, other: Fraction, how: Comparison) -> bool:
    """`near` for numbers of which one is irrational and known to `_SHOWN_DIGITS` digits."""
    factors = (1, 100, Fraction(1, 100)) if how.percent else (1,)
    return any(_near(one * factor, other, how) for factor in factors)


def _near(one: Fraction, other: Fraction, how: Comparison) -> bool:
    gap = abs(one - other)
    if gap * 10 ** (_SHOWN_DIGITS - 10) <= abs(other):
        return True
    if how.relative is not None and gap <= Fraction(how.relative) * max(abs(one), abs(other)):
        return True
    if how.places is not None and _rounded(one, how.places) == _rounded(other, how.places):
        return True
    digits = [count for count in map(decimal_places, (one, other)) if count]
    return how.as_written and bool(digits) and gap * 2 * 10 ** min(digits) <= 1


def _rounded(number: Fraction, places: int) -> int:
    """The number in units of its last decimal, half away from zero."""
    scaled = abs(number) * 10**places + Fraction(1, 2)
    return int(scaled) * (-1 if number < 0 else 1)
