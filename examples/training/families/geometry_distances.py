"""Distances: by way of a mirror, and from a point to a line."""

from fractions import Fraction
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.algebra_cells import signed
from examples.training.families.combinatorics_cells import divided, reduced
from examples.training.family import Family, Params, Step

_MIRRORS = (
    ("touches the x-axis", "x, -y", "the line y = 0"),
    ("touches the y-axis", "-x, y", "the line x = 0"),
    ("touches the line x = {k}", "2 * {k} - x, y", "the line through ({k}, 0) and ({k}, 1)"),
    ("touches the line y = {k}", "x, 2 * {k} - y", "the line through (0, {k}) and (1, {k})"),
    ("touches the line y = x", "y, x", "the line through (0, 0) and (1, 1)"),
    (
        "touches the x-axis and then the y-axis",
        "-x, -y",
        "the lines y = 0 and x = 0, in this order",
    ),
)


def _draw_mirror(draw: Random) -> Params:
    while True:
        a, b, c, d = (draw.randint(1, 99) for _ in range(4))
        kind = draw.randrange(len(_MIRRORS))
        k = draw.randint(1, 40) if kind in {2, 3} else 0
        if (a, b) == (c, d) or min((a, c) if kind == 2 else (b, d)) <= k:
            continue
        if kind != 4 or (a > b and c > d):
            return {"a": a, "b": b, "c": c, "d": d, "k": k, "kind": kind}


def _mirror(params: Params) -> int:
    """By what the path goes along the mirror and to it."""
    a, b, c, d, k, kind = taken(params, "a b c d k kind")
    if kind == 4:
        along, across = (a + b) - (c + d), (a - b) + (c - d)
        return (along**2 + across**2) // 2
    x, y = (a - c, b + d), (b - d, a + c)
    along, across = (x, y, y, x, (0, 0), (b + d, a + c))[kind]
    return along**2 + (across - 2 * k) ** 2


def _show_mirror(params: Params) -> dict[str, object]:
    what, _, apart = (text.format(**params) for text in _MIRRORS[params["kind"]])
    return dict(params) | {"what": what, "apart": apart}


def _solve_mirror(params: Params, draw: Random) -> list[Step]:
    a, b, c, d, kind = taken(params, "a b c d kind")
    image = _MIRRORS[kind][1].format(**params)
    text = draw.choice(("Reflect B.", "First we reflect B."))
    if kind == 5:
        text = "Reflect B in both axes."
    first = cell(f"x, y = {c}, {d}", f"x, y = {image}", "print(x, y)")
    last = draw.choice(("Now the distance from A to the image.", "The path is straight to it."))
    return [Step(text, first), Step(last, f"print((x - {a})**2 + (y - {b})**2)")]


_TO_LINE = (
    ("distance from P to the line", "D", "The shortest way"),
    ("distance from P to its mirror image in the line", "4 * D", "Twice the shortest way"),
)


def _draw_line(draw: Random) -> Params:
    while True:
        a, b = draw.randint(1, 20), draw.randint(-20, 20)
        c, p, q = draw.randint(-60, 60), draw.randint(-20, 20), draw.randint(-20, 20)
        if a > 1 and abs(b) > 1 and a * p + b * q != c:
            return {"a": a, "b": b, "c": c, "p": p, "q": q, "kind": draw.randrange(2)}


def _line(params: Params) -> int:
    """By the least value of a square: the distance to the point of the line at time t."""
    a, b, c, p, q, kind = taken(params, "a b c p q kind")
    x, y = Fraction(c, a) - p, -q
    # the square of (x + b t, y - a t) is u t^2 + v t + w
    u, v, w = b * b + a * a, 2 * (x * b - y * a), x * x + y * y
    least = (w - v * v / (4 * u)) * (4 if kind else 1)
    return reduced(least.numerator, least.denominator)


def _show_line(params: Params) -> dict[str, object]:
    what, _, apart = _TO_LINE[params["kind"]]
    line = f"{params['a']}x {signed(params['b'])}y = {params['c']}"
    return dict(params) | {"what": what, "apart": apart, "line": line}


def _solve_line(params: Params, draw: Random) -> list[Step]:
    lines = cell(
        "a, b, c = {a}, {b}, {c}".format(**params),
        "p, q = {p}, {q}".format(**params),
        "e = a * p + b * q - c",
    )
    text = draw.choice(
        (
            "Plan: use the formula, then check with the foot of the perpendicular.",
            "Plan: take D by formula, then find the foot and check.",
        )
    )
    steps = divided(draw, text, lines, ("D", "e * e", "a * a + b * b"))
    check = cell(
        "t = Fraction(e, a * a + b * b)",
        "x, y = p - a * t, q - b * t",
        "assert a * x + b * y == c",
        "G = (x - p)**2 + (y - q)**2",
        f"V = {_TO_LINE[params['kind']][1]}",
        agreed(draw, "D", "G", "V.numerator + V.denominator"),
    )
    return [*steps, Step("Check: the foot is (x, y).", check)]


FAMILIES = (
    Family(
        name="path-by-mirror",
        topic="geometry",
        tier=2,
        phrasings=(
            "The shortest path from A({a}, {b}) to B({c}, {d}) that {what} has length L. Find L^2.",
            (
                "Let L be the length of the shortest path from A({a}, {b}) to B({c}, {d}) that "
                "{what}. What is L^2?"
            ),
            (
                "A path goes from A({a}, {b}) to B({c}, {d}) and {what}. Find the square of its "
                "least length."
            ),
            (
                "Find the square of the least length of a path from A({a}, {b}) to B({c}, {d}) "
                "that {what}."
            ),
            (
                "A path from A({a}, {b}) {what} and ends at B({c}, {d}). Compute the square of the "
                "least possible length."
            ),
            (
                "An ant at ({a}, {b}) must visit {apart}, before it comes home to ({c}, {d}). It "
                "crawls as little as possible. Square the way it makes."
            ),
        ),
        draw=_draw_mirror,
        answer=_mirror,
        solve=_solve_mirror,
        shown=_show_mirror,
    ),
    Family(
        name="point-and-line",
        topic="geometry",
        tier=3,
        phrasings=(
            (
                "The square of the {what} is m/n in lowest terms, for P({p}, {q}) and the line "
                "{line}. Find m + n."
            ),
            (
                "Let P = ({p}, {q}) and take the line {line}. The square of the {what} is m/n in "
                "lowest terms. Find m + n."
            ),
            (
                "A line has the equation {line}, and P is ({p}, {q}). The squared {what} is m/n, "
                "reduced. What is m + n?"
            ),
            (
                "For the point P({p}, {q}) and the line {line}, write the square of the {what} as "
                "m/n in lowest terms. Compute m + n."
            ),
            (
                "Given the line {line} and P({p}, {q}), the squared {what} is m/n in lowest terms. "
                "What is m + n?"
            ),
            (
                "A straight cable follows {line}. A ship lies at ({p}, {q}). {apart} from ship to "
                "cable, squared, is the reduced fraction s/t. Give s + t."
            ),
        ),
        draw=fitting(_draw_line, _line),
        answer=_line,
        solve=_solve_line,
        shown=_show_line,
    ),
)
