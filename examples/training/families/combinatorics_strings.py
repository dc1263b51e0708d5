"""Words without runs; permutations with fixed points."""

from random import Random

from examples.training.cells import agreed, cell, taken
from examples.training.families.combinatorics_cells import SLIPS
from examples.training.family import Family, Params, Step

_RUNS = (
    ("no {r} letters A in a row", "never {r} red ones side by side"),
    ("no {r} equal letters in a row", "never {r} of one colour side by side"),
    ("{r} letters A in a row somewhere", "{r} red ones side by side somewhere"),
)


def _draw_runs(draw: Random) -> Params:
    kind, r = draw.randrange(len(_RUNS)), draw.randint(2, 5)
    return {
        "n": draw.randint(6, 60),
        "q": draw.randint(3 if kind == 1 and r == 2 else 2, 6),
        "r": r,
        "m": draw.randint(50, 2999),
        "kind": kind,
    }


def _runs(params: Params) -> int:
    """By words without r letters A in a row, of which one more letter spoils some.

    Letters that equal the one before take the part of A, where any equal ones count.
    """
    n, q, r, m, kind = taken(params, "n q r m kind")
    length, run = (n - 1, r - 1) if kind == 1 else (n, r)
    free = [q**k for k in range(run)] + [q**run - 1]
    while len(free) <= length:
        free.append(q * free[-1] - (q - 1) * free[-1 - run])
    count: int = (free[length], q * free[length], q**n - free[length])[kind]
    return count % m


def _show_runs(params: Params) -> dict[str, object]:
    have, apart = (text.format(**params) for text in _RUNS[params["kind"]])
    return dict(params) | {
        "letters": ", ".join("ABCDEF"[: params["q"]]),
        "have": have,
        "apart": apart,
    }


def _solve_runs(params: Params, draw: Random) -> list[Step]:
    n, q, r, m, kind = taken(params, "n q r m kind")
    if kind == 1:
        start, turns = [q] + [0] * (r - 2), f"{n} - 1"
        text = draw.choice(("A run has at most {} letters.", "Runs of equal letters up to {}."))
    else:
        start, turns = [1] + [0] * (r - 1), f"{n}"
        text = draw.choice(("A run of A has at most {} letters.", "Runs of A from 0 to {}."))
    total = f"{q}**{n} - sum(v)" if kind == 2 else "sum(v)"
    lines = (f"v = {start}", f"for i in range({turns}):", f"    v = [{q - 1} * sum(v)] + v[:-1]")
    result = f"print(({total}) % {m})" if kind == 2 else f"print({total} % {m})"
    ending = " Take it from all." if kind == 2 else ""
    return [Step(text.format(r - 1) + ending, cell(*lines, result))]


_FIXED = (
    ("exactly {k}", "[{k}]", "exactly {k} land on their own hook"),
    ("at least {k}", "range({k}, {n} + 1)", "{k} or more land on their own hook"),
    ("at most {k}", "range({k} + 1)", "{k} or fewer land on their own hook"),
)


def _draw_fixed(draw: Random) -> Params:
    return {
        "n": draw.randint(6, 30),
        "k": draw.randint(1, 5),
        "m": draw.randint(50, 2999),
        "kind": draw.randrange(len(_FIXED)),
    }


def _fixed(params: Params) -> int:
    """By putting in the elements one after another, at home or before another."""
    n, k, m, kind = taken(params, "n k m kind")
    counts = [1, 0]
    for size in range(n):
        counts = [
            (counts[fixed - 1] if fixed else 0)
            + counts[fixed] * (size - fixed)
            + counts[fixed + 1] * (fixed + 1)
            for fixed in range(size + 1)
        ] + [counts[size], 0]
        counts[size + 1 :] = [1, 0]
    return (counts[k], sum(counts[k:]), sum(counts[: k + 1]))[kind] % m


def _show_fixed(params: Params) -> dict[str, object]:
    have, _, apart = (text.format(**params) for text in _FIXED[params["kind"]])
    return dict(params) | {"have": have, "apart": apart}


def _solve_fixed(params: Params, draw: Random) -> list[Step]:
    n, m = taken(params, "n m")
    text = draw.choice(
        (
            "Plan: a table D of derangements, then check by alternating sums.",
            "Plan: find derangements D by recursion, then check by a sum.",
        )
    )
    names = cell(
        "from math import comb", f"n, K = {n}, {_FIXED[params['kind']][1].format(**params)}"
    )
    fill = "    D[i] = (i - 1) * (D[i - 1] + D[i - 2])"
    end = cell(f"t = sum(comb(n, k) * D[n - k] for k in K) % {m}", "print(t)")
    right = cell("D = {0: 1, 1: 0}", "for i in range(2, n + 1):", fill, end)
    steps = [Step(text, cell(names, right))]
    slip = draw.random()
    if slip < SLIPS / 2:
        wrong = cell(names, "D = {0: 1}", "for i in range(1, n + 1):", fill, end)
        steps = [Step(text, wrong, fails=True), Step("Key -1 is missing. D[1] is 0.", right)]
    elif slip < SLIPS:
        lone, rest = names.split("\n")
        steps = [
            Step(text, cell(rest, right), fails=True),
            Step("comb is not defined. Import it. D is done.", cell(lone, end)),
        ]
    check = cell(
        "from math import factorial as f",
        "e = lambda r: sum((-1)**j * f(r) // f(j) for j in range(r + 1))",
        f"u = sum(comb(n, k) * e(n - k) for k in K) % {m}",
        agreed(draw, "t", "u"),
    )
    return [*steps, Step("Check with alternating sums.", check)]


FAMILIES = (
    Family(
        name="words-without-runs",
        topic="combinatorics",
        tier=1,
        phrasings=(
            (
                "How many words of length {n} from the {q} letters {letters} have {have}? Answer "
                "modulo {m}."
            ),
            (
                "Find the number of words of length {n} with the {q} letters {letters} that have "
                "{have}, modulo {m}."
            ),
            (
                "Let N be the number of words of {n} letters, each one of the {q} letters "
                "{letters}, with {have}. Find N mod {m}."
            ),
            (
                "Count the words of length {n} over the {q} letters {letters} with {have}. Give "
                "the remainder modulo {m}."
            ),
            (
                "A word has {n} letters, each one of the {q} letters {letters}, and {have}. How "
                "many such words are there, modulo {m}?"
            ),
            (
                "A chain of {n} beads uses {q} colours, red among them, with {apart}. Read from "
                "left to right, how many chains exist? Divide by {m} and give what remains."
            ),
        ),
        draw=_draw_runs,
        answer=_runs,
        solve=_solve_runs,
        shown=_show_runs,
    ),
    Family(
        name="fixed-points",
        topic="combinatorics",
        tier=3,
        phrasings=(
            "How many permutations of 1, ..., {n} have {have} fixed points? Answer modulo {m}.",
            "Find the number of permutations of {n} elements with {have} fixed points, modulo {m}.",
            (
                "Let N be the number of permutations of 1, 2, ..., {n} with {have} fixed points. "
                "Find N mod {m}."
            ),
            (
                "Count the permutations of {n} objects that have {have} fixed points. Give the "
                "remainder modulo {m}."
            ),
            (
                "A permutation of 1, ..., {n} has {have} fixed points. How many such permutations "
                "are there, modulo {m}?"
            ),
            (
                "Each of {n} coats has a hook of its own. All are hung up, one to a hook, so that "
                "{apart}. Divide the number of ways by {m}. What remains?"
            ),
        ),
        draw=_draw_fixed,
        answer=_fixed,
        solve=_solve_fixed,
        shown=_show_fixed,
    ),
)
