"""Divisors: their number and sum, greatest common ones, those of two numbers."""

from math import prod
from random import Random

from examples.training.cells import cell
from examples.training.families.number_theory_facts import factored, smooth
from examples.training.family import Family, Params, Step

_NESTED = (
    ("the greatest common divisor of {a}, {b} and {c}", "gcd({a}, {b}, {c})"),
    ("the least common multiple of {a}, {b} and {c}", "lcm({a}, {b}, {c})"),
    (
        (
            "the greatest common divisor of {a} and L, "
            "where L is the least common multiple of {b} and {c}"
        ),
        "gcd({a}, lcm({b}, {c}))",
    ),
    (
        (
            "the least common multiple of {a} and G, "
            "where G is the greatest common divisor of {b} and {c}"
        ),
        "lcm({a}, gcd({b}, {c}))",
    ),
)
_NESTED_APART = (
    "the largest integer dividing all of {a}, {b}, {c}",
    "the smallest positive integer divisible by all of {a}, {b}, {c}",
    "the largest integer dividing {a} as well as lcm({b}, {c})",
    "the smallest positive integer divisible by {a} as well as by gcd({b}, {c})",
)


def _draw_nested(draw: Random) -> Params:
    while True:
        shared = draw.randint(2, 15)
        a, b, c = (shared * draw.randint(2, 60) for _ in range(3))
        params = {"a": a, "b": b, "c": c, "kind": draw.randrange(4)}
        if len({a, b, c}) == 3 and _nested(params) <= 99_999:
            return params


def _nested(params: Params) -> int:
    a, b, c = (factored(params[name]) for name in "abc")
    product = 1
    for p in set(a) | set(b) | set(c):
        ours, two = a.get(p, 0), (b.get(p, 0), c.get(p, 0))
        exponents = (min(ours, *two), max(ours, *two), min(ours, max(two)), max(ours, min(two)))
        product *= p ** exponents[params["kind"]]
    return product


def _show_nested(params: Params) -> dict[str, str]:
    kind = params["kind"]
    return {
        "what": _NESTED[kind][0].format(**params),
        "apart": _NESTED_APART[kind].format(**params),
    }


def _solve_nested(params: Params, draw: Random) -> list[Step]:
    call = _NESTED[params["kind"]][1].format(**params)
    needed = ", ".join(name for name in ("gcd", "lcm") if name in call)
    text = draw.choice(("We use math.", f"Use {needed}."))
    return [Step(text, cell(f"from math import {needed}", f"print({call})"))]


_CLASSES = (("positive", ""), ("even", " if d % 2 == 0"), ("odd", " if d % 2 == 1"))


def _draw_divisors(draw: Random) -> Params:
    n = smooth(draw, 100, 9999) if draw.random() < 0.6 else 2 * draw.randint(50, 4999)
    return {"n": n, "of": draw.randrange(3), "sum": draw.randrange(2)}


def _divisors(params: Params) -> int:
    primes = factored(params["n"])
    twos = primes.pop(2, 0)
    if params["sum"]:
        odd: int = prod((p ** (e + 1) - 1) // (p - 1) for p, e in primes.items())
        even = 2 * ((1 << twos) - 1)
        return odd * (even + 1, even, 1)[params["of"]]
    return prod(e + 1 for e in primes.values()) * (twos + 1, twos, 1)[params["of"]]


def _show_divisors(params: Params) -> dict[str, object]:
    kind = _CLASSES[params["of"]][0]
    of = "positive" if kind == "positive" else f"positive {kind}"
    what = f"sum of the {of} divisors" if params["sum"] else f"number of {of} divisors"
    ask = "What is their sum?" if params["sum"] else "How many are there?"
    return {"n": params["n"], "what": what, "of": of, "ask": ask}


def _solve_divisors(params: Params, draw: Random) -> list[Step]:
    only = _CLASSES[params["of"]][1]
    d = draw.choice(("ds", "divs"))
    lines = [f"n = {params['n']}", f"{d} = [d for d in range(1, n + 1) if n % d == 0]"]
    if only:
        lines.append(f"{d} = [d for d in {d}{only}]")
    lines.append(f"print({'sum' if params['sum'] else 'len'}({d}))")
    return [Step(draw.choice(("We list the divisors.", "List all divisors.")), cell(*lines))]


_JOINS = (
    ("divide both {a} and {b}", "&", "{a} and {b} have in common"),
    ("divide {a} but not {b}", "-", "{a} has and {b} does not have"),
    ("divide at least one of {a} and {b}", "|", "at least one of {a} and {b} has"),
    ("divide exactly one of {a} and {b}", "^", "exactly one of {a} and {b} has"),
)


def _draw_split(draw: Random) -> Params:
    while True:
        a, b = smooth(draw, 60, 2500), smooth(draw, 60, 2500)
        params = {"a": a, "b": b, "join": draw.randrange(4), "sum": draw.randrange(2)}
        if a != b:
            return params


def _split(params: Params) -> int:
    a, b, join = params["a"], params["b"], params["join"]
    total = 0
    for d in range(1, max(a, b) + 1):
        left, right = a % d == 0, b % d == 0
        if (left and right, left and not right, left or right, left is not right)[join]:
            total += d if params["sum"] else 1
    return total


def _show_split(params: Params) -> dict[str, str]:
    told, _, apart = _JOINS[params["join"]]
    return {
        "what": "sum" if params["sum"] else "number",
        "that": told.format(**params),
        "apart": apart.format(**params),
        "ask": "Add up" if params["sum"] else "Count",
    }


def _solve_split(params: Params, draw: Random) -> list[Step]:
    a, b = params["a"], params["b"]
    first = cell(
        f"A = {{d for d in range(1, {a} + 1) if {a} % d == 0}}",
        f"B = {{d for d in range(1, {b} + 1) if {b} % d == 0}}",
        "print(len(A), len(B))",
    )
    have = [prod(e + 1 for e in factored(n).values()) for n in (a, b)]
    text = f"There are {have[0]} and {have[1]} divisors. Now combine the sets."
    call = "sum" if params["sum"] else "len"
    return [
        Step(draw.choice(("First the divisors of both.", "We make two sets of divisors.")), first),
        Step(text, f"print({call}(A {_JOINS[params['join']][1]} B))"),
    ]


FAMILIES = (
    Family(
        name="gcd-of-lcm",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "We look for {what}. Give it.",
            "Which number is {apart}?",
        ),
        draw=_draw_nested,
        answer=_nested,
        solve=_solve_nested,
        shown=_show_nested,
    ),
    Family(
        name="divisors-of-a-kind",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find the {what} of {n}.",
            "What is the {what} of {n}?",
            "Compute the {what} of {n}.",
            "Determine the {what} of the integer {n}.",
            "Let n = {n}. Find the {what} of n.",
            "Write down every {of} integer that divides {n}. {ask}",
        ),
        draw=_draw_divisors,
        answer=_divisors,
        solve=_solve_divisors,
        shown=_show_divisors,
    ),
    Family(
        name="divisors-of-two",
        topic="number theory",
        tier=2,
        phrasings=(
            "Find the {what} of the positive integers that {that}.",
            "What is the {what} of the positive integers that {that}?",
            "Compute the {what} of all positive integers which {that}.",
            "Some positive integers {that}. Find their {what}.",
            "Consider the positive integers that {that}. What is their {what}?",
            "{ask} the positive divisors that {apart}. What do you get?",
        ),
        draw=_draw_split,
        answer=_split,
        solve=_solve_split,
        shown=_show_split,
    ),
)
