"""Works a tree out modulo a prime: two rational functions that agree at a random point are one.

For polynomials of degree d the chance to agree by accident is d / p at each point (Schwartz 1980,
Zippel 1979), here below 1e-12 at each of two.
"""

import math

from tirkit.answers.algebra.grammar import Node

PRIME = (1 << 61) - 1


class NoValueError(ArithmeticError):
    """A division by zero at this point."""


def value(tree: Node, point: dict[str, int]) -> int:
    """The value modulo `PRIME` of a tree without roots and logarithms.

    Raises:
        NoValueError: a divisor is 0 there.
        KeyError: a letter has no value in `point`.
    """
    kind = tree.kind
    if kind == "number":
        whole, _, decimals = tree.text.partition(".")
        return int(whole + decimals) * _inverse(pow(10, len(decimals), PRIME)) % PRIME
    if kind == "letter":
        return point[tree.text]
    values = [value(part, point) for part in tree.parts]
    if kind == "sum":
        return sum(values) % PRIME
    if kind == "product":
        return math.prod(values) % PRIME
    return _of_one_or_two(tree, values) % PRIME


def _of_one_or_two(tree: Node, values: list[int]) -> int:
    if tree.kind == "minus":
        return -values[0]
    if tree.kind == "quotient":
        return values[0] * _inverse(values[1])
    if values[0] == 0 and tree.exponent <= 0:
        raise NoValueError
    return pow(values[0], tree.exponent, PRIME)


def _inverse(number: int) -> int:
    if number == 0:
        raise NoValueError
    return pow(number, -1, PRIME)
