"""Figurate numbers, and sequences that write each number several times."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_FORMS = (
    ("triangular numbers n(n + 1)/2", "n * (n + 1) // 2", 1, 1),
    ("square numbers n^2", "n * n", 1, 2),
    ("pentagonal numbers n(3n - 1)/2", "n * (3*n - 1) // 2", 1, 3),
    ("hexagonal numbers n(2n - 1)", "n * (2*n - 1)", 1, 4),
    ("products n(n + 1)", "n * (n + 1)", 2, 2),
    ("values n(n + 3)/2", "n * (n + 3) // 2", 2, 1),
)
"""How they are called, Python's way, the first one, and by how much their steps grow.

The first step is as long as the first one and the growth together.
"""
_ASKED = (
    (
        "the number of {form} up to {n} that are divisible by {k}",
        "len([t for t in T if t <= {n} and t % {k} == 0])",
    ),
    (
        "the number of {form} up to {n} that are not divisible by {k}",
        "len([t for t in T if t <= {n} and t % {k}])",
    ),
    (
        "the sum of all {form} up to {n} that are divisible by {k}",
        "sum(t for t in T if t <= {n} and t % {k} == 0)",
    ),
    ("the sum of the first {n} {form}", "sum(T[:{n}])"),
    (
        "the smallest of the {form} that is above {n} and divisible by {k}",
        "min(t for t in T if t > {n} and t % {k} == 0)",
    ),
)
_ASKED_APART = (
    "How many members of the list are multiples of {k} and at most {n}?",
    "How many members of the list are at most {n} but no multiples of {k}?",
    "What do the members of the list add up to that are at most {n} and multiples of {k}?",
    "What do the first {n} members of the list add up to?",
    "Which member of the list is the first above {n} that is a multiple of {k}?",
)


def _draw_figurate(draw: Random) -> Params:
    kind = draw.randrange(len(_ASKED))
    n = draw.randint(10, 90) if kind == 3 else draw.randint(100, draw.choice((999, 9999, 20_000)))
    form, k = draw.randrange(len(_FORMS)), 0 if kind == 3 else draw.randint(2, 13)
    return {"form": form, "n": n, "k": k, "kind": kind}


def _figurate(params: Params) -> int:
    """By steps that grow evenly."""
    form, n, k, kind = taken(params, "form n k kind")
    _, _, term, growth = _FORMS[form]
    step, found, total = term + growth, 0, 0
    if kind == 3:
        for _ in range(n):
            total, term, step = total + term, term + step, step + growth
        return total
    while term <= n:
        if (term % k == 0) == (kind != 1):
            found, total = found + 1, total + term
        term, step = term + step, step + growth
    while kind == 4 and term % k:
        term, step = term + step, step + growth
    return (found, found, total, 0, term)[kind]


def _show_figurate(params: Params) -> Mapping[str, object]:
    form = _FORMS[params["form"]][0]
    what = _ASKED[params["kind"]][0].format(form=form, **{n: params[n] for n in ("n", "k")})
    _, _, first, growth = _FORMS[params["form"]]
    return {
        "what": what,
        "list": f"{first}, {2 * first + growth}, {3 * first + 3 * growth}",
        "growth": growth,
        "apart": _ASKED_APART[params["kind"]].format(**params),
    }


def _solve_figurate(params: Params, draw: Random) -> list[Step]:
    term = _FORMS[params["form"]][1]
    first = f"T = [{term} for n in range(1, 500)]"
    result = f"print({_ASKED[params['kind']][1].format(**params)})"
    return [
        Step(draw.choice(("We list the numbers.", "First make the list.")), cell(first, result))
    ]


_TIMES = (
    ("k times", "k", "as often as it says"),
    ("2k - 1 times", "(2*k - 1)", "one time less than twice what it says"),
    ("{c}k times", "({c}*k)", "{c} times as often as it says"),
    ("k + {c} times", "(k + {c})", "as often as it says and {c} times on top"),
)
_BLOCKS = (
    ("the {n}-th term", "L[{n} - 1]", "Which number stands at place {n}?"),
    ("the sum of the first {n} terms", "sum(L[:{n}])", "What do the first {n} entries add up to?"),
    (
        "the place of the first term that is {j}",
        "L.index({j}) + 1",
        "At which place does {j} come first?",
    ),
    (
        "the number of different terms among the first {n}",
        "len(set(L[:{n}]))",
        "How many different numbers are among the first {n} entries?",
    ),
    (
        "how many of the first {n} terms are equal to {j}",
        "L[:{n}].count({j})",
        "How often is {j} among the first {n} entries?",
    ),
)


def _draw_blocks(draw: Random) -> Params:
    form, kind = draw.randrange(len(_TIMES)), draw.choice((0, 0, 0, 1, 2, 3, 4))
    return {
        "form": form,
        "c": draw.randint(2, 15) if form > 1 else 0,
        "n": 0 if kind == 2 else draw.randint(20, draw.choice((99, 999, 9999))),
        "j": draw.randint(3, 99) if kind in {2, 4} else 0,
        "kind": kind,
    }


def _blocks(params: Params) -> int:
    """Block after block, without writing them."""
    form, c, n, j, kind = taken(params, "form c n j kind")

    def size(k: int) -> int:
        return (k, 2 * k - 1, c * k, k + c)[form]

    if kind == 2:
        return sum(size(k) for k in range(1, j)) + 1
    number, left, total, seen = 0, n, 0, 0
    while left > 0:
        number += 1
        part = min(size(number), left)
        total += number * part
        seen += part if number == j else 0
        left -= part
    return (number, total, 0, number, seen)[kind]


def _show_blocks(params: Params) -> Mapping[str, object]:
    times, _, often = (part.format(**params) for part in _TIMES[params["form"]])
    what, _, apart = (part.format(**params) for part in _BLOCKS[params["kind"]])
    return {"times": times, "often": often, "what": what, "apart": apart}


def _solve_blocks(params: Params, draw: Random) -> list[Step]:
    size = _TIMES[params["form"]][1].format(**params)
    code = cell(
        "L = []",
        "for k in range(1, 200):",
        f"    L += [k] * {size}",
        f"print({_BLOCKS[params['kind']][1].format(**params)})",
    )
    return [Step(draw.choice(("We write the sequence.", "First write the list.")), code)]


FAMILIES = (
    Family(
        name="figurate-numbers",
        topic="sequences",
        tier=1,
        phrasings=(
            "Find {what}, where n = 1, 2, 3, ...",
            "What is {what}, for n >= 1?",
            "Compute {what}, n being a positive integer.",
            "Let n run through 1, 2, 3, ... Determine {what}.",
            "For positive integers n, give {what}.",
            "A list starts {list}, and each step is {growth} longer than the step before. {apart}",
        ),
        draw=fitting(_draw_figurate, _figurate),
        answer=_figurate,
        solve=_solve_figurate,
        shown=_show_figurate,
    ),
    Family(
        name="repeated-numbers",
        topic="sequences",
        tier=1,
        phrasings=(
            "In a sequence 1, 2, 3, ... come in order, each k written {times}. Find {what}.",
            "Write 1, 2, 3, ... in order, each number k {times}. What is {what}?",
            "A sorted sequence holds each positive integer k exactly {times}. Compute {what}.",
            "Each positive integer k stands {times} in a sorted sequence. Determine {what}.",
            "Going up from 1, we write each k {times}. Find {what}.",
            "A row begins with 1 and never falls. Every positive integer is in it {often}. {apart}",
        ),
        draw=fitting(_draw_blocks, _blocks, least=1),
        answer=_blocks,
        solve=_solve_blocks,
        held_out=True,
        shown=_show_blocks,
    ),
)
