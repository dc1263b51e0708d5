"""Partitions, by the number of parts and by the largest."""

from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.combinatorics_cells import SLIPS
from examples.training.family import Family, Params, Step

_PARTS = (
    ("into at most {k} parts", "L[n]", "p(n, k)", "{k} or fewer equal boxes, none empty"),
    ("into exactly {k} parts", "L[n - k]", "p(n, k) - p(n, k - 1)", "{k} equal boxes, none empty"),
    ("into parts not above {k}", "L[n]", "p(n, k)", "equal boxes with 1 to {k} balls each"),
    (
        "with largest part {k}",
        "L[n - k]",
        "p(n, k) - p(n, k - 1)",
        "equal boxes, none empty, where the fullest has {k} balls",
    ),
)


def _draw_partitions(draw: Random) -> Params:
    n, k = draw.randint(12, 200), draw.randint(2, 12)
    return {"n": n, "k": min(k, n - 2), "kind": draw.randrange(len(_PARTS))}


def _partitions(params: Params) -> int:
    """By the number of parts: the least part is 1, or 1 is taken from each."""
    n, k, kind = taken(params, "n k kind")
    exact = [[int(total == parts == 0) for parts in range(k + 1)] for total in range(n + 1)]
    for total in range(1, n + 1):
        for parts in range(1, min(k, total) + 1):
            exact[total][parts] = exact[total - 1][parts - 1] + exact[total - parts][parts]
    return exact[n][k] if kind % 2 else sum(exact[n])


def _show_partitions(params: Params) -> dict[str, object]:
    told, _, _, apart = _PARTS[params["kind"]]
    return dict(params) | {"told": told.format(**params), "apart": apart.format(**params)}


def _solve_partitions(params: Params, draw: Random) -> list[Step]:
    n, k, kind = taken(params, "n k kind")
    _, value, checked, _ = _PARTS[kind]
    fill = cell(
        "for c in range(1, k + 1):",
        "    for s in range(c, n + 1):",
        "        L[s] += L[s - c]",
        f"t = {value}",
        "print(t)",
    )
    start = cell(f"n, k = {n}, {k}", "L = [0] * {}", "L[0] = 1")
    text = "Plan: fill a table with parts up to k, then check by a recursion."
    if kind % 2:
        text += " One part k is set." if kind == 3 else " Each part has 1 at least."
    steps = [Step(text, cell(start.format("(n + 1)"), fill))]
    if draw.random() < SLIPS:
        mended = cell("L = [0] * (n + 1)", "L[0] = 1", fill)
        steps = [
            Step(text, cell(start.format("n"), fill), fails=True),
            Step("The index n is out of range. L needs n + 1 places.", mended),
        ]
    check = cell(
        "from functools import cache",
        "@cache",
        "def p(n, k):",
        "    if n <= 0 or k == 0:",
        "        return int(n == 0)",
        "    return p(n - k, k) + p(n, k - 1)",
        f"u = {checked}",
        agreed(draw, "t", "u"),
    )
    return [*steps, Step("Check by a recursion.", check)]


FAMILIES = (
    Family(
        name="partitions",
        topic="combinatorics",
        tier=3,
        phrasings=(
            "How many partitions of {n} {told} are there?",
            "Find the number of partitions of {n} {told}.",
            "Count the partitions of the integer {n} {told}.",
            "Let N be the number of partitions of {n} {told}. Find N.",
            "What is the number of partitions of {n} {told}?",
            (
                "In how many ways can {n} equal balls be put into {apart}? The order of boxes does "
                "not matter."
            ),
        ),
        draw=fitting(_draw_partitions, _partitions),
        answer=_partitions,
        solve=_solve_partitions,
        shown=_show_partitions,
    ),
)
