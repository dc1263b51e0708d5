"""Primes in a range: their number and sum, the gaps between them, sums of two."""

from itertools import pairwise
from random import Random

from examples.training.cells import cell
from examples.training.families.number_theory_facts import sieved
from examples.training.family import Family, Params, Step

_ASKED = (
    ("number of primes", "len(ps)", "How many are there?"),
    ("sum of the primes", "sum(ps)", "What is their sum?"),
    ("largest of the primes", "max(ps)", "Which is the largest?"),
    ("smallest of the primes", "min(ps)", "Which is the smallest?"),
)


def _draw_primes(draw: Random) -> Params:
    while True:
        low, m = draw.randint(2, 3000), draw.randint(3, 12)
        params = {
            "low": low,
            "high": low + draw.randint(100, 900),
            "m": m,
            "r": draw.randint(1, m - 1),
        }
        params |= {"kind": draw.choice((0, 0, 1, 1, 2, 3))}
        if _found(params) and _primes(params) <= 99_999:
            return params


def _found(params: Params) -> list[int]:
    low, high, m, r = (params[name] for name in ("low", "high", "m", "r"))
    return [p for p in sieved(high) if p >= low and p % m == r]


def _primes(params: Params) -> int:
    found = _found(params)
    return (len(found), sum(found), found[-1], found[0])[params["kind"]]


def _show_primes(params: Params) -> dict[str, object]:
    what, _, ask = _ASKED[params["kind"]]
    return dict(params) | {"what": what, "ask": ask}


def _solve_primes(params: Params, draw: Random) -> list[Step]:
    low, high, m, r = (params[name] for name in ("low", "high", "m", "r"))
    if draw.random() < 0.5:
        text = "We list the primes with sympy."
        lines = ["from sympy import primerange", f"ps = list(primerange({low}, {high} + 1))"]
    else:
        text = "We test for primes."
        lines = [
            "def prime(n):",
            "    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))",
            f"ps = [p for p in range({low}, {high} + 1) if prime(p)]",
        ]
    lines += [f"ps = [p for p in ps if p % {m} == {r}]", f"print({_ASKED[params['kind']][1]})"]
    return [Step(text, cell(*lines))]


_GAPS = (
    (
        "How many pairs of consecutive primes differ by exactly {g}?",
        "sum(1 for d in gs if d == {g})",
    ),
    (
        "How many pairs of consecutive primes differ by more than {g}?",
        "sum(1 for d in gs if d > {g})",
    ),
    ("What is the largest difference of consecutive primes?", "max(gs)"),
    ("How many different values do the differences of consecutive primes take?", "len(set(gs))"),
)
_GAPS_APART = (
    "How often is a gap equal to {g}?",
    "How often is a gap above {g}?",
    "How wide is the widest gap?",
    "How many distinct gap widths occur?",
)


def _draw_gaps(draw: Random) -> Params:
    low, kind = draw.randint(2, 4000), draw.choice((0, 0, 1, 1, 2, 3))
    return {
        "low": low,
        "high": low + draw.randint(150, 1500),
        "g": draw.choice((2, 4, 6, 8, 10)) if kind < 2 else 0,
        "kind": kind,
    }


def _gaps(params: Params) -> int:
    g, primes = params["g"], [p for p in sieved(params["high"]) if p >= params["low"]]
    gaps = [later - earlier for earlier, later in pairwise(primes)]
    more = len([gap for gap in gaps if gap > g])
    return (gaps.count(g), more, max(gaps), len(set(gaps)))[params["kind"]]


def _show_gaps(params: Params) -> dict[str, object]:
    told = {"ask": _GAPS[params["kind"]][0], "apart": _GAPS_APART[params["kind"]]}
    return dict(params) | {name: text.format(**params) for name, text in told.items()}


def _prime_list(low: int, high: int, name: str, draw: Random) -> str:
    if draw.random() < 0.5:
        return cell(
            "from sympy import primerange",
            f"{name} = list(primerange({low}, {high} + 1))",
            f"print(len({name}))",
        )
    return cell(
        "def prime(n):",
        "    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))",
        f"{name} = [p for p in range({low}, {high} + 1) if prime(p)]",
        f"print(len({name}))",
    )


