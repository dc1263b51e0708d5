"""Pairs: divisors with a condition, unit fractions that add up to one."""

from math import prod
from random import Random

from examples.training.cells import cell
from examples.training.families.number_theory_facts import factored, smooth
from examples.training.family import Family, Params, Step

_PAIRS = (
    ("greatest common divisor 1", "gcd(d, e) == 1", "share no factor above 1"),
    ("least common multiple {n}", "lcm(d, e) == {n}", "have {n} as least common multiple"),
    ("product {n}", "d * e == {n}", "multiply to {n}"),
    ("greatest common divisor above 1", "gcd(d, e) > 1", "share a factor above 1"),
)


def _draw_pairs(draw: Random) -> Params:
    n = draw.randint(30, 2999) if draw.random() < 0.5 else smooth(draw, 60, 2999)
    return {"n": n, "kind": draw.randrange(4)}


def _pairs(params: Params) -> int:
    exponents = list(factored(params["n"]).values())
    coprime = (prod(2 * e + 1 for e in exponents) - 1) // 2
    count = prod(e + 1 for e in exponents)
    return (coprime, coprime, count // 2, count * (count - 1) // 2 - coprime)[params["kind"]]


def _show_pairs(params: Params) -> dict[str, object]:
    told, _, apart = _PAIRS[params["kind"]]
    return {"n": params["n"], "have": told.format(**params), "apart": apart.format(**params)}


def _solve_pairs(params: Params, draw: Random) -> list[Step]:
    n = params["n"]
    first = cell(f"D = [d for d in range(1, {n} + 1) if {n} % d == 0]", "print(len(D))")
    condition = _PAIRS[params["kind"]][1].format(**params)
    lines = ["from itertools import combinations"]
    if "(" in condition:
        lines.append(f"from math import {condition[:3]}")
    lines.append(f"print(sum(1 for d, e in combinations(D, 2) if {condition}))")
    have = prod(e + 1 for e in factored(n).values())
    return [
        Step(draw.choice(("First list the divisors.", "We need the divisors.")), first),
        Step(f"There are {have} divisors. Now count the pairs.", cell(*lines)),
    ]


_UNITS = (
    ("the number of pairs (x, y) with x <= y", "len(P)"),
    ("the number of pairs (x, y) with x < y", "sum(1 for x, y in P if x < y)"),
    ("the number of all ordered pairs (x, y)", "sum(1 if x == y else 2 for x, y in P)"),
    ("the sum of x over all pairs (x, y) with x <= y", "sum(x for x, y in P)"),
)
_UNITS_APART = (
    "In how many ways, order ignored, is 1/{n} the sum of two unit fractions?",
    "In how many ways, order ignored, is 1/{n} the sum of two different unit fractions?",
    "In how many ways, order counted, is 1/{n} the sum of two unit fractions?",
    "Split 1/{n} into two unit fractions in all ways. Add up the smaller denominator of each way.",
)


def _draw_units(draw: Random) -> Params:
    while True:
        n = smooth(draw, 6, 720) if draw.random() < 0.4 else draw.randint(4, 720)
        params = {"n": n, "kind": draw.randrange(4)}
        if _units(params) <= 99_999:
            return params


def _units(params: Params) -> int:
    n, kind = params["n"], params["kind"]
    smaller = [x for x in range(n + 1, 2 * n + 1) if n * x % (x - n) == 0]
    count = len(smaller)
    return (count, count - 1, 2 * count - 1, sum(smaller))[kind]


def _show_units(params: Params) -> dict[str, object]:
    n, kind = params["n"], params["kind"]
    return {"n": n, "what": _UNITS[kind][0], "apart": _UNITS_APART[kind].format(n=n)}


def _solve_units(params: Params, draw: Random) -> list[Step]:
    n = params["n"]
    first = cell(f"n = {n}", "D = [d for d in range(1, n + 1) if n * n % d == 0]", "print(len(D))")
    have = (prod(2 * e + 1 for e in factored(n).values()) + 1) // 2
    second = cell("P = [(n + d, n + n * n // d) for d in D]", f"print({_UNITS[params['kind']][1]})")
    plan = draw.choice(("We have (x - n)(y - n) = n^2.", "Write (x - n)(y - n) = n^2."))
    return [
        Step(f"{plan} List divisors up to n.", first),
        Step(f"There are {have} divisors, each gives a pair.", second),
    ]


FAMILIES = (
    Family(
        name="pairs-of-divisors",
        topic="number theory",
        tier=2,
        phrasings=(
            "How many pairs d < e of positive divisors of {n} have {have}?",
            "Find the number of pairs of divisors d < e of {n} with {have}.",
            "Let d < e be positive divisors of {n} with {have}. How many pairs (d, e) are there?",
            "Count the pairs (d, e) of positive divisors of {n} with d < e and {have}.",
            "Two different positive divisors of {n} are chosen. How many choices have {have}?",
            (
                "In how many unordered ways can we pick two distinct positive divisors of {n} "
                "that {apart}?"
            ),
        ),
        draw=_draw_pairs,
        answer=_pairs,
        solve=_solve_pairs,
        held_out=True,
        shown=_show_pairs,
    ),
    Family(
        name="two-unit-fractions",
        topic="number theory",
        tier=2,
        phrasings=(
            "Positive integers x and y satisfy 1/x + 1/y = 1/{n}. Find {what}.",
            "Let 1/x + 1/y = 1/{n} for positive integers x and y. What is {what}?",
            "The equation 1/x + 1/y = 1/{n} is solved in positive integers. Find {what}.",
            "Solve 1/x + 1/y = 1/{n} in positive integers. Give {what}.",
            "For positive integers x and y with 1/x + 1/y = 1/{n}, compute {what}.",
            "{apart}",
        ),
        draw=_draw_units,
        answer=_units,
        solve=_solve_units,
        shown=_show_units,
    ),
)
