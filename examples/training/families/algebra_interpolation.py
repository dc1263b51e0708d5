"""A polynomial found from its values."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_FOUND = (
    ("p({n})", "What is the value at x = {n}?"),
    ("p(1) + p(2) + ... + p({n})", "What do the values at x = 1, 2, ..., {n} add up to?"),
    ("p(0)", "What is the constant term?"),
    ("the leading coefficient of p", "Which number stands before the highest power?"),
)


def _draw_found(draw: Random) -> Params:
    kind = draw.choice((0, 0, 0, 1, 1, 2, 3))
    return {
        "a": draw.choice((0, draw.randint(1, 9))),
        "b": draw.randint(1, 12),
        "c": draw.randint(-20, 20),
        "d": draw.randint(0, 60),
        "n": draw.randint(6, 16) if kind < 2 else 0,
        "kind": kind,
    }


def _at(params: Params, x: int) -> int:
    a, b, c, d = taken(params, "a b c d")
    return a * x**3 + b * x**2 + c * x + d


def _found(params: Params) -> int:
    if params["kind"] == 3:
        return params["a"] or params["b"]
    if params["kind"] == 1:
        return sum(_at(params, x) for x in range(1, params["n"] + 1))
    return _at(params, params["n"])


def _show_found(params: Params) -> Mapping[str, object]:
    degree = 3 if params["a"] else 2
    values = [_at(params, x) for x in range(1, degree + 2)]
    what, apart = _FOUND[params["kind"]]
    return {
        "degree": degree,
        "given": ", ".join(f"p({x}) = {value}" for x, value in enumerate(values, 1)),
        "values": ", ".join(map(str, values)),
        "last": degree + 1,
        "what": what.format(**params),
        "apart": apart.format(**params),
    }


def _solve_found(params: Params, draw: Random) -> list[Step]:
    shown, n, kind = _show_found(params), params["n"], params["kind"]
    first = cell(
        f"w = [{shown['values']}]",
        "d = []",
        "while w:",
        "    d.append(w[0])",
        "    w = [y - x for x, y in zip(w, w[1:])]",
        "print(d)",
    )
    p = cell(
        "from math import comb",
        "p = lambda n: sum(c * comb(n - 1, i) for i, c in enumerate(d))",
    )
    text, second = (
        (f"Use the differences to get p({n}).", cell(p, f"print(p({n}))")),
        (
            f"Use the differences, then add up to p({n}).",
            cell(p, f"print(sum(p(i) for i in range(1, {n} + 1)))"),
        ),
        ("Go one step back.", "print(sum((-1) ** i * c for i, c in enumerate(d)))"),
        (
            f"The last difference is {shown['degree']}! times it.",
            cell("from math import factorial", "print(d[-1] // factorial(len(d) - 1))"),
        ),
    )[kind]
    plain = draw.choice(("We take differences.", "First the differences."))
    return [Step(plain, first), Step(text, second)]


FAMILIES = (
    Family(
        name="polynomial-from-values",
        topic="algebra",
        tier=2,
        phrasings=(
            "A polynomial p of degree {degree} has {given}. Find {what}.",
            "Let p be a polynomial of degree {degree} with {given}. What is {what}?",
            "The polynomial p has degree {degree} and {given}. Compute {what}.",
            "We know {given} for a polynomial p of degree {degree}. Determine {what}.",
            "If {given} and p is a polynomial of degree {degree}, what is {what}?",
            (
                "At x = 1, ..., {last} a polynomial of degree {degree} takes the values "
                "{values}, in this order. {apart}"
            ),
        ),
        draw=fitting(_draw_found, _found),
        answer=_found,
        solve=_solve_found,
        shown=_show_found,
    ),
)
