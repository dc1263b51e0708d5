"""On the grid: rectangles in it, points of triangles."""

from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_SHAPES = (
    ("squares", "s in range(1, m + 1)", "squares of any size"),
    ("rectangles", "", "rectangles, squares among them,"),
    ("rectangles that are not squares", "", "rectangles with unequal sides"),
    ("squares of side at least {k}", "s in range({k}, m + 1)", "squares of side {k} or more"),
    ("squares of side at most {k}", "s in range(1, {k} + 1)", "squares of side {k} or less"),
)


def _draw_shapes(draw: Random) -> Params:
    p, q = draw.sample(range(4, 41), 2)
    kind = draw.randrange(len(_SHAPES))
    k = draw.randint(2, min(p, q) - 1) if kind > 2 else 0
    return {"p": p, "q": q, "k": k, "kind": kind}


def _shapes(params: Params) -> int:
    """By the place of the lower left corner."""
    p, q, k, kind = taken(params, "p q k kind")
    sizes = [min(p - x, q - y) for x in range(p) for y in range(q)]
    squares = sum(sizes)
    every = sum((p - x) * (q - y) for x in range(p) for y in range(q))
    at_least = sum(max(0, size - k + 1) for size in sizes)
    at_most = sum(min(size, k) for size in sizes)
    return (squares, every, every - squares, at_least, at_most)[kind]


def _show_shapes(params: Params) -> dict[str, object]:
    what, _, apart = (text.format(**params) for text in _SHAPES[params["kind"]])
    return dict(params) | {"what": what, "apart": apart}


def _solve_shapes(params: Params, draw: Random) -> list[Step]:
    p, q, kind = taken(params, "p q kind")
    sides = _SHAPES[kind][1].format(**params) or _SHAPES[0][1]
    squares = cell(
        "m = min(p, q)",
        f"s = sum((p - s + 1) * (q - s + 1) for {sides})",
    )
    every = "r = p * (p + 1) // 2 * (q * (q + 1) // 2)"
    names = f"p, q = {p}, {q}"
    if kind == 1:
        text = draw.choice(("Choose two lines each way.", "A rectangle has two lines each way."))
        return [Step(text, cell(names, every, "print(r)"))]
    if kind == 2:
        return [
            Step("All rectangles less the squares.", cell(names, every, squares, "print(r - s)"))
        ]
    text = draw.choice(("Add over the sides s.", "Count the squares of each side."))
    return [Step(text, cell(names, squares, "print(s)"))]


_WHERE = (
    ("strictly inside", "(S - B + 2) // 2", "inside, the fence itself left out"),
    ("inside or on the sides of", "(S + B + 2) // 2", "inside or on the fence"),
    ("on the sides, but not at the vertices, of", "B - 3", "on the fence, its corners left out"),
)


def _draw_triangle(draw: Random) -> Params:
    while True:
        params = {name: draw.randint(0, 30) for name in ("x1", "y1", "x2", "y2", "x3", "y3")}
        x1, y1, x2, y2, x3, y3 = params.values()
        step = draw.choice((1, 2, 3, 4))
        x2, y2, x3, y3 = (x2 // step, y2 // step, x3 // step, y3 // step)
        x2, y2, x3, y3 = x1 + x2 * step, y1 + y2 * step, x1 - x3 * step, y1 + y3 * step
        if (
            x3 >= 0
            and max(x2, y2, y3) < 50
            and abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) > 9
        ):
            last = {"x2": x2, "y2": y2, "x3": x3, "y3": y3}
            return {"x1": x1, "y1": y1, **last, "kind": draw.randrange(len(_WHERE))}


