"""Squares modulo a number, orders, towers of powers."""

from math import prod
from random import Random

from examples.training.cells import cell
from examples.training.families.number_theory_facts import common, factored
from examples.training.family import Family, Params, Step

_SQUARES = (
    (
        "the number of integers x with 0 <= x < {m} and x^{e} = {r} modulo {m}",
        "sum(1 for x in range({m}) if (x ** {e} - {r}) % {m} == 0)",
    ),
    (
        "the number of different values of x^{e} + {r}x modulo {m}",
        "len({{(x ** {e} + {r} * x) % {m} for x in range({m})}})",
    ),
    (
        "the number of integers x with 0 <= x < {m} and x^{e} + {r}x divisible by {m}",
        "sum(1 for x in range({m}) if (x ** {e} + {r} * x) % {m} == 0)",
    ),
)
_SQUARES_APART = (
    "Find the count of residues modulo {m} whose power with exponent {e} is {r} modulo {m}.",
    "Let x run through all integers. How many remainders can x^{e} + {r}x leave modulo {m}?",
    "Find the count of residues x modulo {m} that are roots of x^{e} + {r}x modulo {m}.",
)


def _draw_squares(draw: Random) -> Params:
    m = draw.choice((draw.randint(15, 300), 4 * draw.randint(4, 75), 15 * draw.randint(2, 20)))
    x, e, kind = draw.randrange(m), draw.choice((2, 2, 3)), draw.randrange(3)
    return {"m": m, "e": e, "r": pow(x, e, m) if kind == 0 else draw.randint(1, 30), "kind": kind}


def _squares(params: Params) -> int:
    """By the Chinese remainder theorem: counts for the prime powers multiply."""
    e, r, kind = params["e"], params["r"], params["kind"]
    counts = []
    for prime, exponent in factored(params["m"]).items():
        q = prime**exponent
        if kind == 0:
            values = [pow(x, e, q) for x in range(q)]
            counts.append(values.count(r % q))
        else:
            values = [(pow(x, e, q) + r * x) % q for x in range(q)]
            counts.append(values.count(0) if kind == 2 else len(set(values)))
    return prod(counts)


def _show_squares(params: Params) -> dict[str, object]:
    told = {"what": _SQUARES[params["kind"]][0], "apart": _SQUARES_APART[params["kind"]]}
    return {name: text.format(**params) for name, text in told.items()}


def _solve_squares(params: Params, draw: Random) -> list[Step]:
    code = f"print({_SQUARES[params['kind']][1].format(**params)})"
    return [Step(draw.choice(("We try all x.", "Test every residue.")), code)]


def _draw_tower(draw: Random) -> Params:
    while True:
        a, m = draw.randint(2, 60), draw.randint(11, 999)
        if common(a, m) == 1 and a % m != 1:
            return {
                "a": a,
                "b": draw.randint(2, 20),
                "c": draw.randint(5, 60),
                "m": m,
                "up": draw.randrange(2),
            }


def _tower(params: Params) -> int:
    a, b, c, m = (params[name] for name in "abcm")
    result = a % m
    for _ in range(c if params["up"] else 1):
        result = pow(result, b, m)
    return result if params["up"] else pow(result, c, m)


def _order(a: int, m: int) -> int:
    order, value = 1, a % m
    while value != 1:
        order, value = order + 1, value * a % m
    return order


def _show_tower(params: Params) -> dict[str, object]:
    a, b, c, m, up = (params[name] for name in ("a", "b", "c", "m", "up"))
    power = f"{a}^({b}^{c})" if up else f"({a}^{b})^{c}"
    apart = f"exponent {b}^{c}" if up else f"exponent {b}*{c}"
    return {"power": power, "m": m, "a": a, "apart": apart}


def _solve_tower(params: Params, draw: Random) -> list[Step]:
    a, b, c, m = (params[name] for name in "abcm")
    first = cell(
        f"k, v = 1, {a} % {m}", "while v != 1:", f"    v = v * {a} % {m}", "    k += 1", "print(k)"
    )
    exponent = f"pow({b}, {c}, k)" if params["up"] else f"{b} * {c} % k"
    text = f"The order of {a} is {_order(a, m)}. Reduce the exponent."
    return [
        Step(
            draw.choice((f"First the order of {a} modulo {m}.", "We find the order first.")), first
        ),
        Step(text, cell(f"e = {exponent}", f"print(pow({a}, e, {m}))")),
    ]


FAMILIES = (
    Family(
        name="roots-modulo",
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
        draw=_draw_squares,
        answer=_squares,
        solve=_solve_squares,
        shown=_show_squares,
    ),
    Family(
        name="power-tower",
        topic="number theory",
        tier=2,
        phrasings=(
            "Find the remainder when {power} is divided by {m}.",
            "What is {power} modulo {m}?",
            "Compute {power} mod {m}.",
            "The number {power} is divided by {m}. What is the remainder?",
            "Determine the remainder of {power} on division by {m}.",
            (
                "Raise {a} to the {apart} and keep only what is left over after division by {m}. "
                "What is kept?"
            ),
        ),
        draw=_draw_tower,
        answer=_tower,
        solve=_solve_tower,
        shown=_show_tower,
    ),
)
