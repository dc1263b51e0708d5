"""Terms of recurrences, far out, under a modulus."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.algebra_cells import signed
from examples.training.family import Family, Params, Step

_TERM = (
    ("a_{n}", "the term with index {n}"),
    ("the sum a_{first} + a_{second} + ... + a_{n}", "the sum of all terms up to index {n}"),
    ("a_{n} + a_{next}", "the sum of the terms with index {n} and {next}"),
)


def _draw_term(draw: Random) -> Params:
    return {
        "first": draw.randrange(2),
        "c": draw.randint(0, 30),
        "d": draw.randint(1, 50),
        "p": draw.randint(1, 12),
        "q": draw.choice((-3, -2, -1, 1, 1, 2, 3, 4, 5, 7)),
        "n": draw.randint(10, 999),
        "m": draw.randint(7, 999),
        "kind": draw.randrange(len(_TERM)),
    }


def _term(params: Params) -> int:
    """By powers of the matrix that makes (a_k, a_k+1, sum before k) the next such triple."""
    first, c, d, p, q, n, m, kind = taken(params, "first c d p q n m kind")

    def times(one: list[list[int]], two: list[list[int]]) -> list[list[int]]:
        columns = list(zip(*two, strict=True))
        return [
            [sum(x * y for x, y in zip(row, column, strict=True)) % m for column in columns]
            for row in one
        ]

    result = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    power, left = [[0, 1, 0], [q, p, 0], [1, 0, 1]], n - first
    while left:
        if left % 2:
            result = times(result, power)
        power, left = times(power, power), left // 2
    here, following, before = (row[0] * c + row[1] * d for row in result)
    return (here, before + here, here + following)[kind] % m


def _show_term(params: Params) -> Mapping[str, object]:
    first, p, q, n, kind = taken(params, "first p q n kind")
    high, low = "" if p == 1 else p, f"{signed(q)}a_k" if abs(q) > 1 else f"{signed(q)[0]} a_k"
    rule = f"a_(k+2) = {high}a_(k+1) {low}"
    fields = dict(params) | {"second": first + 1, "next": n + 1, "rule": rule}
    what, apart = (part.format(**fields) for part in _TERM[kind])
    return fields | {"what": what, "apart": apart}


def _solve_term(params: Params, draw: Random) -> list[Step]:
    first, c, d, p, q, n, m, kind = taken(params, "first c d p q n m kind")
    turns = f"{n} - {first}" if first else f"{n}"
    step = f"    x, y = y, ({p}*y {signed(q)}*x) % {m}"
    text = draw.choice(("We go on step by step.", "Walk along the sequence."))
    if kind == 1:
        lines = [f"x, y, s = {c}, {d}, 0", f"for i in range({turns} + 1):", "    s += x", step]
        return [Step(text + " Add up.", cell(*lines, f"print(s % {m})"))]
    lines = [f"x, y = {c}, {d}", f"for i in range({turns}):", step]
    return [Step(text, cell(*lines, f"print({'(x + y)' if kind else 'x'} % {m})"))]


_RESTS = (
    ("the sum of the remainders of a_1, ..., a_{n} modulo {m}", "sum(L)"),
    ("the remainder of the sum a_1 + ... + a_{n} modulo {m}", "sum(L) % {m}"),
    ("the number of terms among a_1, ..., a_{n} that are divisible by {m}", "L.count(0)"),
    ("the number of terms among a_1, ..., a_{n} with remainder {r} modulo {m}", "L.count({r})"),
    ("the number of different remainders of a_1, ..., a_{n} modulo {m}", "len(set(L))"),
    ("the largest remainder of a_1, ..., a_{n} modulo {m}", "max(L)"),
)
_RESTS_APART = (
    "Divide each by {m} and add what is left over. What is the total?",
    "Add them and divide the total by {m}. What is left over?",
    "How many of them are multiples of {m}?",
    "How many of them leave {r} when divided by {m}?",
    "Divide each by {m}. How many different numbers are left over?",
    "Divide each by {m}. What is the largest number left over?",
)


def _draw_rests(draw: Random) -> Params:
    kind, m = draw.randrange(len(_RESTS)), draw.randint(3, 60)
    return {
        "a": draw.randint(1, 60),
        "p": draw.randint(2, 12),
        "q": draw.randint(-9, 30) or 1,
        "n": draw.randint(12, 300),
        "m": m,
        "r": draw.randint(1, m - 1) if kind == 3 else 0,
        "kind": kind,
    }


def _rests(params: Params) -> int:
    """With the whole terms, divided at the end."""
    a, p, q, n, m, r, kind = taken(params, "a p q n m r kind")
    terms = [a]
    for _ in range(n - 1):
        terms.append(p * terms[-1] + q)
    rests: dict[int, int] = {}
    for term in terms:
        rests[term % m] = rests.get(term % m, 0) + 1
    return (
        sum(rest * times for rest, times in rests.items()),
        sum(terms) % m,
        rests.get(0, 0),
        rests.get(r, 0),
        len(rests),
        max(rests),
    )[kind]


def _show_rests(params: Params) -> Mapping[str, object]:
    p, q, kind = taken(params, "p q kind")
    told = {"what": _RESTS[kind][0].format(**params), "apart": _RESTS_APART[kind].format(**params)}
    times = f"multiply by {p} and {'subtract' if q < 0 else 'add'} {abs(q)}"
    return dict(params) | told | {"rule": f"{p}a_k {signed(q)}", "times": times}


def _solve_rests(params: Params, draw: Random) -> list[Step]:
    a, p, q, n, m, kind = taken(params, "a p q n m kind")
    first = cell(
        f"L = [{a} % {m}]",
        f"while len(L) < {n}:",
        f"    L.append(({p}*L[-1] {signed(q)}) % {m})",
        "print(len(L), L[-1])",
    )
    text = draw.choice((f"We list the remainders modulo {m}.", f"List all terms modulo {m}."))
    second = f"print({_RESTS[kind][1].format(**params)})"
    asked = (
        "Add the remainders.",
        "Add, then take the remainder.",
        "Count the zeros.",
        f"Count the {params['r']}s.",
        "Count the different ones.",
        "Take the largest.",
    )[kind]
    return [Step(text, first), Step(f"The list has {n} remainders. {asked}", second)]


FAMILIES = (
    Family(
        name="recurrence-term",
        topic="sequences",
        tier=1,
        phrasings=(
            (
                "Let a_{first} = {c}, a_{second} = {d} and {rule}. Find the remainder of {what} "
                "modulo {m}."
            ),
            (
                "A sequence has a_{first} = {c}, a_{second} = {d} and {rule}. What is {what} "
                "modulo {m}?"
            ),
            "If a_{first} = {c}, a_{second} = {d} and {rule}, compute {what} modulo {m}.",
            "Given a_{first} = {c}, a_{second} = {d}, {rule}, find {what} mod {m}.",
            (
                "The sequence a_k starts with a_{first} = {c}, a_{second} = {d}, and {rule}. "
                "Determine {what} modulo {m}."
            ),
            (
                "A sequence starts at index {first} with {c}, {d} and goes on by {rule}. Divide "
                "{apart} by {m}. What is left over?"
            ),
        ),
        draw=fitting(_draw_term, _term),
        answer=_term,
        solve=_solve_term,
        shown=_show_term,
    ),
    Family(
        name="remainders-of-recurrence",
        topic="sequences",
        tier=2,
        phrasings=(
            "Let a_1 = {a} and a_(k+1) = {rule}. Find {what}.",
            "A sequence has a_1 = {a} and a_(k+1) = {rule}. What is {what}?",
            "If a_1 = {a} and a_(k+1) = {rule} for all k, compute {what}.",
            "The sequence a_k starts with a_1 = {a}, and a_(k+1) = {rule}. Determine {what}.",
            "Given a_1 = {a} and a_(k+1) = {rule}, find {what}.",
            (
                "Start with {a}. Again and again {times}, until {n} numbers are written, the first "
                "included. {apart}"
            ),
        ),
        draw=fitting(_draw_rests, _rests, least=1),
        answer=_rests,
        solve=_solve_rests,
        shown=_show_rests,
    ),
)
