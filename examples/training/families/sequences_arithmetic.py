"""Arithmetic sequences: terms with a condition, and two of them compared."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.family import Family, Params, Step

_TERMS = (
    ("the number of terms divisible by {k}", "len(T)", "How many are multiples of {k}?"),
    (
        "the number of terms not divisible by {k}",
        "len(S) - len(T)",
        "How many are no multiples of {k}?",
    ),
    (
        "the sum of the terms divisible by {k}",
        "sum(T)",
        "What do the multiples of {k} add up to?",
    ),
    (
        "the sum of the terms not divisible by {k}",
        "sum(S) - sum(T)",
        "What do those that are no multiples of {k} add up to?",
    ),
)


def _draw_terms(draw: Random) -> Params:
    return {
        "a": draw.randint(1, 60),
        "d": draw.randint(2, 25),
        "n": draw.randint(20, 150),
        "k": draw.randint(2, 13),
        "kind": draw.randrange(len(_TERMS)),
    }


def _terms(params: Params) -> int:
    """The divisible terms form an arithmetic sequence of their own."""
    a, d, n, k, kind = taken(params, "a d n k kind")
    places = [i for i in range(min(k, n)) if (a + d * i) % k == 0]
    count = total = 0
    if places:
        step = places[1] - places[0] if len(places) > 1 else k
        count = (n - 1 - places[0]) // step + 1
        total = count * (a + d * places[0]) + d * step * count * (count - 1) // 2
    whole = n * (2 * a + (n - 1) * d) // 2
    return (count, n - count, total, whole - total)[kind]


def _show_terms(params: Params) -> Mapping[str, object]:
    a, d, n, kind = taken(params, "a d n kind")
    last = a + d * (n - 1)
    what, _, apart = (part.format(**params) for part in _TERMS[kind])
    fields = {"terms": f"{a}, {a + d}, {a + 2 * d}, ..., {last}", "what": what, "apart": apart}
    return dict(params) | fields | {"last": last}


def _solve_terms(params: Params, draw: Random) -> list[Step]:
    a, d, n, k, kind = taken(params, "a d n k kind")
    bounds = f"a, d, l = {a}, {d}, {a + d * (n - 1)}"
    listed = cell("S = [a + d * i for i in range(n)]", "print(len(S))")
    plan = draw.choice(
        ("Plan: list the terms, pick, then check.", "Plan: find n, list the terms, then check.")
    )
    if draw.random() < 0.5:
        steps = [
            Step(plan, cell(bounds, "n = (l - a) / d + 1", listed), fails=True),
            Step("n is a float. Make it an integer.", cell("n = int(n)", listed)),
        ]
    else:
        steps = [Step(plan, cell(bounds, "n = (l - a) // d + 1", listed))]
    pick = cell(f"T = [x for x in S if x % {k} == 0]", f"print({_TERMS[kind][1]})")
    steps.append(Step(f"There are {n} terms. Now those divisible by {k}.", pick))
    other = cell(
        f"U = set(range(0, l + 1, {k})) & set(range(a, l + 1, d))",
        agreed(draw, "len(U)", "len(T)", _TERMS[kind][1]),
    )
    return [*steps, Step(f"Check with the multiples of {k}.", other)]


_COMPARED = (
    ("are in both sequences", "A & B", "both Ann and Bob"),
    ("are in at least one of the sequences", "A | B", "Ann or Bob or both"),
    ("are in the first but not in the second sequence", "A - B", "Ann but not Bob"),
    ("are in the second but not in the first sequence", "B - A", "Bob but not Ann"),
    ("are in exactly one of the sequences", "A ^ B", "exactly one of Ann and Bob"),
)


def _draw_compared(draw: Random) -> Params:
    while True:
        b, d = draw.randint(2, 30), draw.randint(2, 30)
        if b != d:
            return {
                "a": draw.randint(1, 30),
                "b": b,
                "c": draw.randint(1, 30),
                "d": d,
                "n": draw.randint(200, 5999),
                "kind": draw.randrange(len(_COMPARED)),
            }


def _compared(params: Params) -> int:
    """By places: whether (x - a) / b and (x - c) / d are whole and not negative."""
    a, b, c, d, n, kind = taken(params, "a b c d n kind")
    first = (n - a) // b + 1
    second = (n - c) // d + 1
    both = sum(1 for i in range(first) if a + b * i >= c and (a + b * i - c) % d == 0)
    return (both, first + second - both, first - both, second - both, first + second - 2 * both)[
        kind
    ]


def _show_compared(params: Params) -> Mapping[str, object]:
    a, b, c, d, kind = taken(params, "a b c d kind")
    return dict(params) | {
        "one": f"{a}, {a + b}, {a + 2 * b}, ...",
        "two": f"{c}, {c + d}, {c + 2 * d}, ...",
        "what": _COMPARED[kind][0],
        "apart": _COMPARED[kind][2],
    }


def _solve_compared(params: Params, draw: Random) -> list[Step]:
    a, b, c, d, n, kind = taken(params, "a b c d n kind")
    first = cell(
        f"A = set(range({a}, {n} + 1, {b}))",
        f"B = set(range({c}, {n} + 1, {d}))",
        "print(len(A), len(B))",
    )
    text = draw.choice(("We make both sets.", f"List both sequences up to {n}."))
    sizes = (n - a) // b + 1, (n - c) // d + 1
    asked = (
        "We need the common numbers.",
        "We need the union.",
        "We need A without B.",
        "We need B without A.",
        "We need those in one set only.",
    )[kind]
    last = f"print(len({_COMPARED[kind][1]}))"
    return [Step(text, first), Step(f"They have {sizes[0]} and {sizes[1]} terms. {asked}", last)]


FAMILIES = (
    Family(
        name="terms-with-condition",
        topic="sequences",
        tier=3,
        phrasings=(
            "For the arithmetic sequence {terms}, find {what}.",
            "The arithmetic sequence {terms} is given. What is {what}?",
            "In the arithmetic sequence {terms}, determine {what}.",
            "Compute {what} in the arithmetic sequence {terms}.",
            "We look at the arithmetic sequence {terms}. Find {what}.",
            "Ann counts from {a} to {last} in steps of {d} and says every number. {apart}",
        ),
        draw=fitting(_draw_terms, _terms, least=1),
        answer=_terms,
        solve=_solve_terms,
        shown=_show_terms,
    ),
    Family(
        name="two-arithmetic-sequences",
        topic="sequences",
        tier=2,
        phrasings=(
            (
                "The arithmetic sequences {one} and {two} are given. How many integers up to {n} "
                "{what}?"
            ),
            "Two arithmetic sequences are {one} and {two}. How many integers up to {n} {what}?",
            (
                "Count the integers up to {n} that {what}, for the arithmetic sequences {one} and "
                "{two}."
            ),
            "Given the arithmetic sequences {one} and {two}, how many integers up to {n} {what}?",
            (
                "The first arithmetic sequence is {one} and the second is {two}. Find how many "
                "integers up to {n} {what}."
            ),
            (
                "Ann counts from {a} in steps of {b}, Bob from {c} in steps of {d}. How many "
                "integers up to {n} are said by {apart}?"
            ),
        ),
        draw=fitting(_draw_compared, _compared),
        answer=_compared,
        solve=_solve_compared,
        held_out=True,
        shown=_show_compared,
    ),
)
