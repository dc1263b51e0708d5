"""Triangles with whole sides."""

from math import isqrt
from random import Random

from examples.training.cells import agreed, cell, taken
from examples.training.families.combinatorics_cells import SLIPS
from examples.training.family import Family, Params, Step

_SHAPES = (
    ("triangles", "", "of any kind"),
    ("triangles with three different sides", "a < b < c", "with no two equal rods"),
    ("isosceles triangles", "(a == b or b == c)", "with two or three equal rods"),
    ("obtuse triangles", "a*a + b*b < c*c", "with an angle above 90 degrees"),
    ("acute triangles", "a*a + b*b > c*c", "with all angles below 90 degrees"),
)


def _draw_whole(draw: Random) -> Params:
    low = draw.randint(1, 60)
    return {"low": low, "high": low + draw.randint(6, 30), "kind": draw.randrange(len(_SHAPES))}


def _whole(params: Params) -> int:
    """By the bounds of the longest side, for each two shorter ones."""
    low, high, kind = taken(params, "low high kind")
    total = 0
    for a in range(low, high + 1):
        for b in range(a, high + 1):
            last = min(high, a + b - 1)
            root = isqrt(a * a + b * b)
            below = root - (root * root == a * a + b * b)
            every, equal = last - b + 1, (last - b + 1 if a == b else 1)
            obtuse, acute = max(0, last - root), min(last, below) - b + 1
            total += (every, every - equal, equal, obtuse, acute)[kind]
    return total


def _show_whole(params: Params) -> dict[str, object]:
    what, _, apart = _SHAPES[params["kind"]]
    return dict(params) | {"what": what, "apart": apart}


def _solve_whole(params: Params, draw: Random) -> list[Step]:
    low, high, kind = taken(params, "low high kind")
    condition = _SHAPES[kind][1]
    where = f" if {condition}" if condition else ""
    lead = "from itertools import combinations_with_replacement as cwr"
    start = f"S = range({low}, {high} + 1)"
    pick = "T = [t for t in cwr(S, 3) if t[0] + t[1] > t[2]]"
    end = cell(f"n = sum(1 for a, b, c in T{where})", "print(n)")
    text = "Plan: list sides a <= b <= c with a + b > c, then check from c down."
    steps = [Step(text, cell(lead, start, pick, end))]
    slip = draw.random()
    if slip < SLIPS / 2:
        mended = Step("cwr is not defined. Import it.", cell(lead, pick, end))
        steps = [Step(text, cell(start, pick, end), fails=True), mended]
    elif slip < SLIPS:
        wrong = cell(lead, start, pick, end.replace("a, b, c", "a, b"))
        steps = [Step(text, wrong, fails=True), Step("Each t has 3 sides a, b, c.", end)]
    check = cell(
        "m = 0",
        "for c in S:",
        f"    for b in range({low}, c + 1):",
        f"        for a in range(max({low}, c - b + 1), b + 1):",
        f"            m += {condition}" if condition else "            m += 1",
        agreed(draw, "n", "m"),
    )
    return [*steps, Step("Check with loops from c down.", check)]


FAMILIES = (
    Family(
        name="whole-sided-triangles",
        topic="geometry",
        tier=3,
        phrasings=(
            "How many {what} have integer sides from {low} to {high}, congruent ones counted once?",
            "Find the number of {what} with integer sides from {low} to {high}, up to congruence.",
            "Count the {what} whose sides are integers from {low} to {high}, congruent ones once.",
            "Up to congruence, how many {what} have all sides integers from {low} to {high}?",
            (
                "All sides are integers from {low} to {high}. How many such {what} exist, "
                "congruent ones counted once?"
            ),
            (
                "Rods come in every whole length from {low} to {high}, many of each. How many "
                "different triangles {apart} can be built from three rods?"
            ),
        ),
        draw=_draw_whole,
        answer=_whole,
        solve=_solve_whole,
        shown=_show_whole,
    ),
)
