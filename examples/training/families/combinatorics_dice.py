"""Dice: probabilities with three, expected values with two."""

from collections import Counter
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.combinatorics_cells import FRACTION, divided, parts, reduced
from examples.training.family import Family, Params, Step

_EVENTS = (
    ("the sum is {s}", "sum(t) == {s}", "add up to {s}"),
    ("the sum is at least {s}", "sum(t) >= {s}", "add up to {s} or more"),
    ("the sum is at most {s}", "sum(t) <= {s}", "add up to {s} or less"),
    ("the sum is divisible by {s}", "sum(t) % {s} == 0", "add up to a multiple of {s}"),
    (
        "the product is divisible by {s}",
        "t[0] * t[1] * t[2] % {s} == 0",
        "multiply to a multiple of {s}",
    ),
    ("the largest number is {s}", "max(t) == {s}", "have {s} as their maximum"),
)


def _draw_three(draw: Random) -> Params:
    while True:
        f, g, h = sorted(draw.sample(range(3, 31), 3))
        kind = draw.randrange(len(_EVENTS))
        high = h if kind == 5 else 13 if kind > 2 else f + g + h - 2
        params = {"f": f, "g": g, "h": h, "s": draw.randint(2 if kind > 2 else 5, high)}
        params["kind"] = kind
        if f * g * h <= 9000 and _three(params):
            return params


def _three(params: Params) -> int:
    """Die by die: how often each sum, product or maximum comes."""
    f, g, h, s, kind = taken(params, "f g h s kind")
    seen = Counter({1 if kind == 4 else 0: 1})
    for faces in (f, g, h):
        grown: Counter[int] = Counter()
        for value, count in seen.items():
            for face in range(1, faces + 1):
                joined = (
                    value * face if kind == 4 else max(value, face) if kind == 5 else value + face
                )
                grown[joined] += count
        seen = grown
    top = max(seen)
    fit = ({s}, range(s, top + 1), range(s + 1), range(0, top + 1, s), range(0, top + 1, s), {s})
    return reduced(sum(count for value, count in seen.items() if value in fit[kind]), f * g * h)


def _show_three(params: Params) -> dict[str, object]:
    event, _, apart = (text.format(**params) for text in _EVENTS[params["kind"]])
    return dict(params) | {"event": event, "apart": apart}


def _solve_three(params: Params, draw: Random) -> list[Step]:
    f, g, h = taken(params, "f g h")
    event = _EVENTS[params["kind"]][1].format(**params)
    first = cell(
        "from itertools import product",
        f"D = [range(1, x + 1) for x in ({f}, {g}, {h})]",
        "T = list(product(*D))",
        "print(len(T))",
    )
    count = f"c = sum(1 for t in T if {event})"
    last = cell("p = Fraction(c, len(T))", parts("p"))
    text = draw.choice(("First list all rolls.", "We list the rolls."))
    if draw.random() < 0.5:
        return [
            Step(text, first),
            Step(f"Of {f * g * h} rolls count the good ones.", cell(FRACTION, count, last)),
        ]
    return [
        Step(text, first),
        Step(f"There are {f * g * h} rolls. Count the good ones.", cell(count, "print(c)")),
        Step("Now reduce the fraction.", cell(FRACTION, last)),
    ]


_VALUES = (
    ("the larger number (either one if equal)", "max(x, y)", "the maximum of the two"),
    ("the smaller number (either one if equal)", "min(x, y)", "the minimum of the two"),
    ("the distance |x - y| of the numbers x and y", "abs(x - y)", "the gap between the two"),
    (
        "the remainder of the sum of the numbers modulo {r}",
        "(x + y) % {r}",
        "what is left when their total is divided by {r}",
    ),
)


def _draw_two(draw: Random) -> Params:
    f = draw.randint(3, 40)
    kind = draw.randrange(len(_VALUES))
    r = draw.randint(2, 12) if kind == 3 else 0
    return {"f": f, "g": draw.randint(f + 1, 50), "r": r, "kind": kind}