def _solve_gaps(params: Params, draw: Random) -> list[Step]:
    low, high = params["low"], params["high"]
    have = len([p for p in sieved(high) if p >= low])
    second = cell(
        "gs = [b - a for a, b in zip(ps, ps[1:])]",
        f"print({_GAPS[params['kind']][1].format(**params)})",
    )
    return [
        Step(
            draw.choice(("First list the primes.", "We need the primes.")),
            _prime_list(low, high, "ps", draw),
        ),
        Step(f"There are {have} primes. Now take the gaps.", second),
    ]


_SPLITS = (
    ("primes p <= q", "sum(1 for p in ps if n - p in S and p <= n - p)", "order ignored"),
    (
        "primes p < q",
        "sum(1 for p in ps if n - p in S and p < n - p)",
        "different primes, order ignored",
    ),
    ("primes p and q, order counted", "sum(1 for p in ps if n - p in S)", "order counted"),
)


def _draw_splits(draw: Random) -> Params:
    return {"n": 2 * draw.randint(20, 2000), "kind": draw.randrange(3)}


def _splits(params: Params) -> int:
    n = params["n"]
    prime = set(sieved(n))
    half = [p for p in range(2, n // 2 + 1) if p in prime and n - p in prime]
    middle = n // 2 in prime
    count = len(half)
    return (count, count - middle, 2 * count - middle)[params["kind"]]


def _show_splits(params: Params) -> dict[str, object]:
    what, _, apart = _SPLITS[params["kind"]]
    return {"n": params["n"], "what": what, "apart": apart}


def _solve_splits(params: Params, draw: Random) -> list[Step]:
    n = params["n"]
    have = len(sieved(n))
    second = cell("S = set(ps)", f"n = {n}", f"print({_SPLITS[params['kind']][1]})")
    return [
        Step(f"First the primes up to {n}.", _prime_list(2, n, "ps", draw)),
        Step(f"There are {have} primes. Now count the pairs.", second),
    ]


FAMILIES = (
    Family(
        name="primes-with-remainder",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find the {what} from {low} to {high} that leave remainder {r} modulo {m}.",
            "What is the {what} p with {low} <= p <= {high} and p mod {m} = {r}?",
            "Compute the {what} in [{low}, {high}] that are {r} modulo {m}.",
            "Determine the {what} from {low} to {high} that are congruent to {r} modulo {m}.",
            (
                "What is the {what} between {low} and {high} that leave remainder {r} when "
                "divided by {m}?"
            ),
            "Some primes of the form {m}k + {r} are at least {low} and at most {high}. {ask}",
        ),
        draw=_draw_primes,
        answer=_primes,
        solve=_solve_primes,
        shown=_show_primes,
    ),
    Family(
        name="prime-gaps",
        topic="number theory",
        tier=2,
        phrasings=(
            "List the primes from {low} to {high} in order. {ask}",
            "Consider the primes from {low} to {high}. {ask}",
            "Take all primes p with {low} <= p <= {high} in order. {ask}",
            "The primes in [{low}, {high}] are written in a row. {ask}",
            "Look at the primes between {low} and {high} in order. {ask}",
            (
                "A gap is the distance from one prime to the next, both at least {low} and at "
                "most {high}. {apart}"
            ),
        ),
        draw=_draw_gaps,
        answer=_gaps,
        solve=_solve_gaps,
        shown=_show_gaps,
    ),
    Family(
        name="two-primes",
        topic="number theory",
        tier=2,
        phrasings=(
            "In how many ways is {n} = p + q with {what}?",
            "Find the number of ways to write {n} = p + q with {what}.",
            "How many pairs (p, q) with p + q = {n} exist for {what}?",
            "Count the ways to write {n} as p + q with {what}.",
            "The number {n} is a sum p + q with {what}. How many pairs (p, q) are there?",
            "How often can {n} be split into two prime numbers ({apart})?",
        ),
        draw=_draw_splits,
        answer=_splits,
        solve=_solve_splits,
        shown=_show_splits,
    ),
)
