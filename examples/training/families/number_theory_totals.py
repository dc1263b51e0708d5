"""Totals: rounded down, of remainders, of powers, of divisors."""

from random import Random

from examples.training.cells import agreed, cell
from examples.training.families.number_theory_facts import common, factored
from examples.training.family import Family, Params, Step

_TOTALS = (
    ("number of positive divisors", "1", ""),
    ("sum of the positive divisors", "d", ""),
    ("number of odd positive divisors", "1", "odd"),
)


def _draw_total(draw: Random) -> Params:
    kind = draw.randrange(3)
    low = draw.randint(1, 150)
    return {"low": low, "high": low + draw.randint(20, 150), "kind": kind}


def _total(params: Params) -> int:
    total = 0
    for number in range(params["low"], params["high"] + 1):
        value = 1
        for prime, exponent in factored(number).items():
            if params["kind"] == 1:
                value *= (prime ** (exponent + 1) - 1) // (prime - 1)
            elif params["kind"] == 0 or prime > 2:
                value *= exponent + 1
        total += value
    return total


def _show_total(params: Params) -> dict[str, object]:
    apart = (
        "How many pairs (d, n) of positive integers have",
        "Add up d over all pairs (d, n) of positive integers with",
        "How many pairs (d, n) of positive integers with odd d have",
    )[params["kind"]]
    end = "." if params["kind"] == 1 else "?"
    return dict(params) | {"what": _TOTALS[params["kind"]][0], "apart": apart, "end": end}


def _solve_total(params: Params, draw: Random) -> list[Step]:
    _, counted, odd = _TOTALS[params["kind"]]
    step = ", 2" if odd else ""
    scan = (
        "s = 0",
        "for n in range(lo, hi + 1):",
        f"    s += sum({counted} for d in range({{}}, n + 1{step}) if n % d == 0)",
        "print(s)",
    )
    bounds = f"lo, hi = {params['low']}, {params['high']}"
    times = "" if counted == "1" else f"{counted} * "
    check = cell(
        f"t = sum({times}(hi // d - (lo - 1) // d) for d in range(1, hi + 1{step}))",
        agreed(draw, "s", "t"),
    )
    plan = "Plan: find the divisors of each n, then check by counting multiples of each d."
    steps = []
    if not odd and draw.random() < 0.5:
        wrong = cell(bounds, *scan[:2], scan[2].format(0), scan[3])
        steps.append(Step(plan, wrong, fails=True))
        steps.append(Step("Division by zero. d must start at 1.", cell(*scan).format(1)))
    else:
        steps.append(Step(plan, cell(bounds, *scan).format(1)))
    return [*steps, Step("Now check: each d has hi // d - (lo - 1) // d multiples.", check)]


_ROUNDED = (
    ("floor({a}k/{b})", "{a} * k // {b}", "the whole part of the quotient"),
    ("ceil({a}k/{b})", "-(-{a} * k // {b})", "the quotient rounded up"),
    ("(the remainder of {a}k divided by {b})", "{a} * k % {b}", "the remainder"),
)


def _draw_rounded(draw: Random) -> Params:
    while True:
        params = {
            "a": draw.randint(2, 60),
            "b": draw.randint(3, 99),
            "n": draw.randint(20, 400),
            "kind": draw.randrange(3),
        }
        if _rounded(params) <= 99_999:
            return params


