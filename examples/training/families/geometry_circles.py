"""Circles: tangents, and the circle through three points."""

from fractions import Fraction
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.combinatorics_cells import divided, reduced
from examples.training.family import Family, Params, Step

_TANGENTS = (
    (
        "of a common external tangent",
        "A straight belt touches both wheels on the same side",
        "D - ({r} - {s})**2",
    ),
    (
        "of a common internal tangent",
        "A straight belt crosses over between the wheels and touches both",
        "D - ({r} + {s})**2",
    ),
    (
        "of a tangent from Q to the first circle",
        "A straight rope from the middle of the second wheel touches the first",
        "D - {r}**2",
    ),
    (
        "of a tangent from P to the second circle",
        "A straight rope from the middle of the first wheel touches the second",
        "D - {s}**2",
    ),
)


def _draw_tangent(draw: Random) -> Params:
    while True:
        a, b, c, d = (draw.randint(-20, 40) for _ in range(4))
        r, s = draw.sample(range(2, 40), 2)
        if (a - c) ** 2 + (b - d) ** 2 > (r + s) ** 2:
            kind = draw.randrange(len(_TANGENTS))
            return {"a": a, "b": b, "c": c, "d": d, "r": r, "s": s, "kind": kind}


def _tangent(params: Params) -> int:
    """By the lengths from the point where the tangent meets the line of the centers."""
    a, b, c, d, r, s, kind = taken(params, "a b c d r s kind")
    square = Fraction((a - c) * (a - c) + (b - d) * (b - d))
    one, two = ((r, s), (r, -s), (r, 0), (0, s))[kind]
    # with distance 1 between the centers, the meeting point cuts it as the radii do
    near, far = Fraction(one, one - two), Fraction(two, one - two)
    legs = near**2 * square - one**2, far**2 * square - two**2
    ratio = (near - far) / near if near else (near - far) / far
    return int((legs[0] if near else legs[1]) * ratio**2)


def _show_tangent(params: Params) -> dict[str, object]:
    what, apart, _ = _TANGENTS[params["kind"]]
    return dict(params) | {"what": what, "apart": apart}


def _solve_tangent(params: Params, draw: Random) -> list[Step]:
    text = draw.choice(("D is the square of PQ.", "First the square of the distance."))
    distance = "D = ({a} - {c})**2 + ({b} - {d})**2".format(**params)
    result = _TANGENTS[params["kind"]][2].format(**params)
    return [Step(text, cell(distance, f"print({result})"))]


_SQUARES = (
    ("The square of its radius", "R", "The squared distance from it to each of them"),
    ("The square of its diameter", "4 * R", "Twice the distance from it to one of them, squared,"),
)


def _draw_three(draw: Random) -> Params:
    while True:
        names = ("x1", "y1", "x2", "y2", "x3", "y3")
        x1, y1, x2, y2, x3, y3 = (draw.randint(-9, 12) for _ in names)
        if (x2 - x1) * (y3 - y1) != (x3 - x1) * (y2 - y1):
            values = (x1, y1, x2, y2, x3, y3)
            return dict(zip(names, values, strict=True)) | {"kind": draw.randrange(2)}


def _three(params: Params) -> int:
    """By the product of the sides over four times the area."""
    x1, y1, x2, y2, x3, y3, kind = taken(params, "x1 y1 x2 y2 x3 y3 kind")
    sides = 1
    for x, y in ((x1 - x2, y1 - y2), (x2 - x3, y2 - y3), (x3 - x1, y3 - y1)):
        sides *= x * x + y * y
    area = x1 * (y2 - y3) + x2 * (y3 - y1) + x3 * (y1 - y2)
    return reduced(sides, area * area) if kind else reduced(sides, 4 * area * area)


def _show_three(params: Params) -> dict[str, object]:
    what, _, apart = _SQUARES[params["kind"]]
    return dict(params) | {"what": what, "apart": apart}


def _solve_three(params: Params, draw: Random) -> list[Step]:
    lines = cell(
        "p, q = {x2} - {x1}, {y2} - {y1}".format(**params),
        "r, s = {x3} - {x1}, {y3} - {y1}".format(**params),
        "g, h, d = p*p + q*q, r*r + s*s, 2 * (p*s - q*r)",
        "e, f = s*g - q*h, p*h - r*g",
        "n = e*e + f*f",
    )
    text = draw.choice(
        (
            "Plan: move A to (0, 0). The center is (e/d, f/d). Check the distance to B.",
            "Plan: put A at (0, 0) and solve for the center (e/d, f/d), then check with B.",
        )
    )
    steps = divided(draw, text, lines, ("R", "n", "d*d"))
    check = cell(
        "x, y = Fraction(e, d), Fraction(f, d)",
        "S = (x - p)**2 + (y - q)**2",
        f"V = {_SQUARES[params['kind']][1]}",
        agreed(draw, "R", "S", "V.numerator + V.denominator"),
    )
    return [*steps, Step("Check the distance to B.", check)]


FAMILIES = (
    Family(
        name="tangent-length",
        topic="geometry",
        tier=1,
        phrasings=(
            (
                "Two circles have centers P({a}, {b}) and Q({c}, {d}) and radii {r} and {s}. Find "
                "the square of the length {what}."
            ),
            (
                "A circle has center P({a}, {b}) and radius {r}, a second has center Q({c}, {d}) "
                "and radius {s}. What is the square of the length {what}?"
            ),
            (
                "Circles with centers P({a}, {b}) and Q({c}, {d}) have radii {r} and {s}. Compute "
                "the squared length {what}."
            ),
            (
                "The first circle has center P({a}, {b}), radius {r}, the second center Q({c}, "
                "{d}), radius {s}. Find the squared length {what}."
            ),
            (
                "Let two circles have centers P({a}, {b}), Q({c}, {d}) and radii {r}, {s}. "
                "Determine the square of the length {what}."
            ),
            (
                "Seen from above, a wheel of radius {r} turns around ({a}, {b}), another of radius "
                "{s} around ({c}, {d}). {apart}. Square the length of its free part."
            ),
        ),
        draw=_draw_tangent,
        answer=_tangent,
        solve=_solve_tangent,
        shown=_show_tangent,
    ),
    Family(
        name="circle-through-points",
        topic="geometry",
        tier=3,
        phrasings=(
            (
                "A circle passes through A({x1}, {y1}), B({x2}, {y2}) and C({x3}, {y3}). {what} is "
                "m/n in lowest terms. Find m + n."
            ),
            (
                "Points A({x1}, {y1}), B({x2}, {y2}), C({x3}, {y3}) lie on a circle. {what} is m/n "
                "in lowest terms. Find m + n."
            ),
            (
                "Let a circle go through A({x1}, {y1}), B({x2}, {y2}), C({x3}, {y3}). {what} is "
                "m/n, reduced. What is m + n?"
            ),
            (
                "Triangle A({x1}, {y1}), B({x2}, {y2}), C({x3}, {y3}) has a circumscribed circle. "
                "{what} is m/n in lowest terms. Compute m + n."
            ),
            (
                "The circle through A({x1}, {y1}), B({x2}, {y2}) and C({x3}, {y3}) is drawn. "
                "{what} is m/n in lowest terms. What is m + n?"
            ),
            (
                "A mast stands equally far from three huts at ({x1}, {y1}), ({x2}, {y2}) and "
                "({x3}, {y3}). {apart} is the reduced fraction p/q. Give p + q."
            ),
        ),
        draw=fitting(_draw_three, _three),
        answer=_three,
        solve=_solve_three,
        held_out=True,
        shown=_show_three,
    ),
)
