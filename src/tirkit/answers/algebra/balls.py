"""Works a tree without variables out to many digits, with a bound on the error."""

import decimal
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tirkit.answers.algebra.grammar import Node

_TRAPS = [decimal.Overflow, decimal.InvalidOperation, decimal.DivisionByZero, decimal.Underflow]
_UP = decimal.Context(
    prec=9, rounding=decimal.ROUND_CEILING, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX,
    traps=_TRAPS[:3],
)  # fmt: skip
_DOWN = decimal.Context(
    prec=9, rounding=decimal.ROUND_FLOOR, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX,
    traps=_TRAPS,
)  # fmt: skip
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ball:
    """All numbers within `radius` of `middle`."""

    middle: Decimal
    radius: Decimal = _ZERO


class Balls:
    """Arithmetic to so many digits; each result holds what exact arithmetic would give.

    Args:
        digits: worked with.
        largest_exponent: a value further than that power of ten from 1 is refused.
    """

    def __init__(self, digits: int, largest_exponent: int = decimal.MAX_EMAX) -> None:
        self._largest_exponent = largest_exponent
        self._context = decimal.Context(
            prec=digits, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=_TRAPS
        )
        self._step = Decimal((0, (1,), 2 - digits))
        self._pi = _pi(digits)

    def value(self, tree: Node) -> Ball:
        """The ball of a tree.

        Raises:
            ArithmeticError: it has no real value, or none can be told within these digits.
        """
        kind = tree.kind
        if kind == "number":
            return self._rounded(self._context.create_decimal(tree.text), _ZERO)
        if kind == "letter":
            return self._rounded(self._pi, _ZERO)
        parts = [self.value(part) for part in tree.parts]
        if kind == "power":
            return self._power(parts[0], tree.exponent)
        if kind == "root":
            return self._root(parts[0], tree.exponent)
        return self._combined(kind, parts)

    def _combined(self, kind: str, parts: list[Ball]) -> Ball:
        first = parts[0]
        if kind == "minus":
            return Ball(first.middle.copy_negate(), first.radius)
        if kind == "ln":
            return self._logarithm(first)
        if kind == "quotient":
            return self._quotient(first, parts[1])
        for part in parts[1:]:
            first = self._sum(first, part) if kind == "sum" else self._product(first, part)
        return first

    def _rounded(self, middle: Decimal, radius: Decimal) -> Ball:
        """A result and its error, the last digit counted as uncertain."""
        if abs(middle.adjusted()) > self._largest_exponent and middle:
            raise ArithmeticError("too large or too small")
        return Ball(middle, _UP.fma(_UP.abs(middle), self._step, radius))

    def _sum(self, one: Ball, other: Ball) -> Ball:
        middle = self._context.add(one.middle, other.middle)
        return self._rounded(middle, _UP.add(one.radius, other.radius))

    def _product(self, one: Ball, other: Ball) -> Ball:
        error = _UP.multiply(one.radius, other.radius)
        error = _UP.fma(_UP.abs(one.middle), other.radius, error)
        error = _UP.fma(_UP.abs(other.middle), one.radius, error)
        return self._rounded(self._context.multiply(one.middle, other.middle), error)

    def _quotient(self, one: Ball, other: Ball) -> Ball:
        least = _DOWN.subtract(_DOWN.abs(other.middle), other.radius)
        if least <= 0:
            raise ArithmeticError("a divisor that may be 0")
        middle = self._context.divide(one.middle, other.middle)
        error = _UP.divide(_UP.fma(_UP.abs(middle), other.radius, one.radius), least)
        return self._rounded(middle, error)

    def _power(self, base: Ball, exponent: int) -> Ball:
        result, square, rest = Ball(Decimal(1)), base, abs(exponent)
        if exponent <= 0 and _least(base) <= 0 and _least(self._negated(base)) <= 0:
            raise ArithmeticError("0 to the power of 0 or less")
        while rest:
            if rest & 1:
                result = self._product(result, square)
            rest >>= 1
            if rest:
                square = self._product(square, square)
        return self._quotient(Ball(Decimal(1)), result) if exponent < 0 else result

    def _root(self, radicand: Ball, degree: int) -> Ball:
        """A real root of what is certainly positive: no branch need be chosen."""
        least = _positive(radicand)
        if degree == 2:
            root = self._context.sqrt(radicand.middle)
        else:
            root = self._context.exp(
                self._context.divide(self._context.ln(radicand.middle), Decimal(degree))
            )
            size = abs(radicand.middle.adjusted()) * 3 + 10  # the exponential stretches errors
            extra = _UP.multiply(_UP.multiply(root, self._step), Decimal(size))
            return self._rounded(root, _UP.add(extra, self._root_error(root, radicand, least)))
        return self._rounded(root, self._root_error(root, radicand, least))

    def _root_error(self, root: Decimal, radicand: Ball, least: Decimal) -> Decimal:
        return _UP.divide(_UP.multiply(root, radicand.radius), least)

    def _logarithm(self, argument: Ball) -> Ball:
        least = _positive(argument)
        return self._rounded(self._context.ln(argument.middle), _UP.divide(argument.radius, least))

    @staticmethod
    def _negated(ball: Ball) -> Ball:
        return Ball(ball.middle.copy_negate(), ball.radius)


def apart(one: Ball, other: Ball) -> bool:
    """Whether no number is in both."""
    exact = decimal.Context(prec=9, rounding=decimal.ROUND_FLOOR, traps=_TRAPS[:3])
    exact.Emin, exact.Emax = decimal.MIN_EMIN, decimal.MAX_EMAX
    wide = decimal.Context(prec=400, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)
    gap = exact.abs(wide.subtract(one.middle, other.middle))
    return gap > _UP.add(one.radius, other.radius)


def _least(ball: Ball) -> Decimal:
    return _DOWN.subtract(ball.middle, ball.radius)


def _positive(ball: Ball) -> Decimal:
    least = _least(ball)
    if least <= 0:
        raise ArithmeticError("not certainly positive")
    return least


@lru_cache(maxsize=4)
def _pi(digits: int) -> Decimal:
    """Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239), in whole numbers."""
    unit = 10 ** (digits + 10)

    def arctan(inverse: int) -> int:
        power = total = unit // inverse
        odd, sign = 1, 1
        while power:
            power //= inverse * inverse
            odd, sign = odd + 2, -sign
            total += sign * (power // odd)
        return int(total)

    whole = 16 * arctan(5) - 4 * arctan(239)
    context = decimal.Context(prec=digits + 5)
    return context.scaleb(context.create_decimal(whole), -(digits + 10))
