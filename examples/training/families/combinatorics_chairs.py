"""Chairs taken with gaps, in a row and in a circle."""

from math import factorial
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_CHAIRS = (
    ("in a row", "In how many ways can we choose", "comb({n} - {d} * ({k} - 1), {k})"),
    (
        "in a circle",
        "In how many ways can we choose",
        "{n} * comb({n} - {d} * {k} - 1, {k} - 1) // {k}",
    ),
    (
        "in a row",
        "In how many ways can {k} people take",
        "factorial({k}) * comb({n} - {d} * ({k} - 1), {k})",
    ),
    (
        "in a circle",
        "In how many ways can {k} people take",
        "factorial({k}) * ({n} * comb({n} - {d} * {k} - 1, {k} - 1) // {k})",
    ),
)


def _draw_chairs(draw: Random) -> Params:
    while True:
        n, k, d = draw.randint(8, 120), draw.randint(2, 5), draw.randint(1, 9)
        if n >= (d + 1) * k:
            return {"n": n, "k": k, "d": d, "kind": draw.randrange(4)}


def _chairs(params: Params) -> int:
    """Chair by chair along the row; in a circle by who sits on the first few chairs."""
    n, k, d, kind = taken(params, "n k d kind")
    rows = [[1] * (n + 1)]
    for _ in range(k):
        row = [0]
        for chairs in range(1, n + 1):
            row.append(row[-1] + rows[-1][max(0, chairs - 1 - d)])
        rows.append(row)
    round_way = rows[k][n - d] + d * rows[k - 1][max(0, n - 2 * d - 1)]
    return (round_way if kind % 2 else rows[k][n]) * (factorial(k) if kind > 1 else 1)


def _show_chairs(params: Params) -> dict[str, object]:
    where, ask, _ = _CHAIRS[params["kind"]]
    people = params["kind"] > 1
    who = "{k} different flags" if people else "{k} equal flags"
    return dict(params) | {
        "where": where,
        "ask": ask.format(**params),
        "chairs": "chairs" if people else "{k} chairs".format(**params),
        "flags": who.format(**params),
        "posts": "along a road" if where == "in a row" else "around a lake",
    }


def _solve_chairs(params: Params, draw: Random) -> list[Step]:
    names = "comb, factorial" if params["kind"] > 1 else "comb"
    where = _CHAIRS[params["kind"]][0]
    text = draw.choice(("The chairs are {}.", "Count the choices {}.")).format(where)
    line = _CHAIRS[params["kind"]][2].format(**params)
    return [Step(text, cell(f"from math import {names}", f"print({line})"))]


FAMILIES = (
    Family(
        name="chairs-with-gaps",
        topic="combinatorics",
        tier=1,
        phrasings=(
            (
                "There are {n} numbered chairs {where}. {ask} {chairs} so that at least {d} free "
                "chairs are between any two taken ones?"
            ),
            (
                "{n} numbered chairs stand {where}. {ask} {chairs} with at least {d} free chairs "
                "between any two taken ones?"
            ),
            (
                "{ask} {chairs} out of {n} numbered chairs {where}, if at least {d} free chairs "
                "must be between any two taken ones?"
            ),
            (
                "We have {n} numbered chairs {where}. Between any two taken chairs at least {d} "
                "must stay free. {ask} {chairs}?"
            ),
            (
                "A room has {n} numbered chairs {where}. {ask} {chairs}, at least {d} free ones "
                "between any two of them?"
            ),
            (
                "Of {n} labelled posts {posts}, {k} shall carry one flag each, never with fewer "
                "than {d} bare posts from flag to flag. The {flags} are given. How many ways are "
                "there?"
            ),
        ),
        draw=fitting(_draw_chairs, _chairs),
        answer=_chairs,
        solve=_solve_chairs,
        held_out=True,
        shown=_show_chairs,
    ),
)
