"""Remainders and digits of powers."""

from random import Random

from examples.training.family import Family, Params, Step


def _draw_power(draw: Random) -> Params:
    return {"a": draw.randint(2, 99), "n": draw.randint(20, 2999), "m": draw.randint(7, 999)}


def _power_by_squaring(params: Params) -> int:
    base, left, modulus = params["a"], params["n"], params["m"]
    result = 1
    while left:
        if left % 2:
            result = result * base % modulus
        base, left = base * base % modulus, left // 2
    return result % modulus


def _solve_power(params: Params, draw: Random) -> list[Step]:
    a, n, m = params["a"], params["n"], params["m"]
    code = draw.choice((f"print(pow({a}, {n}, {m}))", f"r = pow({a}, {n}, {m})\nprint(r)"))
    return [Step(draw.choice(("We compute the power modulo {m}.", "Use pow.")).format(m=m), code)]


FAMILIES = (
    Family(
        name="power-mod",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find the remainder when {a}^{n} is divided by {m}.",
            "What is {a}^{n} modulo {m}?",
            "Compute {a}^{n} mod {m}.",
            "The number {a}^{n} is divided by {m}. What is the remainder?",
            "{a}^{n} leaves which remainder on division by {m}?",
        ),
        draw=_draw_power,
        answer=_power_by_squaring,
        solve=_solve_power,
    ),
)
