"""Compares two simple expressions, or leaves them to the children."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from tirkit.answers.algebra import modular
from tirkit.answers.algebra.balls import Ball, Balls, apart
from tirkit.answers.algebra.grammar import Node, parse
from tirkit.answers.comparison import Comparison
from tirkit.answers.outcome import Equivalence

AGREEING_DIGITS = 200
"""As the children have it: constants that agree so far are the same number."""
LARGEST_EXPONENT = 60
r"""Beyond it so many digits show no sameness: \sqrt{10^{398}+1} agrees with 10^{199} that far."""
_FEW, _MANY = Balls(40), Balls(AGREEING_DIGITS + 60, LARGEST_EXPONENT)
_SMALLEST = Decimal("1e-40")
_POINTS = (0x1F3D5B79A2C4E681, 0x0A5C3E7916D8B24F)
"""Where letters get their values from; any numbers that no answer was made for."""


def compare_simple(one: str, other: str, how: Comparison) -> Equivalence | None:
    """Whether two canonical texts are equal expressions; None where this rung cannot tell.

    Rational functions of letters and pi are compared exactly, modulo a prime; constants with roots
    and logarithms by their digits. Symmetric, never raises; bounded work, whatever they hold.
    """
    first, second = _read(one), _read(other)
    if first is None or second is None:
        return None
    letters = _letters(first[0]) | _letters(second[0])
    outcome = None
    if not (first[1] or second[1]):
        outcome = _same_function(first[0], second[0], sorted(letters))
    elif letters <= {"\\pi"}:
        outcome = _same_number(first[0], second[0])
    if outcome is Equivalence.DIFFERENT and not how.exact and letters <= {"\\pi"}:
        return None  # perhaps within a tolerance
    return outcome


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[Node, bool] | None:
    """The tree, and whether it has roots or logarithms."""
    tree = parse(text)
    return (
        None if tree is None else (tree, any(node.kind in {"root", "ln"} for node in _nodes(tree)))
    )


def _nodes(tree: Node) -> Iterator[Node]:
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.parts)


def _letters(tree: Node) -> set[str]:
    return {node.text for node in _nodes(tree) if node.kind == "letter"}


def _same_function(one: Node, other: Node, letters: list[str]) -> Equivalence | None:
    if len({letter.lower() for letter in letters}) < len(letters):
        return None  # x and X
    for seed in _POINTS:
        point = {
            letter: (seed * (at + 1) * 0x9E3779B97F4A7C15 + at) % modular.PRIME
            for at, letter in enumerate(letters)
        }
        try:
            if modular.value(one, point) != modular.value(other, point):
                return Equivalence.DIFFERENT
        except modular.NoValueError:
            return None
    return Equivalence.EQUAL


def _same_number(one: Node, other: Node) -> Equivalence | None:
    try:
        if apart(_FEW.value(one), _FEW.value(other)):
            return Equivalence.DIFFERENT
        first, second = _MANY.value(one), _MANY.value(other)
        if apart(first, second):
            return Equivalence.DIFFERENT
    except ArithmeticError:
        return None
    return Equivalence.EQUAL if _sharp(first) and _sharp(second) else None


def _sharp(ball: Ball) -> bool:
    """Whether so many digits of it are certain, and it is no tiny difference of large numbers."""
    size = ball.middle.copy_abs()
    return size > _SMALLEST and ball.radius.adjusted() < size.adjusted() - AGREEING_DIGITS
