"""Inequalities, solved by search."""

from collections.abc import Mapping
from math import isqrt
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.algebra_cells import polynomial, signed
from examples.training.family import Family, Params, Step

_ASKED = (
    ("the number of integers x", "len(X)", "How many integers x are there?"),
    ("the sum of all integers x", "sum(X)", "What do all integers x add up to?"),
    ("the largest integer x", "max(X)", "How large can an integer x be?"),
    (
        "the number of positive integers x",
        "sum(1 for x in X if x > 0)",
        "How many x > 0 are there?",
    ),
    ("the number of even integers x", "sum(1 for x in X if x % 2 == 0)", "How many x are even?"),
)


def _of(found: range, kind: int) -> int:
    """What is asked about a range of consecutive integers."""
    low, high = found.start, found.stop - 1
    evens = high // 2 - (low - 1) // 2
    return (
        high - low + 1,
        (low + high) * (high - low + 1) // 2,
        high,
        high - max(low, 1) + 1,
        evens,
    )[kind]


def _draw_quadratic(draw: Random) -> Params:
    """Three integers solve it or more; half of the time its roots are integers."""
    while True:
        s, q = draw.randint(2, 120), draw.randint(-400, 900) or 1
        if draw.random() < 0.5:
            r = draw.randint(-12, 60)
            s, q = r + s, r * s
        if q and 2 <= s <= 160 and q >= -1500 and s * s - 4 * q > 16:
            kind = draw.randrange(len(_ASKED))
            return {"s": s, "q": q, "equal": draw.randrange(2), "kind": kind}


def _quadratic(params: Params) -> int:
    """From (2x - s)^2 < s^2 - 4q."""
    s, q, equal, kind = taken(params, "s q equal kind")
    reach = isqrt(s * s - 4 * q - 1 + equal)
    return _of(range(-((reach - s) // 2), (s + reach) // 2 + 1), kind)


def _show_quadratic(params: Params) -> Mapping[str, object]:
    s, q, equal, kind = taken(params, "s q equal kind")
    return {
        "told": f"{polynomial((1, -s, q))} {'<=' if equal else '<'} 0",
        "apart": f"the square of x is {'at most' if equal else 'less than'} {s}x {signed(-q)}",
        "what": _ASKED[kind][0],
        "end": _ASKED[kind][2],
    }


def _solve_quadratic(params: Params, draw: Random) -> list[Step]:
    s, q, equal, kind = taken(params, "s q equal kind")
    told = f"x*x - {s}*x {signed(q)} {'<=' if equal else '<'} 0"
    code = cell(f"X = [x for x in range(-200, 201) if {told}]", f"print({_ASKED[kind][1]})")
    return [Step(draw.choice(("We search for x.", "Try every x.")), code)]


def _draw_apart(draw: Random) -> Params:
    while True:
        a, b = draw.randint(-60, 150), draw.randint(-60, 150)
        c = draw.randint(3, 400)
        if a < b < a + c:
            kind = draw.randrange(len(_ASKED))
            return {"a": a, "b": b, "c": c, "equal": draw.randrange(2), "kind": kind}


def _apart(params: Params) -> int:
    """Beyond a and b, x may go by half of what c has left."""
    a, b, c, equal, kind = taken(params, "a b c equal kind")
    beyond = (c - (b - a) - (1 - equal)) // 2
    return _of(range(a - beyond, b + beyond + 1), kind)


def _shifted(value: int) -> str:
    return f"x {signed(-value)}" if value else "x"


def _show_apart(params: Params) -> Mapping[str, object]:
    a, b, c, equal, kind = taken(params, "a b c equal kind")
    return {
        "told": f"|{_shifted(a)}| + |{_shifted(b)}| {'<=' if equal else '<'} {c}",
        "apart": (
            f"the distances of x from {a} and from {b} add up to "
            f"{'at most' if equal else 'less than'} {c}"
        ),
        "what": _ASKED[kind][0],
        "end": _ASKED[kind][2],
    }


def _solve_apart(params: Params, draw: Random) -> list[Step]:
    a, b, c, equal, kind = taken(params, "a b c equal kind")
    told = f"abs({_shifted(a)}) + abs({_shifted(b)}) {'<=' if equal else '<'} {c}"
    code = cell(f"X = [x for x in range(-500, 501) if {told}]", f"print({_ASKED[kind][1]})")
    return [Step(draw.choice(("We search for x.", "Try every x.")), code)]


_PHRASINGS = (
    "Find {what} with {told}.",
    "What is {what} with {told}?",
    "Let {told}. Find {what}.",
    "Compute {what} for which {told}.",
    "Solve {told} in integers and give {what}.",
    "An integer x is such that {apart}. {end}",
)

FAMILIES = (
    Family(
        name="quadratic-inequality",
        topic="algebra",
        tier=1,
        phrasings=_PHRASINGS,
        draw=fitting(_draw_quadratic, _quadratic),
        answer=_quadratic,
        solve=_solve_quadratic,
        shown=_show_quadratic,
    ),
    Family(
        name="two-distances",
        topic="algebra",
        tier=1,
        phrasings=_PHRASINGS,
        draw=fitting(_draw_apart, _apart),
        answer=_apart,
        solve=_solve_apart,
        shown=_show_apart,
    ),
)
