"""Arithmetic and geometric progressions: terms, sums, and the first term beyond a bound."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import LARGEST, cell, fitting, taken
from examples.training.family import Family, Params, Step

_ASKED = (
    ("the {n}-th term", "How many pots are made on day {n}?"),
    ("the sum of the first {n} terms", "How many pots are made on the first {n} days together?"),
    (
        "the sum of all terms from the {i}-th to the {n}-th",
        "How many pots are made from day {i} to day {n} together?",
    ),
    (
        "the least n such that the n-th term is above {bound}",
        "On which day are more than {bound} pots made for the first time?",
    ),
    (
        "the least n such that the first n terms add up to more than {bound}",
        "After how many days are more than {bound} pots made in all?",
    ),
)


def _draw_progression(draw: Random) -> Params:
    grows, kind = draw.randrange(2), draw.randrange(len(_ASKED))
    n = draw.randint(4, 14) if grows else draw.randint(8, 120)
    return {
        "grows": grows,
        "a": draw.randint(2, 99),
        "d": draw.randint(2, 7) if grows else draw.randint(2, 60),
        "n": n if kind < 3 else 0,
        "i": draw.randint(3, n - 1) if kind == 2 else 0,
        "bound": draw.randint(500, 9999) * draw.choice((1, 1, 10)) if kind > 2 else 0,
        "kind": kind,
    }


def _progression(params: Params) -> int:
    """By the formulas for terms and sums."""
    grows, a, d, n, i, bound, kind = taken(params, "grows a d n i bound kind")

    def term(k: int) -> int:
        return a * int(d ** (k - 1)) if grows else a + d * (k - 1)

    def total(k: int) -> int:
        return a * (int(d**k) - 1) // (d - 1) if grows else k * (a + term(k)) // 2

    if kind == 2:
        return total(n) - total(i - 1)
    if kind < 2:
        return (term, total)[kind](n)
    return next(k for k in range(1, LARGEST) if (term, total)[kind - 3](k) > bound)


def _show_progression(params: Params) -> Mapping[str, object]:
    what, apart = (part.format(**params) for part in _ASKED[params["kind"]])
    word, by, day = (
        ("geometric", "ratio", "times as many as")
        if params["grows"]
        else ("arithmetic", "difference", "more than")
    )
    told = {"word": word, "by": by, "day": day, "what": what, "apart": apart}
    return dict(params) | told


def _solve_progression(params: Params, draw: Random) -> list[Step]:
    grows, a, d, n, i, bound, kind = taken(params, "grows a d n i bound kind")
    term = f"{a} * {d}**" if grows else f"{a} + {d}*"
    if kind == 0:
        text = draw.choice(("Use the formula.", "We take the formula for a term."))
        return [Step(text, f"print({term}({n} - 1))")]
    if kind < 3:
        first = f"{i} - 1, " if kind == 2 else ""
        text = draw.choice(("We add the terms.", "Add up the terms."))
        return [Step(text, f"print(sum({term}k for k in range({first}{n})))")]
    step = f"x *= {d}" if grows else f"x += {d}"
    if kind == 3:
        lines = [f"x, n = {a}, 1", f"while x <= {bound}:", f"    {step}", "    n += 1"]
        return [Step("Go on until a term is above.", cell(*lines, "print(n)"))]
    lines = [f"x, s, n = {a}, 0, 0", f"while s <= {bound}:", "    s += x", f"    {step}"]
    return [Step("Add until the sum is above.", cell(*lines, "    n += 1", "print(n)"))]


FAMILIES = (
    Family(
        name="progression",
        topic="sequences",
        tier=1,
        phrasings=(
            "The {word} sequence with first term {a} and {by} {d} is given. Find {what}.",
            "In the {word} sequence with first term {a} and {by} {d}, what is {what}?",
            "Compute {what} in the {word} sequence with first term {a} and {by} {d}.",
            "Some {word} sequence starts with {a} and has {by} {d}. Determine {what}.",
            "For the {word} sequence that starts with {a} and has {by} {d}, give {what}.",
            (
                "On day 1 a potter makes {a} pots, on each later day {d} {day} on the day before. "
                "{apart}"
            ),
        ),
        draw=fitting(_draw_progression, _progression),
        answer=_progression,
        solve=_solve_progression,
        shown=_show_progression,
    ),
)
