"""Answers of the built-in problems on sequences, term by term."""

from fractions import Fraction
from itertools import accumulate, chain, count, islice, repeat

import sympy


def se_01() -> int:
    term = 5
    for _ in range(99):
        term = 3 * term - 4
    return term % 1000


def se_02() -> int:
    first, step = sympy.symbols("first step")

    def total(terms: int) -> sympy.Expr:
        return sum((first + step * k for k in range(terms)), sympy.Integer(0))

    return int(total(30).subs(sympy.solve([total(10) - 155, total(20) - 610], [first, step])))


def se_03() -> int:
    return sum(term % 5 == 0 for term in range(7, 2001, 11))


def se_04() -> int:
    terms = [1, 1]
    while len(terms) < 60:
        terms.append(terms[-1] + terms[-2])
    return sum(term**2 for term in terms) % 100


def se_05() -> int:
    terms = accumulate(repeat(0, 100), lambda term, _: term + sum(map(int, str(term))), initial=1)
    listed = list(islice(terms, 100))
    assert listed[:6] == [1, 2, 4, 8, 16, 23]
    return listed[99]


def se_06() -> Fraction:
    terms = [Fraction(2)]
    while len(terms) < 100:
        terms.append(1 / (1 - terms[-1]))
    return sum(terms, Fraction(0))


def se_07() -> Fraction:
    return sum((Fraction(1, n * (n + 1) * (n + 2)) for n in range(1, 19)), Fraction(0))


def se_08() -> int:
    squares = {n * n for n in range(1, 100)}
    listed = [n for n in range(1, 5000) if n % 3 and n not in squares]
    assert listed[:5] == [2, 5, 7, 8, 10]
    return listed[999]


def se_09() -> int:
    terms = [0, 1]
    while len(terms) <= 1000:
        terms.append(4 * terms[-1] - terms[-2])
    return sum(term % 13 == 0 for term in terms[1:])


def se_10() -> int:
    return sum(islice(chain.from_iterable(repeat(k, k) for k in count(1)), 500))


def se_11() -> int:
    circle = list(range(1, 201))
    while len(circle) > 1:
        circle = circle[3:] + circle[:2] if len(circle) > 2 else _of_two(circle)
    return circle[0]


def _of_two(circle: list[int]) -> list[int]:
    """Counting one, two, one: the first of two is the third."""
    return circle[1:]


def se_12() -> int:
    terms = [0, 1]
    for n in range(2, 1001):
        terms.append(terms[n // 2] if n % 2 == 0 else terms[n // 2] + terms[n // 2 + 1])
    return max(terms)


def se_13() -> int:
    return sum((-1) ** n.bit_count() * n**4 for n in range(16))
