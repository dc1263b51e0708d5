"""Polynomials: their values and their powers."""

from collections.abc import Mapping
from math import factorial
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.algebra_cells import polynomial
from examples.training.family import Family, Params, Step

_VALUES = (
    ("p({k})", "p({k})", "Put x = {k} into {p}. What number comes out?"),
    (
        "p({k}) + p({j})",
        "p({k}) + p({j})",
        "Put x = {k} and then x = {j} into {p}. What do the two results add up to?",
    ),
    (
        "p({k}) - p({j})",
        "p({k}) - p({j})",
        "Put x = {k} and then x = {j} into {p}. By how much is the first result larger?",
    ),
    (
        "p({k}) + p(-{k})",
        "p({k}) + p(-{k})",
        "Put x = {k} and then x = -{k} into {p}. What do the two results add up to?",
    ),
    (
        "the remainder when p(x) is divided by x - {k}",
        "p({k})",
        "The polynomial {p} is divided by x - {k}. Which number is left over?",
    ),
    ("p(p({k}))", "p(p({k}))", "Put x = {k} into {p}, then put the result in. What comes out?"),
)


def _draw_value(draw: Random) -> Params:
    kind = draw.randrange(len(_VALUES))
    return {
        "a": 0 if kind == 5 else draw.randint(0, 6),
        "b": draw.choice((1, 2, 3)) if kind == 5 else draw.randint(-9, 20) or 1,
        "c": draw.randint(-30, 30),
        "d": draw.randint(-99, 99),
        "k": draw.randint(2, 15),
        "j": draw.randint(1, 12) if kind in {1, 2} else 0,
        "kind": kind,
    }


def _value(params: Params) -> int:
    kind, k, j = taken(params, "kind k j")

    def at(x: int) -> int:
        result = 0
        for coefficient in taken(params, "a b c d"):
            result = result * x + coefficient
        return result

    return (at(k), at(k) + at(j), at(k) - at(j), at(k) + at(-k), at(k), at(at(k)))[kind]


def _show_value(params: Params) -> Mapping[str, object]:
    what, _, apart = _VALUES[params["kind"]]
    fields = dict(params) | {"p": polynomial(taken(params, "a b c d"))}
    return fields | {"what": what.format(**fields), "apart": apart.format(**fields)}


def _solve_value(params: Params, draw: Random) -> list[Step]:
    p = polynomial(taken(params, "a b c d"), code=True)
    result = f"print({_VALUES[params['kind']][1].format(**params)})"
    if draw.random() < 0.5:
        code = cell(f"p = lambda x: {p}", result)
    else:
        code = cell("def p(x):", f"    return {p}", result)
    if params["kind"] == 4:
        return [Step(f"The remainder is p({params['k']}).", code)]
    return [Step(draw.choice(("We define p.", "Write p as a function.")), code)]


_COEFFICIENTS = (
    ("the coefficient of x^{k}", "q[{k}]", "How many times is x^{k} found?"),
    ("the sum of all coefficients", "sum(q)", "What do all coefficients add up to?"),
    (
        "the sum of the coefficients of even powers of x",
        "sum(q[::2])",
        "What do the coefficients of x^0, x^2, x^4, ... add up to?",
    ),
    (
        "the sum of the coefficients of odd powers of x",
        "sum(q[1::2])",
        "What do the coefficients of x, x^3, x^5, ... add up to?",
    ),
    ("the largest coefficient", "max(q)", "How large is the largest coefficient?"),
)


def _draw_power(draw: Random) -> Params:
    kind, n = draw.randrange(len(_COEFFICIENTS)), draw.randint(2, 6)
    return {
        "a": draw.randint(1, 6),
        "b": draw.choice((-3, -2, -1, 1, 2, 3, 4, 5, 6)),
        "c": draw.choice((-2, -1, 1, 2, 3, 4, 5, 6)),
        "n": n,
        "k": 0 if kind else draw.randint(1, 2 * n - 1),
        "kind": kind,
    }


def _power(params: Params) -> int:
    a, b, c, n, kind = taken(params, "a b c n kind")

    def coefficient(k: int) -> int:
        total = 0
        for squares in range(k // 2 + 1):
            ones = k - 2 * squares
            rest = n - squares - ones
            if rest >= 0:
                ways = factorial(n) // (factorial(squares) * factorial(ones) * factorial(rest))
                total += ways * a**squares * b**ones * c**rest
        return total

    at_one, at_minus_one = (a + b + c) ** n, (a - b + c) ** n
    if kind == 4:
        return max(coefficient(k) for k in range(2 * n + 1))
    sums = at_one, (at_one + at_minus_one) // 2, (at_one - at_minus_one) // 2
    return sums[kind - 1] if kind else coefficient(params["k"])


def _show_power(params: Params) -> Mapping[str, object]:
    what, _, apart = _COEFFICIENTS[params["kind"]]
    if not params["kind"]:
        apart = "Which number stands before x^{k}?"
    p = polynomial(taken(params, "a b c"))
    told = {"what": what.format(**params), "apart": apart.format(**params)}
    return {"p": p, "n": params["n"]} | told


def _solve_power(params: Params, draw: Random) -> list[Step]:
    a, b, c, n = taken(params, "a b c n")
    what, result, _ = _COEFFICIENTS[params["kind"]]
    first = cell(
        f"p = [{c}, {b}, {a}]",
        "q = [1]",
        f"for i in range({n}):",
        "    r = [0] * (len(q) + 2)",
        "    for j, v in enumerate(q):",
        "        for k, w in enumerate(p):",
        "            r[j + k] += v * w",
        "    q = r",
        "print(q[0])",
    )
    text = draw.choice(("We list the coefficients, lowest first.", "Multiply lists, lowest first."))
    told = f"The constant term is {c**n}. Now take {what.format(**params)}."
    return [Step(text, first), Step(told, f"print({result.format(**params)})")]


FAMILIES = (
    Family(
        name="polynomial-value",
        topic="algebra",
        tier=1,
        phrasings=(
            "Let p(x) = {p}. Find {what}.",
            "For p(x) = {p}, what is {what}?",
            "Compute {what}, where p(x) = {p}.",
            "The polynomial p is given by p(x) = {p}. Determine {what}.",
            "What is {what} if p(x) = {p}?",
            "{apart}",
        ),
        draw=fitting(_draw_value, _value),
        answer=_value,
        solve=_solve_value,
        shown=_show_value,
    ),
    Family(
        name="power-of-polynomial",
        topic="algebra",
        tier=2,
        phrasings=(
            "Expand ({p})^{n}. Find {what}.",
            "What is {what} in the expansion of ({p})^{n}?",
            "The polynomial ({p})^{n} is multiplied out. Find {what}.",
            "Let q(x) = ({p})^{n}. Determine {what} in q.",
            "Compute {what} in ({p})^{n}.",
            "Write the product of {n} factors {p} as a sum of powers of x. {apart}",
        ),
        draw=fitting(_draw_power, _power),
        answer=_power,
        solve=_solve_power,
        shown=_show_power,
    ),
)