def _two(params: Params) -> int:
    """Row by row, by sums of consecutive numbers; remainders by how often each comes."""
    f, g, r, kind = taken(params, "f g r kind")
    total = 0
    if kind == 3:
        often = [[(faces - rest) // r + (rest > 0) for rest in range(r)] for faces in (f, g)]
        for one, count in enumerate(often[0]):
            total += sum(count * often[1][two] * ((one + two) % r) for two in range(r))
    for x in range(1, f + 1 if kind < 3 else 0):
        low, high = x * (x + 1) // 2, (g * (g + 1) - x * (x + 1)) // 2
        largest, smallest = x * x + high, low + x * (g - x)
        total += (largest, smallest, largest - smallest)[kind]
    return reduced(total, f * g)


def _show_two(params: Params) -> dict[str, object]:
    value, _, apart = (text.format(**params) for text in _VALUES[params["kind"]])
    return dict(params) | {"value": value, "apart": apart}


def _solve_two(params: Params, draw: Random) -> list[Step]:
    f, g = taken(params, "f g")
    value = _VALUES[params["kind"]][1].format(**params)
    lines = cell(
        f"X, Y = range(1, {f} + 1), range(1, {g} + 1)",
        f"L = [{value} for x in X for y in Y]",
        "s, n = sum(L), len(L)",
    )
    plan = "Plan: take the mean of all values, then check by the chances of v > k."
    check = cell(
        "c = [sum(1 for v in L if v > k) for k in range(max(L))]",
        "F = Fraction(sum(c), n)",
        agreed(draw, "E", "F", "E.numerator + E.denominator"),
    )
    steps = divided(draw, plan, lines, ("E", "s", "n"))
    return [*steps, Step("Check: count the values above each k.", check)]


FAMILIES = (
    Family(
        name="three-dice",
        topic="combinatorics",
        tier=2,
        phrasings=(
            (
                "Three fair dice have {f}, {g} and {h} faces, numbered from 1. The probability "
                "that {event} is m/n in lowest terms. Find m + n."
            ),
            (
                "We roll three fair dice with {f}, {g} and {h} faces. The probability that {event} "
                "is m/n in lowest terms. Find m + n."
            ),
            (
                "Dice with {f}, {g} and {h} faces are rolled. The probability that {event} is m/n, "
                "reduced. Compute m + n."
            ),
            (
                "Let m/n in lowest terms be the probability that {event} when dice with {f}, {g} "
                "and {h} faces are rolled. What is m + n?"
            ),
            (
                "Three dice with {f}, {g} and {h} faces show three numbers. With probability m/n, "
                "in lowest terms, {event}. Find m + n."
            ),
            (
                "Numbers are picked at random, one each from 1 to {f}, 1 to {g} and 1 to {h}. The "
                "chance that they {apart} is the reduced fraction p/q. What is p + q?"
            ),
        ),
        draw=fitting(_draw_three, _three),
        answer=_three,
        solve=_solve_three,
        shown=_show_three,
    ),
    Family(
        name="expected-of-two-dice",
        topic="combinatorics",
        tier=3,
        phrasings=(
            (
                "Two fair dice have {f} and {g} faces, numbered from 1. The expected value of "
                "{value} is m/n in lowest terms. Find m + n."
            ),
            (
                "We roll two fair dice with {f} and {g} faces. The expected value of {value} is "
                "m/n in lowest terms. Find m + n."
            ),
            (
                "Dice with {f} and {g} faces are rolled. The expected value of {value} is m/n, "
                "reduced. Compute m + n."
            ),
            (
                "Let m/n in lowest terms be the expected value of {value} when dice with {f} and "
                "{g} faces are rolled. What is m + n?"
            ),
            (
                "Two dice with {f} and {g} faces show two numbers. The expected value of {value} "
                "is m/n in lowest terms. Find m + n."
            ),
            (
                "One number is picked at random from 1 to {f}, another from 1 to {g}. On average, "
                "{apart} is the reduced fraction p/q. What is p + q?"
            ),
        ),
        draw=fitting(_draw_two, _two),
        answer=_two,
        solve=_solve_two,
        shown=_show_two,
    ),
)
