"""Counting in a range: multiples, remainders, numbers coprime to one."""

from math import gcd
from random import Random

from examples.training.cells import cell
from examples.training.families.number_theory_facts import factored
from examples.training.family import Family, Params, Step

_JOINS = (
    ("divisible by {a} or by {b}", "x % {a} == 0 or x % {b} == 0"),
    ("divisible by {a} but not by {b}", "x % {a} == 0 and x % {b} != 0"),
    ("divisible by both {a} and {b}", "x % {a} == 0 and x % {b} == 0"),
    ("divisible by exactly one of {a} and {b}", "(x % {a} == 0) != (x % {b} == 0)"),
    ("divisible by neither {a} nor {b}", "x % {a} != 0 and x % {b} != 0"),
)
_JOINS_APART = (
    "a multiple of {a} or of {b} or of both",
    "a multiple of {a} and no multiple of {b}",
    "a common multiple of {a} and {b}",
    "a multiple of {a} or of {b}, not of both",
    "no multiple of {a} and no multiple of {b}",
)


def _draw_joined(draw: Random) -> Params:
    while True:
        a, b, join = draw.randint(2, 30), draw.randint(2, 30), draw.randrange(5)
        if a % b and b % a:
            return {"n": draw.randint(50, 2999), "a": a, "b": b, "join": join}


def _joined(params: Params) -> int:
    n, a, b = params["n"], params["a"], params["b"]
    one, two, both = n // a, n // b, n // (a * b // gcd(a, b))
    found = (one + two - both, one - both, both, one + two - 2 * both, n - one - two + both)
    return found[params["join"]]


def _show_joined(params: Params) -> dict[str, object]:
    join = params["join"]
    told = {"that": _JOINS[join][0], "apart": _JOINS_APART[join]}
    return {"n": params["n"]} | {name: text.format(**params) for name, text in told.items()}


def _solve_joined(params: Params, draw: Random) -> list[Step]:
    n, condition = params["n"], _JOINS[params["join"]][1].format(**params)
    text = "We count them."
    if draw.random() < 0.5:
        code = cell(f"c = sum(1 for x in range(1, {n} + 1) if {condition})", "print(c)")
    else:
        text = "Test each number."
        code = cell(
            "c = 0",
            f"for x in range(1, {n} + 1):",
            f"    if {condition}:",
            "        c += 1",
            "print(c)",
        )
    return [Step(text, code)]


def _draw_residue(draw: Random) -> Params:
    while True:
        low = draw.randint(1, 900)
        m = draw.randint(3, 60)
        params = {
            "low": low,
            "high": low + draw.randint(60, 1500),
            "m": m,
            "r": draw.randrange(m),
            "sum": draw.randrange(2),
        }
        if _residue(params) <= 99_999:
            return params


def _residue(params: Params) -> int:
    low, high, m, r = (params[name] for name in ("low", "high", "m", "r"))
    first, last = low + (r - low) % m, high - (high - r) % m
    if last < first:
        return 0
    terms = (last - first) // m + 1
    return (first + last) * terms // 2 if params["sum"] else terms


def _show_residue(params: Params) -> dict[str, object]:
    what = "sum" if params["sum"] else "number"
    return dict(params) | {"what": what, "ask": "add up" if params["sum"] else "count"}


def _solve_residue(params: Params, draw: Random) -> list[Step]:
    low, high, m, r = (params[name] for name in ("low", "high", "m", "r"))
    call = "sum" if params["sum"] else "len"
    if draw.random() < 0.5:
        text = "List them."
        code = cell(
            f"xs = [x for x in range({low}, {high} + 1) if x % {m} == {r}]", f"print({call}(xs))"
        )
    else:
        text = "We test each number."
        counted = "x" if params["sum"] else "1"
        code = f"print(sum({counted} for x in range({low}, {high} + 1) if x % {m} == {r}))"
    return [Step(text, code)]


def _draw_coprime(draw: Random) -> Params:
    low = draw.randint(1, 999)
    high = low + draw.randint(50, 1999)
    return {"low": low, "high": high, "n": draw.randint(6, 999), "not": draw.randrange(2)}


def _coprime(params: Params) -> int:
    parts = [(1, 1)]
    for prime in factored(params["n"]):
        parts += [(part * prime, -sign) for part, sign in parts]
    low, high = params["low"], params["high"]
    count = sum(sign * (high // part - (low - 1) // part) for part, sign in parts)
    return high - low + 1 - count if params["not"] else count


def _show_coprime(params: Params) -> dict[str, object]:
    no = params["not"]
    that = "not coprime" if no else "coprime"
    apart = "at least one prime factor" if no else "no prime factor"
    return {name: params[name] for name in ("low", "high", "n")} | {"that": that, "apart": apart}


def _solve_coprime(params: Params, draw: Random) -> list[Step]:
    low, high, n = params["low"], params["high"], params["n"]
    sign = ">" if params["not"] else "=="
    code = cell(
        "from math import gcd",
        f"print(sum(1 for x in range({low}, {high} + 1) if gcd(x, {n}) {sign} 1))",
    )
    return [Step(draw.choice(("We use gcd.", "Count by gcd.")), code)]


FAMILIES = (
    Family(
        name="multiples-of-two",
        topic="number theory",
        tier=1,
        phrasings=(
            "How many integers from 1 to {n} are {that}?",
            "Find the number of integers from 1 to {n} that are {that}.",
            "Count the positive integers up to {n} that are {that}.",
            "Among 1, 2, ..., {n}, how many numbers are {that}?",
            "How many positive integers x <= {n} are {that}?",
            (
                "Go through 1, 2, 3, ..., {n} and mark each number that is {apart}. "
                "How many marks are made?"
            ),
        ),
        draw=_draw_joined,
        answer=_joined,
        solve=_solve_joined,
        shown=_show_joined,
    ),
    Family(
        name="one-remainder",
        topic="number theory",
        tier=1,
        phrasings=(
            (
                "Find the {what} of the integers from {low} to {high} that leave remainder {r} "
                "when divided by {m}."
            ),
            "What is the {what} of all integers x with {low} <= x <= {high} and x = {r} mod {m}?",
            "Compute the {what} of the integers in [{low}, {high}] with remainder {r} modulo {m}.",
            (
                "Consider the integers from {low} to {high} congruent to {r} modulo {m}. "
                "Find their {what}."
            ),
            (
                "Some integers from {low} to {high} leave remainder {r} on division by {m}. "
                "What is their {what}?"
            ),
            (
                "We {ask} every integer of the form {m}k + {r} that is at least {low} and at most "
                "{high}. What is the result?"
            ),
        ),
        draw=_draw_residue,
        answer=_residue,
        solve=_solve_residue,
        shown=_show_residue,
    ),
    Family(
        name="coprime-in-range",
        topic="number theory",
        tier=1,
        phrasings=(
            "How many integers from {low} to {high} are {that} to {n}?",
            "Find the number of integers from {low} to {high} that are {that} to {n}.",
            "Count the integers x with {low} <= x <= {high} that are {that} to {n}.",
            "Among the integers from {low} to {high}, how many are {that} to {n}?",
            "Compute the number of integers in [{low}, {high}] that are {that} to {n}.",
            "How many integers between {low} and {high} inclusive share {apart} with {n}?",
        ),
        draw=_draw_coprime,
        answer=_coprime,
        solve=_solve_coprime,
        shown=_show_coprime,
    ),
)
