"""Powers of complex numbers, and of a number with its inverse."""

from collections.abc import Mapping
from math import log10
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.algebra_cells import signed
from examples.training.family import Family, Params, Step

_PARTS = (
    ("the real part of z^{n}", "x", "w.real"),
    ("the imaginary part of z^{n}", "y", "w.imag"),
    ("the sum of the real and imaginary part of z^{n}", "x + y", "w.real + w.imag"),
    ("|z^{n}|^2", "x*x + y*y", "abs(w) ** 2"),
)
_PARTS_APART = (
    "What is the real part of the product?",
    "What is the imaginary part of the product?",
    "What do real and imaginary part of the product add up to?",
    "What is the square of the absolute value of the product?",
)


def _draw_complex(draw: Random) -> Params:
    return {
        "a": draw.choice((-1, 1, 1)) * draw.randint(1, 30),
        "b": draw.choice((-1, 1, 1)) * draw.randint(1, 30),
        "n": draw.randint(2, 7),
        "kind": draw.choice((0, 0, 1, 1, 2, 3)),
    }


def _complex(params: Params) -> int:
    """By the binomial theorem."""
    a, b, n, kind = taken(params, "a b n kind")
    if kind == 3:
        return int((a * a + b * b) ** n)
    parts, ways = [0, 0], 1
    for k in range(n + 1):
        parts[k % 2] += (-1) ** (k // 2) * ways * a ** (n - k) * b**k
        ways = ways * (n - k) // (k + 1)
    return (parts[0], parts[1], sum(parts))[kind]


def _show_complex(params: Params) -> Mapping[str, object]:
    a, b, n, kind = taken(params, "a b n kind")
    z = f"{a} {signed(b)}i" if abs(b) > 1 else f"{a} {signed(b)[0]} i"
    return {"z": z, "n": n, "what": _PARTS[kind][0].format(n=n), "apart": _PARTS_APART[kind]}


def _solve_complex(params: Params, draw: Random) -> list[Step]:
    a, b, n, kind = taken(params, "a b n kind")
    _, exact, part = _PARTS[kind]
    plan = draw.choice(
        ("Plan: use complex numbers, then check.", "Plan: take the power, then check by hand.")
    )
    raised = cell(f"a, b, n = {a}, {b}, {n}", "w = complex(a, b) ** n")
    if draw.random() < 0.5:
        steps = [
            Step(plan, cell(raised, "v = int(w)", "print(v)"), fails=True),
            Step("int does not take a complex number.", cell(f"v = round({part})", "print(v)")),
        ]
    else:
        steps = [Step(plan, cell(raised, f"v = round({part})", "print(v)"))]
    check = cell(
        "x, y = 1, 0",
        "for i in range(n):",
        "    x, y = x*a - y*b, x*b + y*a",
        agreed(draw, "v", exact, "v"),
    )
    return [*steps, Step("Now check with whole numbers.", check)]


def _draw_inverse(draw: Random) -> Params:
    return {
        "a": draw.randint(3, 60),
        "n": draw.randint(4, 99) if draw.random() < 0.4 else draw.randint(100, 900),
        "m": draw.randint(7, 999),
        "minus": draw.randrange(2),
    }


def _inverse(params: Params) -> int:
    """x^n = u + v x by squaring, where x^2 = a x - 1 or a x + 1; the trace of x is a."""
    a, n, m, minus = taken(params, "a n m minus")
    constant = 1 if minus else -1

    def times(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
        high = one[1] * two[1]
        return (
            (one[0] * two[0] + constant * high) % m,
            (one[0] * two[1] + one[1] * two[0] + a * high) % m,
        )

    result, power = (1, 0), (0, 1)
    while n:
        if n % 2:
            result = times(result, power)
        power, n = times(power, power), n // 2
    return (2 * result[0] + a * result[1]) % m


def _show_inverse(params: Params) -> Mapping[str, object]:
    a, n, m, minus = taken(params, "a n m minus")
    sign, last = "-" if minus else "+", "-" if minus and n % 2 else "+"
    word = "sum" if last == "+" else "difference"
    return {
        "told": f"x {sign} 1/x = {a}",
        "value": f"x^{n} {last} 1/x^{n}",
        "m": m,
        "n": n,
        "first": f"x is {a} more than its inverse" if minus else f"x and its inverse sum to {a}",
        "word": word,
    }


def _solve_inverse(params: Params, draw: Random) -> list[Step]:
    a, n, m, minus = taken(params, "a n m minus")
    sign, _opposite = ("+", "-") if minus else ("-", "+")
    last = "-" if minus and n % 2 else "+"
    bounds = f"a, n, m = {a}, {n}, {m}"
    rule = f"s(k) = a s(k-1) {sign} s(k-2)"
    walk = cell(
        "s, t = 2, a",
        "for i in range(n):",
        f"    s, t = t, (a*t {sign} s) % m",
        "print(s % m)",
    )
    root = (a + (a * a + (4 if minus else -4)) ** 0.5) / 2
    if n * log10(root) > 310 and draw.random() < 0.7:
        floats = cell(
            bounds, f"x = (a + (a*a {sign} 4) ** 0.5) / 2", f"print(round(x**n {last} x**-n) % m)"
        )
        return [
            Step("Plan: solve for x and take the power.", floats, fails=True),
            Step(f"Too large for floats. Use {rule}.", walk),
        ]
    check = cell(
        "v = [2, a]",
        "while len(v) <= n:",
        f"    v.append(a*v[-1] {sign} v[-2])",
        agreed(draw, "s % m", "v[n] % m"),
    )
    return [
        Step(f"Plan: use {rule}, then check without mod.", cell(bounds, walk)),
        Step("Now check with the whole numbers.", check),
    ]


FAMILIES = (
    Family(
        name="complex-power",
        topic="algebra",
        tier=3,
        phrasings=(
            "Let z = {z}. Find {what}.",
            "For z = {z}, what is {what}?",
            "If z = {z} and i^2 = -1, compute {what}.",
            "Compute {what} for the complex number z = {z}.",
            "The complex number z is {z}. Determine {what}.",
            "Multiply {n} factors that are all equal to {z}, where i^2 = -1. {apart}",
        ),
        draw=fitting(_draw_complex, _complex),
        answer=_complex,
        solve=_solve_complex,
        shown=_show_complex,
    ),
    Family(
        name="number-and-inverse",
        topic="algebra",
        tier=3,
        phrasings=(
            "Let {told}. Find the remainder when {value} is divided by {m}.",
            "If {told}, what is {value} modulo {m}?",
            "Suppose {told}. Compute {value} mod {m}.",
            "A number x > 1 has {told}. What is the remainder of the integer {value} modulo {m}?",
            "Given {told}, find the remainder of {value} on division by {m}.",
            (
                "A positive number {first}. What is left over when the {word} of their {n}-th "
                "powers is divided by {m}?"
            ),
        ),
        draw=fitting(_draw_inverse, _inverse),
        answer=_inverse,
        solve=_solve_inverse,
        held_out=True,
        shown=_show_inverse,
    ),
)
