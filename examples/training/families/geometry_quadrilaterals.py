"""Quadrilaterals with corners on the grid."""

from random import Random

from examples.training.cells import cell, taken
from examples.training.family import Family, Params, Step

_MEASURES = (
    ("twice the area of ABCD", "its area, doubled"),
    ("the sum of the squares of the sides of ABCD", "the sum of its squared side lengths"),
    ("the square of the longest side of ABCD", "the squared length of its longest side"),
    ("the sum of the squares of the diagonals AC and BD", "the sum of its squared diagonals"),
)


def _draw_quadrilateral(draw: Random) -> Params:
    """One corner in each quadrant around a point, so that no sides cross."""
    x, y = draw.randint(-9, 30), draw.randint(-9, 30)
    names = (("ax", "ay", -1, -1), ("bx", "by", 1, -1), ("cx", "cy", 1, 1), ("dx", "dy", -1, 1))
    params = {}
    for across, up, right, above in names:
        params[across] = x + right * draw.randint(1, 30)
        params[up] = y + above * draw.randint(1, 30)
    return params | {"kind": draw.randrange(len(_MEASURES))}


def _quadrilateral(params: Params) -> int:
    """By the diagonals and by the products of the corners' vectors."""
    values = taken(params, "ax ay bx by cx cy dx dy")
    a, b, c, d = corners = list(zip(values[::2], values[1::2], strict=True))
    if params["kind"] == 0:
        return abs((c[0] - a[0]) * (d[1] - b[1]) - (c[1] - a[1]) * (d[0] - b[0]))

    def apart(p: tuple[int, int], q: tuple[int, int]) -> int:
        dots = [u[0] * v[0] + u[1] * v[1] for u, v in ((p, p), (p, q), (q, q))]
        return dots[0] - 2 * dots[1] + dots[2]

    sides = [apart(corners[i - 1], corners[i]) for i in range(4)]
    return (0, sum(sides), max(sides), apart(a, c) + apart(b, d))[params["kind"]]


def _show_quadrilateral(params: Params) -> dict[str, object]:
    points = ("A({ax}, {ay})", "B({bx}, {by})", "C({cx}, {cy})", "D({dx}, {dy})")
    corners = [point.format(**params) for point in points]
    what, apart = _MEASURES[params["kind"]]
    walk = " to ".join(corner[1:] for corner in corners)
    named = f"{', '.join(corners[:3])} and {corners[3]}"
    return {"corners": named, "what": what, "apart": apart, "walk": walk}


def _solve_quadrilateral(params: Params, draw: Random) -> list[Step]:
    kind = params["kind"]
    points = "P = [({ax}, {ay}), ({bx}, {by}), ({cx}, {cy}), ({dx}, {dy})]".format(**params)
    square = "(P[i][0] - P[i-{0}][0])**2 + (P[i][1] - P[i-{0}][1])**2"
    if kind == 0:
        text = draw.choice(("Use the shoelace formula.", "Shoelace, not halved."))
        terms = "P[i-1][0] * P[i][1] - P[i][0] * P[i-1][1] for i in range(4)"
        return [Step(text, cell(points, f"print(abs(sum({terms})))"))]
    if kind == 3:
        text = draw.choice(("The diagonals join P[0], P[2] and P[1], P[3].", "Add both squares."))
        return [Step(text, cell(points, f"print(sum({square.format(2)} for i in (2, 3)))"))]
    lines = f"L = [{square.format(1)} for i in range(4)]"
    text = draw.choice(("List the squares of the sides.", "Square all four sides."))
    end = "print(sum(L))" if kind == 1 else "print(max(L))"
    return [Step(text, cell(points, lines, end))]


FAMILIES = (
    Family(
        name="quadrilateral",
        topic="geometry",
        tier=1,
        phrasings=(
            "A quadrilateral ABCD has vertices {corners}. Find {what}.",
            "Let ABCD be the quadrilateral with {corners}. What is {what}?",
            "The points {corners} form a quadrilateral ABCD. Compute {what}.",
            "Given {corners}, find {what}.",
            "Quadrilateral ABCD has corners {corners}. Determine {what}.",
            "A field has four straight edges: from {walk} and back to the start. Give {apart}.",
        ),
        draw=_draw_quadrilateral,
        answer=_quadrilateral,
        solve=_solve_quadrilateral,
        shown=_show_quadrilateral,
    ),
)
