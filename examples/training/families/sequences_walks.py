"""Numbers that a rule sends on and on: where they are later, where they turn in circles."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_ORBIT = (
    ("x_{n}", "L[i + ({n} - 1 - i) % T]", "Which number stands at place {n}?"),
    ("the length of the cycle", "T", "How long is the block that repeats in the end?"),
    (
        "the sum of all different terms",
        "sum(L)",
        "What do all different numbers on the list add up to?",
    ),
    (
        "the sum of the terms in the cycle",
        "sum(L[i:])",
        "What do the numbers of the block that repeats in the end add up to?",
    ),
    (
        "the number of terms before the cycle begins",
        "i",
        "How many numbers stand before the block that repeats in the end?",
    ),
)


def _draw_orbit(draw: Random) -> Params:
    m, kind = draw.randint(30, 999), draw.choice((0, 0, 1, 2, 3, 4))
    return {
        "s": draw.randint(0, m - 1),
        "c": draw.randint(1, 99),
        "m": m,
        "n": draw.randint(200, 9999) if kind == 0 else 0,
        "kind": kind,
    }


def _orbit(params: Params) -> int:
    """By a hare and a tortoise (Floyd)."""
    s, c, m, n, kind = taken(params, "s c m n kind")

    def after(x: int, turns: int = 1) -> int:
        for _ in range(turns):
            x = (x * x + c) % m
        return x

    if kind == 0:
        return after(s, n - 1)
    slow, fast = after(s), after(s, 2)
    while slow != fast:
        slow, fast = after(slow), after(fast, 2)
    before, slow = 0, s
    while slow != fast:
        before, slow, fast = before + 1, after(slow), after(fast)
    length, total, fast = 1, slow, after(slow)
    while slow != fast:
        length, total, fast = length + 1, total + fast, after(fast)
    tail = sum(after(s, turns) for turns in range(before))
    return (length, tail + total, total, before)[kind - 1]


def _show_orbit(params: Params) -> Mapping[str, object]:
    what, _, apart = (part.format(**params) for part in _ORBIT[params["kind"]])
    return dict(params) | {"what": what, "apart": apart}


def _solve_orbit(params: Params, draw: Random) -> list[Step]:
    s, c, m = taken(params, "s c m")
    first = cell(
        f"L, x = [], {s}",
        "while x not in L:",
        "    L.append(x)",
        f"    x = (x*x + {c}) % {m}",
        "print(len(L), x)",
    )
    second = cell("i = L.index(x)", "T = len(L) - i", "print(i, T)")
    result = f"print({_ORBIT[params['kind']][1].format(**params)})"
    text = draw.choice(("We go on until a term repeats.", "List the terms until one comes again."))
    if draw.random() < 0.5:
        return [
            Step(text, first),
            Step("Find where x is in the list. There the cycle begins.", second),
            Step("Now use i and T.", result),
        ]
    return [
        Step(text, first),
        Step("Find where x is in the list. There the cycle begins.", cell(second, result)),
    ]


_WALK = (
    ("the number after {n} steps", "x", "Where does it stand in the end?"),
    ("the largest number on the way, the start included", "b", "What is the top it reaches?"),
    ("the number of divisions in the first {n} steps", "b", "How often does it divide?"),
    ("the sum of the {n} numbers after the start", "b", "What do the {n} new numbers add up to?"),
)


def _draw_walk(draw: Random) -> Params:
    return {
        "s": draw.randint(2, 2999),
        "d": draw.randint(2, 7),
        "q": draw.randint(1, 60),
        "n": draw.randint(5, 80),
        "kind": draw.randrange(len(_WALK)),
    }


def _walk(params: Params) -> int:
    s, d, q, n, kind = taken(params, "s d q n kind")
    path, divided = [s], 0
    while len(path) <= n:
        whole, rest = divmod(path[-1], d)
        divided += rest == 0
        path.append(path[-1] + q if rest else whole)
    return (path[-1], max(path), divided, sum(path) - s)[kind]


def _show_walk(params: Params) -> Mapping[str, object]:
    what, _, apart = (part.format(**params) for part in _WALK[params["kind"]])
    return dict(params) | {"what": what, "apart": apart}


def _solve_walk(params: Params, draw: Random) -> list[Step]:
    s, d, q, n, kind = taken(params, "s d q n kind")
    if kind == 2:
        body = [
            f"    if x % {d} == 0:",
            f"        x, b = x // {d}, b + 1",
            "    else:",
            f"        x += {q}",
        ]
    else:
        body = [f"    x = x // {d} if x % {d} == 0 else x + {q}"]
        body += ([], ["    b = max(b, x)"], [], ["    b += x"])[kind]
    start = (f"x = {s}", f"x = b = {s}", f"x, b = {s}, 0", f"x, b = {s}, 0")[kind]
    text = (
        draw.choice(("We do the steps.", "Follow the steps.")),
        "Follow the steps and keep the largest.",
        "Follow the steps and count divisions.",
        "Follow the steps and add.",
    )[kind]
    end = f"print({_WALK[kind][1]})"
    return [Step(text, cell(start, f"for i in range({n}):", *body, end))]


FAMILIES = (
    Family(
        name="cycle-of-squares",
        topic="sequences",
        tier=2,
        phrasings=(
            (
                "Let x_1 = {s} and let x_(k+1) be the remainder of x_k^2 + {c} modulo {m}. The "
                "sequence ends in a cycle. Find {what}."
            ),
            (
                "A sequence has x_1 = {s} and x_(k+1) = (x_k^2 + {c}) mod {m}. It ends in a cycle. "
                "What is {what}?"
            ),
            (
                "The sequence x_1 = {s}, x_(k+1) = (x_k^2 + {c}) mod {m} runs into a cycle. "
                "Compute {what}."
            ),
            (
                "We start with x_1 = {s} and go on with x_(k+1) = (x_k^2 + {c}) mod {m} until the "
                "terms go round in a cycle. Determine {what}."
            ),
            (
                "Given x_1 = {s} and x_(k+1) = (x_k^2 + {c}) mod {m}, the terms run into a cycle. "
                "Find {what}."
            ),
            (
                "Write {s}. Below each number write what its square plus {c} leaves on division "
                "by {m}, without end. {apart}"
            ),
        ),
        draw=fitting(_draw_orbit, _orbit),
        answer=_orbit,
        solve=_solve_orbit,
        shown=_show_orbit,
    ),
    Family(
        name="divide-or-add",
        topic="sequences",
        tier=1,
        phrasings=(
            (
                "Start with {s}. In each step divide by {d} if the number is divisible by {d}, "
                "else add {q}. Do {n} steps. Find {what}."
            ),
            (
                "We start with {s} and do {n} steps. A step divides by {d} if possible, otherwise "
                "it adds {q}. What is {what}?"
            ),
            (
                "A step takes x to x/{d} if {d} divides x, else to x + {q}. We do {n} steps from "
                "{s}. Compute {what}."
            ),
            (
                "Let f(x) = x/{d} if {d} divides x, and x + {q} if not. Apply f {n} times to {s}. "
                "Find {what}."
            ),
            (
                "From {s} we go {n} steps: multiples of {d} are divided by {d}, other numbers get "
                "{q} more. Determine {what}."
            ),
            (
                "A machine shows {s}. At each of {n} beeps it adds {q}, but a multiple of {d} it "
                "divides by {d} instead. {apart}"
            ),
        ),
        draw=fitting(_draw_walk, _walk),
        answer=_walk,
        solve=_solve_walk,
        shown=_show_walk,
    ),
)
