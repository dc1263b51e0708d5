"""Answers of the built-in problems of combinatorics, by looking at every case."""

from fractions import Fraction
from functools import cache
from itertools import combinations, groupby, pairwise, permutations, product

import numpy as np


def co_01() -> int:
    digits = product(range(10), repeat=4)
    return sum(d[0] > 0 and len(set(d)) == 4 and sum(d) == 20 for d in digits)


def co_02() -> int:
    words = {"".join(letters) for letters in permutations("PARABOLA")}
    return sum("AA" not in word for word in words)


def co_03() -> Fraction:
    draws = list(combinations("r" * 4 + "g" * 5 + "b" * 6, 3))
    return Fraction(sum(len(set(draw)) == 2 for draw in draws), len(draws))


def co_04() -> int:
    return sum(subset & (subset << 3) == 0 for subset in range(2**14))


def co_05() -> int:
    words = ("".join(letters) for letters in product("ABC", repeat=12))
    return sum("AA" not in word and "AC" not in word and word[-1] != "A" for word in words)


def co_06() -> int:
    @cache
    def ways(x: int, y: int) -> int:
        if x < 0 or y < 0 or (x, y) in {(3, 3), (5, 5)}:
            return 0
        return 1 if (x, y) == (0, 0) else ways(x - 1, y) + ways(x, y - 1)

    return ways(8, 8)


def co_07() -> int:
    @cache
    def ways(free: frozenset[tuple[int, int]]) -> int:
        if not free:
            return 1
        column, row = min(free)
        rest = free - {(column, row)}
        near = [other for other in ((column + 1, row), (column, row + 1)) if other in rest]
        return ways(rest) + sum(ways(rest - {other}) for other in near)

    return ways(frozenset(product(range(9), range(2))))


def co_08() -> int:
    apart = {"A", "B", "C"}
    return sum(
        not any({left, right} <= apart for left, right in pairwise(row))
        and row.index("D") < row.index("E")
        for row in permutations("ABCDEFG")
    )


def co_09() -> int:
    rows = np.array(list(permutations(range(9))), dtype=np.int8)
    return int((np.abs(np.diff(rows, axis=1)) >= 3).all(axis=1).sum())


def co_10() -> int:
    bits = (np.arange(2**16)[:, None] >> np.arange(16)) & 1
    squares = bits.reshape(-1, 4, 4)
    even = (squares.sum(axis=1) % 2 == 0).all(axis=1) & (squares.sum(axis=2) % 2 == 0).all(axis=1)
    return int((even & (bits.sum(axis=1) == 8)).sum())


def co_11() -> Fraction:
    # From remainder r (not 0) the expectation is 1 plus the mean of those after one more roll.
    system = np.array([[float(row == column) for column in range(4)] for row in range(4)])
    for remainder, roll in product(range(4), range(1, 7)):
        after = (remainder + roll) % 4
        if after:
            system[remainder, after] -= 1 / 6
    return Fraction(float(np.linalg.solve(system, np.ones(4))[0])).limit_denominator(1000)


def co_12() -> Fraction:
    def longest(flips: tuple[str, ...]) -> int:
        return max((len(list(run)) for side, run in groupby(flips) if side == "H"), default=0)

    return Fraction(sum(longest(flips) == 3 for flips in product("HT", repeat=10)), 2**10)


def co_13() -> int:
    return sum(sum(boxes) == 15 for boxes in product(range(1, 7), repeat=4))


def co_14() -> int:
    return sum(all(f[f[f[x]]] == f[x] for x in range(6)) for f in product(range(6), repeat=6))