def _floors(n: int, b: int, a: int, shift: int) -> int:
    """Sum of floor((a k + shift) / b) for k from 0 to n - 1, by Euclid's steps."""
    whole = (a // b) * n * (n - 1) // 2 + (shift // b) * n
    a, shift = a % b, shift % b
    top = a * n + shift
    return whole if top < b else whole + _floors(top // b, a, b, top % b)


def _rounded(params: Params) -> int:
    a, b, n, kind = (params[name] for name in ("a", "b", "n", "kind"))
    floors = _floors(n + 1, b, a, 0)
    if kind == 2:
        return a * n * (n + 1) // 2 - b * floors
    return floors + (n - n * common(a, b) // b if kind == 1 else 0)


def _show_rounded(params: Params) -> dict[str, object]:
    term, _, apart = _ROUNDED[params["kind"]]
    return dict(params) | {"term": term.format(**params), "apart": apart}


def _solve_rounded(params: Params, draw: Random) -> list[Step]:
    n, term = params["n"], _ROUNDED[params["kind"]][1].format(**params)
    if draw.random() < 0.5:
        text, code = "We add the terms.", f"print(sum({term} for k in range(1, {n} + 1)))"
    else:
        text = "Add in a loop."
        code = cell("s = 0", f"for k in range(1, {n} + 1):", f"    s += {term}", "print(s)")
    return [Step(text, code)]


def _draw_powers(draw: Random) -> Params:
    low = draw.randint(1, 60)
    return {
        "low": low,
        "high": low + draw.randint(20, 300),
        "e": draw.randint(2, 9),
        "m": draw.randint(7, 199),
        "each": draw.randrange(2),
    }


def _powers(params: Params) -> int:
    low, high, m = params["low"], params["high"], params["m"]
    total = 0
    for r in range(m):
        left = r
        for _ in range(params["e"] - 1):
            left = left * r % m
        total += left * ((high - r) // m - (low - 1 - r) // m)
    return total if params["each"] else total % m


def _show_powers(params: Params) -> dict[str, object]:
    low, high, e, m = (params[name] for name in ("low", "high", "e", "m"))
    add = f"{low}^{e} + {low + 1}^{e} + ... + {high}^{e}"
    if params["each"]:
        what = f"the sum of the remainders of {low}^{e}, {low + 1}^{e}, ..., {high}^{e} modulo {m}"
        apart = f"Divide x^{e} by {m} for each x from {low} to {high} and add all the remainders."
    else:
        what = f"the remainder of the sum {add} modulo {m}"
        apart = f"Add x^{e} for all x from {low} to {high}, then divide the total by {m}."
    end = "What is the sum?" if params["each"] else "What is left over?"
    return {"what": what, "apart": apart, "end": end}


def _solve_powers(params: Params, draw: Random) -> list[Step]:
    low, high, e, m = (params[name] for name in ("low", "high", "e", "m"))
    span = f"for x in range({low}, {high} + 1)"
    if params["each"]:
        text = draw.choice(("Take each remainder, then add.", "Add the remainders."))
        code = f"print(sum(pow(x, {e}, {m}) {span}))"
    else:
        text = draw.choice(("Add first, then take the remainder.", "One remainder of the sum."))
        code = cell(f"s = sum(x ** {e} {span})", f"print(s % {m})")
    return [Step(text, code)]


FAMILIES = (
    Family(
        name="divisors-in-range",
        topic="number theory",
        tier=3,
        phrasings=(
            "Let f(n) be the {what} of n. Find f({low}) + ... + f({high}).",
            "For each n from {low} to {high}, take the {what} of n. What is the total?",
            "Let f(n) be the {what} of n. Add f(n) for all n from {low} to {high}.",
            "Find the total of the {what} of n over all n from {low} to {high}.",
            "Write the {what} of each integer from {low} to {high}. Find the sum of these values.",
            "{apart} {low} <= n <= {high} and n divisible by d{end}",
        ),
        draw=_draw_total,
        answer=_total,
        solve=_solve_total,
        shown=_show_total,
    ),
    Family(
        name="rounded-sum",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find the sum of {term} for k = 1, 2, ..., {n}.",
            "Compute the sum of {term} over k from 1 to {n}.",
            "Add {term} for all integers k from 1 to {n}. What is the sum?",
            "Let t(k) = {term}. Find t(1) + t(2) + ... + t({n}).",
            "What is the sum of the terms {term}, where k runs from 1 to {n}?",
            (
                "Each of the first {n} positive multiples of {a} is divided by {b} and {apart} is "
                "written down. What do the written numbers add up to?"
            ),
        ),
        draw=_draw_rounded,
        answer=_rounded,
        solve=_solve_rounded,
        held_out=True,
        shown=_show_rounded,
    ),
    Family(
        name="sum-of-powers",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "Give {what} as an integer.",
            "{apart} {end}",
        ),
        draw=_draw_powers,
        answer=_powers,
        solve=_solve_powers,
        shown=_show_powers,
    ),
)
