"""Triangles: measures from the sides, right ones with whole sides."""

from fractions import Fraction
from math import gcd, isqrt
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.combinatorics_cells import FRACTION, parts, reduced
from examples.training.family import Family, Params, Step

_MEASURES = (
    ("area", "16", "the surface of the sail"),
    ("altitude to BC", "4 * a * a", "the distance from tip A to edge BC"),
    ("altitude to CA", "4 * b * b", "the distance from tip B to edge CA"),
    ("circumradius", "", "the radius of the smallest circle through all tips"),
    ("inradius", "4 * (a + b + c)**2", "the radius of the largest circle that fits in"),
)


def _draw_sides(draw: Random) -> Params:
    while True:
        c, a, b = draw.sample(range(3, 41), 3)
        if 2 * max(a, b, c) < a + b + c:
            return {"c": c, "a": a, "b": b, "kind": draw.randrange(len(_MEASURES))}


def _sides(params: Params) -> int:
    """By coordinates: B at (0, 0), C at (a, 0), A at (x, y)."""
    a, b, c, kind = taken(params, "a b c kind")
    x = Fraction(a * a + c * c - b * b, 2 * a)
    y_squared = c * c - x * x
    area_squared = y_squared * a * a / 4
    value = (
        area_squared,
        y_squared,
        4 * area_squared / (b * b),
        (a * b * c) ** 2 / (16 * area_squared),
        4 * area_squared / (a + b + c) ** 2,
    )[kind]
    return reduced(value.numerator, value.denominator)


def _show_sides(params: Params) -> dict[str, object]:
    what, _, apart = _MEASURES[params["kind"]]
    return dict(params) | {"what": what, "apart": apart}


def _solve_sides(params: Params, draw: Random) -> list[Step]:
    what, below, _ = _MEASURES[params["kind"]]
    first = cell(
        "a, b, c = {a}, {b}, {c}".format(**params),
        "q = (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c)",
        "print(q)",
    )
    value = f"Fraction(q, {below})" if below else "Fraction((a * b * c)**2, q)"
    text = draw.choice(("Heron: q is 16 times the squared area.", "First Heron, a = BC."))
    last = cell(FRACTION, f"s = {value}", parts("s"))
    return [Step(text, first), Step(f"Now use q for the {what}.", last)]


_WANTED = (
    ("the number of those with coprime sides", "sum(1 for t in T if gcd(*t) == 1)", True),
    ("the sum of their hypotenuses", "sum(t[2] for t in T)", False),
    ("the largest perimeter among them", "max(sum(t) for t in T)", False),
    ("the number of different hypotenuses", "len({t[2] for t in T})", False),
    ("the largest area among them", "max(t[0] * t[1] // 2 for t in T)", False),
)
_WANTED_APART = (
    "How many are no larger copy of a smaller such triangle?",
    "What do their longest sides add up to?",
    "What is the greatest length around one of them?",
    "How many lengths occur as a longest side?",
    "What is the greatest surface of one of them?",
)


def _draw_right(draw: Random) -> Params:
    while True:
        low, kind = draw.randint(5, 150), draw.randrange(len(_WANTED))
        params = {"low": low, "high": low + draw.randint(12, 70), "kind": kind}
        if _right(params):
            return params


def _right(params: Params) -> int:
    """By Euclid's formula and its multiples."""
    low, high, kind = taken(params, "low high kind")
    found = []
    for m in range(2, isqrt(high) + 1):
        for n in range(1 + m % 2, m, 2):
            if gcd(m, n) == 1:
                sides = (m * m - n * n, 2 * m * n, m * m + n * n)
                times = range(-(-low // sides[2]), high // sides[2] + 1)
                found += [(k, *(k * side for side in sides)) for k in times]
    return (
        sum(k == 1 for k, *_ in found),
        sum(c for _, _, _, c in found),
        max((a + b + c for _, a, b, c in found), default=0),
        len({c for _, _, _, c in found}),
        max((a * b // 2 for _, a, b, _ in found), default=0),
    )[kind]


def _show_right(params: Params) -> dict[str, object]:
    kind = params["kind"]
    return dict(params) | {"what": _WANTED[kind][0], "apart": _WANTED_APART[kind]}


def _solve_right(params: Params, draw: Random) -> list[Step]:
    first = cell(
        "from math import gcd, isqrt",
        "T = []",
        "for c in range({low}, {high} + 1):".format(**params),
        "    for a in range(1, c):",
        "        b = isqrt(c * c - a * a)",
        "        if a < b and a * a + b * b == c * c:",
        "            T.append((a, b, c))",
        "print(len(T))",
    )
    what, result, coprime = _WANTED[params["kind"]]
    if not coprime:
        first = first.replace("gcd, ", "")
    text = draw.choice(("First list the triangles.", "List all with legs a < b."))
    return [Step(text, first), Step(f"T holds all. Find {what}.", f"print({result})")]


FAMILIES = (
    Family(
        name="triangle-from-sides",
        topic="geometry",
        tier=2,
        phrasings=(
            (
                "Triangle ABC has AB = {c}, BC = {a} and CA = {b}. The square of its {what} is m/n "
                "in lowest terms. Find m + n."
            ),
            (
                "In triangle ABC, AB = {c}, BC = {a}, CA = {b}. The square of the {what} is m/n in "
                "lowest terms. Find m + n."
            ),
            (
                "A triangle ABC has sides AB = {c}, BC = {a}, CA = {b}. If m/n, reduced, is the "
                "square of the {what}, what is m + n?"
            ),
            (
                "Let ABC be a triangle with AB = {c}, BC = {a}, CA = {b}. Write the square of its "
                "{what} as m/n in lowest terms. Compute m + n."
            ),
            (
                "Given AB = {c}, BC = {a}, CA = {b} in triangle ABC, the squared {what} is m/n in "
                "lowest terms. What is m + n?"
            ),
            (
                "A flat sail with tips A, B, C measures {c} from A to B, {a} from B to C and {b} "
                "from C to A. Square {apart}: the reduced fraction p/q. Give p + q."
            ),
        ),
        draw=fitting(_draw_sides, _sides),
        answer=_sides,
        solve=_solve_sides,
        shown=_show_sides,
    ),
    Family(
        name="right-triangles",
        topic="geometry",
        tier=2,
        phrasings=(
            (
                "Right triangles with integer sides have a hypotenuse from {low} to {high}. Find "
                "{what}."
            ),
            (
                "Consider all right triangles with integer sides and hypotenuse from {low} to "
                "{high}. What is {what}?"
            ),
            (
                "Take the right triangles with integer sides whose hypotenuse c has {low} <= c <= "
                "{high}. Find {what}."
            ),
            (
                "Among right triangles with integer sides, those with hypotenuse from {low} to "
                "{high} are kept. Compute {what}."
            ),
            (
                "For the right triangles with integer sides and hypotenuse at least {low} and at "
                "most {high}, find {what}."
            ),
            (
                "Whole numbers a < b < c with a^2 + b^2 = c^2 and c between {low} and {high}, both "
                "included, make triangles. {apart}"
            ),
        ),
        draw=fitting(_draw_right, _right),
        answer=_right,
        solve=_solve_right,
        held_out=True,
        shown=_show_right,
    ),
)
