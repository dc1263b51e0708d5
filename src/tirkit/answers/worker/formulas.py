"""Whether two expressions with variables are the same function.

Values at points show a difference at once and cheaply; only what agrees at all of them is worth
a proof.
"""

from collections.abc import Iterator

from math_verify.grader import verify
from sympy import Expr, Rational, Symbol, expand, nan, prime, together, zoo

from tirkit.answers.outcome import Equivalence
from tirkit.answers.worker.constants import is_zero

MAX_SYMBOLS = 12
MAX_EXPANDED_NODES = 400
"""Largest expression that is expanded in search of a proof."""
_POINT_DIGITS = 60
_WHOLE_POINTS = 3
_REAL_POINTS = 5

EQUAL, DIFFERENT, UNKNOWN = Equivalence.EQUAL, Equivalence.DIFFERENT, Equivalence.UNKNOWN


def same_function(one: Expr, other: Expr) -> Equivalence:
    """DIFFERENT where values at positive whole numbers differ; EQUAL where that is proved.

    Whole points decide a difference, since letters often stand for whole numbers: (-1)^n and
    cos(n pi) differ between them. What agrees there and cannot be proved is UNKNOWN.
    """
    symbols = sorted(one.free_symbols | other.free_symbols, key=str)
    if len(symbols) > MAX_SYMBOLS:
        return UNKNOWN
    difference = one - other
    whole = list(_values(difference, _whole_points(symbols)))
    if False in whole:
        only_case = {str(s).lower() for s in one.free_symbols} == {
            str(s).lower() for s in other.free_symbols
        } and one.free_symbols != other.free_symbols
        return UNKNOWN if only_case else DIFFERENT
    if True not in whole or False in _values(difference, _real_points(symbols)):
        return UNKNOWN
    return EQUAL if _proved(one, other, difference) else UNKNOWN


def _proved(one: Expr, other: Expr, difference: Expr) -> bool:
    if sum(1 for _ in zip(_nodes(difference), range(MAX_EXPANDED_NODES), strict=False)) < (
        MAX_EXPANDED_NODES
    ):
        numerator = together(difference.doit()).as_numer_denom()[0]
        if expand(numerator) == 0:
            return True
    return both_ways(one, other)


def both_ways(one: object, other: object) -> bool:
    """What math-verify says, asked with either as the reference: alone it is not symmetric."""
    return all(
        verify(gold, target, timeout_seconds=None, allow_set_relation_comp=True)
        for gold, target in ((one, other), (other, one))
    )


def _nodes(expression: Expr) -> Iterator[object]:
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.args)


def _values(difference: Expr, points: Iterator[dict[Symbol, Rational]]) -> Iterator[bool | None]:
    """Whether the difference is 0 at each point; None where it has no value."""
    for point in points:
        value = difference.subs(point)
        if value.free_symbols or value.has(nan, zoo) or value.is_infinite:
            yield None
        else:
            yield is_zero(value, _POINT_DIGITS)


def _whole_points(symbols: list[Symbol]) -> Iterator[dict[Symbol, Rational]]:
    """Distinct primes: no two variables share one, and none repeats from point to point."""
    for index in range(_WHOLE_POINTS):
        first = index * len(symbols) + 1
        yield {symbol: prime(first + at) for at, symbol in enumerate(symbols)}


def _real_points(symbols: list[Symbol]) -> Iterator[dict[Symbol, Rational]]:
    """Fractions of mixed sign, none of them near the whole points."""
    for index in range(_REAL_POINTS):
        yield {
            symbol: Rational(prime(7 + 3 * index + 5 * at), 17 + 2 * index)
            * (-1 if (index + at) % 2 else 1)
            for at, symbol in enumerate(symbols)
        }
