"""Sums: coins, tuples with a given sum."""

from math import factorial
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_COINS = (
    (
        "the number of ways (order ignored) to pay",
        "How many different handfuls of such coins are worth {n}?",
    ),
    (
        "the number of ordered ways to pay",
        "Coins go in one after another. How many sequences of coins are worth {n}?",
    ),
    ("the least number of coins that pay", "How few such coins can be worth exactly {n}?"),
    (
        "the number of ways (order ignored, each coin used at least once) to pay",
        "How many different handfuls with all three kinds are worth {n}?",
    ),
)


def _draw_coins(draw: Random) -> Params:
    while True:
        a, b, c = sorted(draw.sample(range(2, 30), 3))
        kind = draw.randrange(len(_COINS))
        n = draw.randint(c + 5, 70 if kind == 1 else 300)
        params = {"a": a, "b": b, "c": c, "n": n, "kind": kind}
        if _coins(params):
            return params


def _coins(params: Params) -> int:
    """By the numbers of coins of each kind."""
    a, b, c, n, kind = taken(params, "a b c n kind")
    found = []
    for k in range(n // c + 1):
        for j in range((n - k * c) // b + 1):
            i, left = divmod(n - k * c - j * b, a)
            if not left and (kind != 3 or i * j * k):
                found.append((i, j, k))
    if kind == 1:
        below = (factorial(i) * factorial(j) * factorial(k) for i, j, k in found)
        pairs = zip(found, below, strict=True)
        return sum(factorial(sum(counts)) // divisor for counts, divisor in pairs)
    return min(map(sum, found), default=0) if kind == 2 else len(found)


def _show_coins(params: Params) -> dict[str, object]:
    what, apart = _COINS[params["kind"]]
    return dict(params) | {"what": what, "apart": apart.format(**params)}


def _solve_coins(params: Params, draw: Random) -> list[Step]:
    a, b, c, n, kind = taken(params, "a b c n kind")
    start = (f"n, C = {n}, ({a}, {b}, {c})", "L = [1] + [0] * n")
    if kind in {0, 3}:
        text = draw.choice(("Coins outside, sums inside.", "Take coin by coin."))
        lines = ("for c in C:", "    for s in range(c, n + 1):", "        L[s] += L[s - c]")
        end = "print(L[n])" if kind == 0 else "print(L[n - sum(C)])"
        return [
            Step(text if kind == 0 else f"{text} One of each is set.", cell(*start, *lines, end))
        ]
    walk = "for s in range(1, n + 1):"
    if kind == 1:
        text = draw.choice(("Order counts: sums outside.", "The last coin is any coin."))
        body = "    L[s] = sum(L[s - c] for c in C if c <= s)"
    else:
        text = draw.choice(("The least number, sum by sum.", "Keep the least number of coins."))
        start = (start[0], "L = [0]")
        body = "    L.append(1 + min([L[s - c] for c in C if c <= s], default=n))"
    return [Step(text, cell(*start, walk, body, "print(L[n])"))]


_RELATION = (
    ("equal to", "comb(r + {k} - 1, {k} - 1)", "exactly {n}"),
    ("at most", "comb(r + {k}, {k})", "{n} or fewer"),
    ("less than", "comb(r + {k} - 1, {k})", "fewer than {n}"),
)


def _draw_tuples(draw: Random) -> Params:
    k, c = draw.randint(3, 7), draw.randint(0, 9)
    n = k * c + draw.randint(2, 150)
    return {"k": k, "c": c, "n": n, "kind": draw.randrange(len(_RELATION))}


def _tuples(params: Params) -> int:
    """Sum by sum, number by number."""
    k, c, n, kind = taken(params, "k c n kind")
    ways = [1] + [0] * n
    for _ in range(k):
        running, sums = 0, []
        for total in range(n + 1):
            running += ways[total - c] if total >= c else 0
            sums.append(running)
        ways = sums
    return (ways[n], sum(ways), sum(ways[:n]))[kind]


def _show_tuples(params: Params) -> dict[str, object]:
    told, _, apart = _RELATION[params["kind"]]
    return dict(params) | {"relation": told, "apart": apart.format(**params)}


def _solve_tuples(params: Params, draw: Random) -> list[Step]:
    k, c, n = taken(params, "k c n")
    text = draw.choice((f"Take {c} away from each.", "Stars and bars."))
    ways = _RELATION[params["kind"]][1].format(k=k)
    return [Step(text, cell("from math import comb", f"r = {n} - {k} * {c}", f"print({ways})"))]


FAMILIES = (
    Family(
        name="coins",
        topic="combinatorics",
        tier=1,
        phrasings=(
            "Find {what} {n} with coins of {a}, {b} and {c}.",
            "We have coins of {a}, {b} and {c}. What is {what} {n}?",
            "Coins have the values {a}, {b} and {c}. Find {what} {n}.",
            "What is {what} {n}, if the coins are {a}, {b} and {c}?",
            "With coins of {a}, {b} and {c}, compute {what} {n}.",
            "A shop takes only coins worth {a}, {b} or {c}. {apart}",
        ),
        draw=fitting(_draw_coins, _coins),
        answer=_coins,
        solve=_solve_coins,
        shown=_show_coins,
    ),
    Family(
        name="tuples-with-sum",
        topic="combinatorics",
        tier=1,
        phrasings=(
            (
                "How many ordered {k}-tuples of integers, each at least {c}, have a sum {relation} "
                "{n}?"
            ),
            (
                "Find the number of ordered {k}-tuples of integers not below {c} with sum "
                "{relation} {n}."
            ),
            (
                "The sum of {k} integers, each at least {c}, is {relation} {n}. How many ordered "
                "tuples are there?"
            ),
            (
                "Count the ordered {k}-tuples of integers with sum {relation} {n} and each entry "
                "at least {c}."
            ),
            (
                "Let x_1, ..., x_{k} be integers, each at least {c}. In how many ways is their sum "
                "{relation} {n}?"
            ),
            (
                "In how many ways can {apart} identical balls be put into {k} different boxes when "
                "every box must hold {c} or more?"
            ),
        ),
        draw=fitting(_draw_tuples, _tuples),
        answer=_tuples,
        solve=_solve_tuples,
        shown=_show_tuples,
    ),
)
