"""Choices and orders: committees, balls in a row."""

from math import comb, factorial
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_PEOPLE, _APART = ("men", "women"), ("males", "females")
_HAVE = (
    ("exactly {j} {who}", "range({j}, {j} + 1)", "exactly {j} {who}"),
    ("at least {j} {who}", "range({j}, {k} + 1)", "{j} or more {who}"),
    ("at most {j} {who}", "range({j} + 1)", "{j} or fewer {who}"),
    ("more {who} than {other}", "range({k} // 2 + 1, {k} + 1)", "a majority of {who}"),
)


def _draw_committee(draw: Random) -> Params:
    kind, k = draw.randrange(len(_HAVE)), draw.randint(3, 8)
    return {
        "a": draw.randint(4, 16),
        "b": draw.randint(4, 16),
        "k": k,
        "j": 0 if kind == 3 else draw.randint(1, k - 1),
        "of": draw.randrange(2),
        "kind": kind,
    }


def _committee(params: Params) -> int:
    """Person by person."""
    a, b, k, j, of, kind = taken(params, "a b k j of kind")
    ways = {(0, 0): 1}
    for special in (of == 0,) * a + (of == 1,) * b:
        grown = dict(ways)
        for (wanted, others), count in ways.items():
            key = (wanted + special, others + (not special))
            grown[key] = grown.get(key, 0) + count
        ways = {key: count for key, count in grown.items() if sum(key) <= k}
    allowed = ({j}, range(j, k + 1), range(j + 1), range(k // 2 + 1, k + 1))[kind]
    return sum(ways.get((wanted, k - wanted), 0) for wanted in allowed)


def _show_committee(params: Params) -> dict[str, object]:
    of, (have, _, apart) = params["of"], _HAVE[params["kind"]]
    return dict(params) | {
        "have": have.format(**params, who=_PEOPLE[of], other=_PEOPLE[1 - of]),
        "apart": apart.format(**params, who=_APART[of]),
    }


def _solve_committee(params: Params, draw: Random) -> list[Step]:
    a, b, k, j, of, kind = taken(params, "a b k j of kind")
    s, o, who = (b, a, "women") if of else (a, b, "men")
    term = f"comb({s}, i) * comb({o}, {k} - i)"
    if kind == 0:
        line = f"print({term.replace('i', str(j))})"
    else:
        line = f"print(sum({term} for i in {_HAVE[kind][1].format(**params)}))"
    text = draw.choice((f"Choose the {who} and the others.", f"Let i be the number of {who}."))
    return [Step(text, cell("from math import comb", line))]


_COLOURS = ("red", "blue", "green")
_BALLS = (
    (
        "all {colour} balls stand together",
        "({t} + {u} + 1)",
        "the {colour} ones form one block",
    ),
    (
        "no two {colour} balls stand side by side",
        "comb({t} + {u} + 1, {s})",
        "{colour} ones never touch each other",
    ),
    (
        "the first ball is {colour}",
        "comb({t} + {u} + {s} - 1, {s} - 1)",
        "a {colour} one is leftmost",
    ),
    (
        "the first and the last ball are {colour}",
        "comb({t} + {u} + {s} - 2, {s} - 2)",
        "{colour} ones stand at both ends",
    ),
)


def _draw_balls(draw: Random) -> Params:
    a, b, c = (draw.randint(2, 12) for _ in range(3))
    of, kind = draw.randrange(3), draw.randrange(len(_BALLS))
    return {"a": a, "b": b, "c": c, "of": of, "kind": kind, "m": draw.randint(11, 999)}


def _balls(params: Params) -> int:
    """By factorials; balls side by side by inclusion and exclusion."""
    of, kind, m = taken(params, "of kind m")
    counts = list(taken(params, "a b c"))
    s = counts.pop(of)
    t, u = counts
    n = s + t + u

    def orders(blocks: int) -> int:
        return factorial(blocks + t + u) // (factorial(blocks) * factorial(t) * factorial(u))

    apart = sum((1 - j % 2 * 2) * comb(s - 1, j) * orders(s - j) for j in range(s))
    first, both = orders(s) * s // n, orders(s) * s * (s - 1) // (n * (n - 1))
    return (orders(1), apart, first, both)[kind] % m


def _show_balls(params: Params) -> dict[str, object]:
    told, _, apart = _BALLS[params["kind"]]
    colour = _COLOURS[params["of"]]
    return dict(params) | {"so": told.format(colour=colour), "apart": apart.format(colour=colour)}


def _solve_balls(params: Params, draw: Random) -> list[Step]:
    counts = list(taken(params, "a b c"))
    s = counts.pop(params["of"])
    t, u = counts
    colour = _COLOURS[params["of"]]
    text = draw.choice(("First place the others, then the {}.", "We place the {} balls last."))
    ways = _BALLS[params["kind"]][1].format(s=s, t=t, u=u)
    lines = ("from math import comb", f"r = comb({t} + {u}, {t})", f"r *= {ways}")
    return [Step(text.format(colour), cell(*lines, f"print(r % {params['m']})"))]


FAMILIES = (
    Family(
        name="committee",
        topic="combinatorics",
        tier=1,
        phrasings=(
            (
                "A committee of {k} is chosen from {a} men and {b} women. How many committees have "
                "{have}?"
            ),
            (
                "From {a} men and {b} women we choose a committee of {k}. How many committees with "
                "{have} are there?"
            ),
            "There are {a} men and {b} women. How many committees of {k} people have {have}?",
            "Count the committees of {k} people with {have}, chosen from {a} men and {b} women.",
            "We choose {k} people out of {a} men and {b} women. How many choices have {have}?",
            (
                "A club of {a} males and {b} females sends {k} of its members. In how many ways "
                "can it send {apart}?"
            ),
        ),
        draw=fitting(_draw_committee, _committee),
        answer=_committee,
        solve=_solve_committee,
        shown=_show_committee,
    ),
    Family(
        name="balls-in-row",
        topic="combinatorics",
        tier=1,
        phrasings=(
            (
                "In how many ways can {a} red, {b} blue and {c} green balls be put in a row so "
                "that {so}? Give the remainder modulo {m}."
            ),
            (
                "We put {a} red, {b} blue and {c} green balls in a row so that {so}. Find the "
                "number of ways modulo {m}."
            ),
            (
                "Let N be the number of rows of {a} red, {b} blue and {c} green balls where {so}. "
                "Find N mod {m}."
            ),
            (
                "There are {a} red, {b} blue and {c} green balls. How many rows are there where "
                "{so}? Answer modulo {m}."
            ),
            (
                "Count the rows of {a} red, {b} blue and {c} green balls in which {so}. Give the "
                "count modulo {m}."
            ),
            (
                "Tulips of one colour look alike: {a} are red, {b} blue, {c} green. All are "
                "planted in a line where {apart}. Divide the number of patterns by {m}. What "
                "remains?"
            ),
        ),
        draw=_draw_balls,
        answer=_balls,
        solve=_solve_balls,
        shown=_show_balls,
    ),
)
