"""Primes in factorials, binomial coefficients and products of a range."""

from random import Random

from examples.training.cells import agreed, cell
from examples.training.families.number_theory_facts import factored
from examples.training.family import Family, Params, Step

_PRIMES = (2, 3, 5, 7, 11, 13)
_POWERS = (
    ("the largest k such that {p}^k divides {n}!", "c"),
    ("the number of integers from 1 to {n} divisible by {p}", "{n} // {p}"),
    ("the largest k such that {p}^k divides {n}! / {m}!", "c"),
)
_POWERS_APART = (
    "How often can {n}! be divided by {p} without remainder?",
    "How many factors of 1 * 2 * ... * {n} are multiples of {p}?",
    (
        "How often can the product of all integers from {m} + 1 to {n} be divided by {p} without "
        "remainder?"
    ),
)


def _draw_exponent(draw: Random) -> Params:
    n = draw.randint(40, 2999)
    kind = draw.choice((0, 0, 1, 2, 2))
    m = draw.randint(5, n // 2) if kind == 2 else 0
    return {"n": n, "m": m, "p": draw.choice(_PRIMES), "kind": kind}


def _exponent(params: Params) -> int:
    n, m, p, kind = (params[name] for name in ("n", "m", "p", "kind"))
    if kind == 1:
        return n // p
    return sum(factored(x).get(p, 0) for x in range(m + 1 if kind == 2 else 1, n + 1))


def _show_exponent(params: Params) -> dict[str, object]:
    told = {"what": _POWERS[params["kind"]][0], "apart": _POWERS_APART[params["kind"]]}
    return {name: text.format(**params) for name, text in told.items()}


def _solve_exponent(params: Params, draw: Random) -> list[Step]:
    n, m, p, kind = (params[name] for name in ("n", "m", "p", "kind"))
    if kind == 1:
        return [Step("Count the multiples only.", f"print({n} // {p})")]
    divide = ("n = {0}", "while n:", f"    n //= {p}", "    c {1}= n")
    if draw.random() < 0.5:
        lines = ["c = 0", *(line.format(n, "+") for line in divide)]
        if kind == 2:
            lines += [line.format(m, "-") for line in divide]
        return [Step(f"Add the quotients by {p}.", cell(*lines, "print(c)"))]
    text = "We divide the product."
    start = f"x = factorial({n})" + (f" // factorial({m})" if kind == 2 else "")
    loop = ("c = 0", f"while x % {p} == 0:", f"    x //= {p}", "    c += 1", "print(c)")
    return [Step(text, cell("from math import factorial", start, *loop))]


_CHOOSE = (
    ("the largest k such that {p}^k divides C({n}, {r})", "v({n}) - v({r}) - v({n} - {r})"),
    ("the largest k such that {p}^k divides {n}! * {r}!", "v({n}) + v({r})"),
    ("the largest k such that {p}^k divides {n}! / ({n} - {r})!", "v({n}) - v({n} - {r})"),
)
_CHOOSE_APART = (
    (
        "The number of ways to choose {r} of {n} things is divided by {p} as long as it goes. "
        "How many times?"
    ),
    "The product of {n}! and {r}! is divided by {p} as long as it goes. How many times?",
    (
        "The number of ordered rows of {r} out of {n} things is divided by {p} as long as it goes. "
        "How many times?"
    ),
)


def _draw_choose(draw: Random) -> Params:
    n = draw.randint(60, 3000)
    kind = draw.choice((0, 0, 1, 2))
    return {"n": n, "r": draw.randint(10, n - 10), "p": draw.choice(_PRIMES), "kind": kind}


def _choose(params: Params) -> int:
    n, r, p, kind = (params[name] for name in ("n", "r", "p", "kind"))

    def digit_sum(left: int) -> int:
        total = 0
        while left:
            left, digit = divmod(left, p)
            total += digit
        return total

    above = (n, r) if kind == 1 else (n,)
    below = ((r, n - r), (), (n - r,))[kind]
    raw = sum(x - digit_sum(x) for x in above) - sum(x - digit_sum(x) for x in below)
    return raw // (p - 1)


def _show_choose(params: Params) -> dict[str, object]:
    told = {"what": _CHOOSE[params["kind"]][0], "apart": _CHOOSE_APART[params["kind"]]}
    return {name: text.format(**params) for name, text in told.items()}


def _solve_choose(params: Params, draw: Random) -> list[Step]:
    n, p = params["n"], params["p"]
    first = cell(
        "def v(n):",
        "    c = 0",
        "    while n:",
        f"        n //= {p}",
        "        c += n",
        "    return c",
        f"print(v({n}))",
    )
    have = sum(n // p**i for i in range(1, 13))
    second = f"print({_CHOOSE[params['kind']][1].format(**params)})"
    plan = draw.choice(
        (f"First the exponent of {p} in n!.", f"Let v(n) be the exponent of {p} in n!.")
    )
    return [Step(plan, first), Step(f"{n}! has exponent {have}. Now combine.", second)]


_BASES = (6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 24, 28, 30, 36, 40, 45, 50)


def _draw_zeros(draw: Random) -> Params:
    low = draw.choice((1, draw.randint(2, 200)))
    return {"low": low, "high": low + draw.randint(20, 600), "b": draw.choice(_BASES)}


def _zeros(params: Params) -> int:
    low, high, b = params["low"], params["high"], params["b"]
    least = high * high
    for prime, exponent in factored(b).items():
        power, count = prime, 0
        while power <= high:
            count += high // power - (low - 1) // power
            power *= prime
        least = min(least, count // exponent)
    return least


def _show_zeros(params: Params) -> dict[str, object]:
    low, high = params["low"], params["high"]
    whole = low == 1
    what = f"{high}!" if whole else f"{low} * {low + 1} * ... * {high}"
    return {"b": params["b"], "what": what, "low": low, "high": high}


def _solve_zeros(params: Params, draw: Random) -> list[Step]:
    low, high, b = params["low"], params["high"], params["b"]
    name, call = ("prod", f"prod(range({low}, {high} + 1))")
    if low == 1 and draw.random() < 0.5:
        name, call = "factorial", f"factorial({high})"
    loop = ("z = 0", "while x % b == 0:", "    x //= b", "    z += 1", "print(z)")
    plan = f"Plan: divide the product by {b}, count the steps, check by primes."
    made = (f"b = {b}", f"x = {call}")
    if draw.random() < 0.5:
        steps = [
            Step(plan, cell(*made, *loop), fails=True),
            Step(f"{name} is not imported.", cell(f"from math import {name}", made[1], *loop)),
        ]
        if draw.random() < 0.5:
            return steps
    else:
        steps = [Step(plan, cell(f"from math import {name}", *made, *loop))]
    factors = ", ".join(f"({prime}, {exponent})" for prime, exponent in factored(b).items())
    check = cell(
        "def v(n, p):",
        "    return n // p + v(n // p, p) if n else 0",
        f"t = min((v({high}, p) - v({low - 1}, p)) // e for p, e in [{factors}])",
        agreed(draw, "z", "t"),
    )
    return [*steps, Step(f"Now check by the primes of {b}.", check)]


FAMILIES = (
    Family(
        name="prime-in-factorial",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "Give {what} as an integer.",
            "{apart}",
        ),
        draw=_draw_exponent,
        answer=_exponent,
        solve=_solve_exponent,
        shown=_show_exponent,
    ),
    Family(
        name="prime-in-binomial",
        topic="number theory",
        tier=2,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "Give {what} as an integer.",
            "{apart}",
        ),
        draw=_draw_choose,
        answer=_choose,
        solve=_solve_choose,
        shown=_show_choose,
    ),
    Family(
        name="zeros-of-product",
        topic="number theory",
        tier=3,
        phrasings=(
            "How many zeros are at the end of {what} in base {b}?",
            "Find the number of zeros at the end of {what} written in base {b}.",
            "Write {what} in base {b}. How many trailing zeros are there?",
            "In base {b}, how many zeros does {what} end with?",
            "Count the trailing zeros of {what} in base {b}.",
            (
                "Find the largest k such that {b}^k divides the product of all integers from {low} "
                "to {high}."
            ),
        ),
        draw=_draw_zeros,
        answer=_zeros,
        solve=_solve_zeros,
        shown=_show_zeros,
    ),
)
