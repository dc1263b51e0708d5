"""Answers of the built-in problems of algebra, by symbols, by exact fractions or by trying."""

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import sympy


def al_01() -> int:
    x = sympy.Symbol("x")
    (value,) = {
        sympy.expand(root**4 + (9 - root) ** 4)
        for root in sympy.solve(x**2 + (9 - x) ** 2 - 47, x)
        if root.is_real
    }
    return int(value)


def al_02() -> int:
    return _whole(np.prod(np.roots([1, -6, 3, 7]) ** 2 + 1))


def al_03() -> int:
    return sum(abs(x - 4) + abs(2 * x + 9) < 40 for x in range(-100, 101))


def al_04() -> int:
    x = sympy.Symbol("x", real=True)
    square = x**2 - 10 * x + 13
    roots = {root for sign in (2, -2) for root in sympy.solve(square - sign * x, x) if root >= 0}
    return int(sympy.simplify(sum(roots)))


def al_05() -> int:
    value = Fraction(0)
    for _ in range(10):
        value = (3 * value + 1) / (value + 2)
    return value.numerator + value.denominator


def al_06() -> int:
    a, b, c = sympy.symbols("a b c", positive=True)
    equations = [a * b + a + b - 76, b * c + b + c - 142, c * a + c + a - 90]
    ((left, middle, right),) = sympy.solve(equations, [a, b, c])
    return int(left * middle * right)


def al_07() -> Fraction:
    x = sympy.Symbol("x", real=True)
    square = (x - 1) ** 2 + ((100 - 3 * x) / 4 - 2) ** 2
    (lowest,) = sympy.solve(sympy.diff(square, x), x)
    return Fraction(str(square.subs(x, lowest)))


def al_08() -> int:
    def both_whole(a: int, b: int) -> bool:
        return sum(x * x + a * x + b == 0 for x in range(-60, 0)) + (a * a == 4 * b) == 2

    return sum(both_whole(a, b) for a, b in product(range(1, 61), repeat=2) if a * a >= 4 * b)


def al_09() -> int:
    coefficients = [1]
    for _ in range(9):
        longer = [0] * (len(coefficients) + 4)
        for place, one in enumerate(coefficients):
            for more in range(5):
                longer[place + more] += one
        coefficients = longer
    return coefficients[20]


def al_10() -> int:
    # The fifth differences of a polynomial of degree 5 do not change.
    rows: list[list[int]] = [[3**k for k in range(6)]]
    while len(rows[-1]) > 1:
        rows.append([right - left for left, right in pairwise(rows[-1])])
    for _ in range(3):
        rows[-1].append(rows[-1][-1])
        for upper, lower in zip(rows[-2::-1], rows[:0:-1], strict=True):
            upper.append(upper[-1] + lower[-1])
    return rows[0][8]


def al_11() -> int:
    companion = np.array([[2, -1, 5], [1, 0, 0], [0, 1, 0]], dtype=object)
    return int(np.trace(np.linalg.matrix_power(companion, 8)))


def al_12() -> int:
    # x + y + z = 9 cuts a circle round (3, 3, 3) out of the sphere; its squared radius is 33 - 27.
    angle = np.linspace(0, 2 * np.pi, 1_000_001)
    along = np.array([1, -1, 0]) / math.sqrt(2)
    across = np.array([1, 1, -2]) / math.sqrt(6)
    points = 3 + math.sqrt(6) * (np.outer(np.cos(angle), along) + np.outer(np.sin(angle), across))
    return _whole(points.prod(axis=1).max())


def al_13() -> int:
    a, b = np.linalg.solve([[1, 1 / 2], [1 / 2, 1]], [7, 8])
    return _whole(2**a * 2**b)


def _whole(value: complex) -> int:
    nearest = round(value.real)
    assert abs(value - nearest) < 1e-6
    return nearest