def _triangle(params: Params) -> int:
    """Point by point, by the sides each lies to the left of."""
    x1, y1, x2, y2, x3, y3, kind = taken(params, "x1 y1 x2 y2 x3 y3 kind")
    corners = [(x1, y1), (x2, y2), (x3, y3)]
    if (x2 - x1) * (y3 - y1) < (x3 - x1) * (y2 - y1):
        corners.reverse()
    inside = on_side = 0
    for x in range(min(x1, x2, x3), max(x1, x2, x3) + 1):
        for y in range(min(y1, y2, y3), max(y1, y2, y3) + 1):
            least = min(
                (c - a) * (y - b) - (d - b) * (x - a)
                for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True)
            )
            inside += least > 0
            on_side += least == 0
    return (inside, inside + on_side, on_side - 3)[kind]


def _show_triangle(params: Params) -> dict[str, object]:
    where, _, apart = _WHERE[params["kind"]]
    return dict(params) | {"where": where, "apart": apart}


def _solve_triangle(params: Params, draw: Random) -> list[Step]:
    kind = params["kind"]
    points = "P = [({x1}, {y1}), ({x2}, {y2}), ({x3}, {y3})]".format(**params)
    sides = cell(
        points,
        "V = [(P[i][0] - P[i-1][0], P[i][1] - P[i-1][1]) for i in range(3)]",
        "print(V)",
    )
    border = cell("from math import gcd", "B = sum(gcd(x, y) for x, y in V)")
    area = cell("(a, b), (c, d) = V[:2]", "S = abs(a * d - b * c)")
    text = draw.choice(("First the side vectors.", "We need the sides as vectors."))
    steps = [Step(text, sides)]
    count = "Now the boundary points by gcd."
    if kind == 2:
        return [*steps, Step(count, cell(border, f"print({_WHERE[kind][1]})"))]
    result = cell(area, f"print({_WHERE[kind][1]})")
    if draw.random() < 0.5:
        return [
            *steps,
            Step(count, cell(border, "print(B)")),
            Step("Twice the area is S. Pick.", result),
        ]
    return [*steps, Step(f"{count} Then Pick.", cell(border, result))]


FAMILIES = (
    Family(
        name="shapes-in-grid",
        topic="geometry",
        tier=1,
        phrasings=(
            "How many {what} have their sides on the lines of a {p} by {q} grid of unit squares?",
            (
                "A {p} by {q} rectangle is divided into unit squares. How many {what} do the lines "
                "form?"
            ),
            "Count the {what} formed by the lines of a grid of {p} by {q} unit squares.",
            "A board has {p} by {q} unit squares. How many {what} are on it, along the lines?",
            (
                "Find the number of {what} in a grid of {p} by {q} unit squares, with sides on the "
                "lines."
            ),
            (
                "A window has {p} rows of {q} equal square panes. How many {apart} can be traced "
                "along its bars and frame?"
            ),
        ),
        draw=fitting(_draw_shapes, _shapes),
        answer=_shapes,
        solve=_solve_shapes,
        shown=_show_shapes,
    ),
    Family(
        name="points-of-triangle",
        topic="geometry",
        tier=2,
        phrasings=(
            (
                "How many lattice points are {where} the triangle with vertices ({x1}, {y1}), "
                "({x2}, {y2}) and ({x3}, {y3})?"
            ),
            (
                "A triangle has vertices ({x1}, {y1}), ({x2}, {y2}), ({x3}, {y3}). How many "
                "lattice points lie {where} it?"
            ),
            (
                "Find the number of lattice points {where} the triangle with corners ({x1}, {y1}), "
                "({x2}, {y2}), ({x3}, {y3})."
            ),
            (
                "Count the points with integer coordinates {where} the triangle ({x1}, {y1}), "
                "({x2}, {y2}), ({x3}, {y3})."
            ),
            (
                "Points ({x1}, {y1}), ({x2}, {y2}) and ({x3}, {y3}) form a triangle. How many "
                "lattice points are {where} it?"
            ),
            (
                "A tree grows at each integer point of the plane. A fence runs straight from "
                "({x1}, {y1}) to ({x2}, {y2}), to ({x3}, {y3}) and back. How many trees stand "
                "{apart}?"
            ),
        ),
        draw=_draw_triangle,
        answer=_triangle,
        solve=_solve_triangle,
        shown=_show_triangle,
    ),
)
