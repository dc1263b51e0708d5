"""Linear congruences: one solution, all of them, several at once."""

from random import Random

from examples.training.cells import agreed, cell
from examples.training.families.number_theory_facts import common
from examples.training.family import Family, Params, Step


def _draw_inverse(draw: Random) -> Params:
    while True:
        m, a = draw.randint(30, 2999), draw.randint(3, 999)
        if a < m and common(a, m) == 1:
            return {"a": a, "m": m, "b": draw.randint(1, m - 1), "minus": draw.randrange(2)}


def _inverse(params: Params) -> int:
    a, b, m = params["a"], params["b"], params["m"]
    rows = (m, 0), (a, 1)
    while rows[1][0]:
        (big, s), (small, t) = rows
        rows = (small, t), (big % small, s - big // small * t)
    return (rows[0][1] * (-b if params["minus"] else b)) % m


def _show_inverse(params: Params) -> dict[str, object]:
    a, b, m, minus = (params[name] for name in ("a", "b", "m", "minus"))
    equation = f"{a}x + {b} = 0" if minus else f"{a}x = {b}"
    value = f"{a}x + {b}" if minus else f"{a}x - {b}"
    return {"m": m, "equation": equation, "value": value}


def _solve_inverse(params: Params, draw: Random) -> list[Step]:
    a, b, m = params["a"], params["b"], params["m"]
    if draw.random() < 0.5:
        sign = "-" if params["minus"] else ""
        return [Step(f"Use the inverse of {a}.", f"print({sign}{b} * pow({a}, -1, {m}) % {m})")]
    sign = "+" if params["minus"] else "-"
    code = f"print(next(x for x in range({m}) if ({a} * x {sign} {b}) % {m} == 0))"
    return [Step(draw.choice(("We try every x.", "Search for x.")), code)]


_ROOTS = (
    ("the number of solutions x", "len(xs)"),
    ("the sum of all solutions x", "sum(xs)"),
    ("the largest solution x", "max(xs)"),
    ("the smallest solution x", "min(xs)"),
)
_ROOTS_APART = (
    "How many values can x take?",
    "What do all possible x add up to?",
    "How large can x be?",
    "How small can x be?",
)


def _draw_roots(draw: Random) -> Params:
    while True:
        g = draw.choice((1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12))
        m, a, b = g * draw.randint(7, 90), g * draw.randint(2, 60), g * draw.randint(1, 60)
        if b % common(a, m) == 0 and a % m:
            return {"a": a, "b": b, "m": m, "kind": draw.randrange(4)}


def _roots(params: Params) -> int:
    a, b, m = params["a"], params["b"] % params["m"], params["m"]
    found, value = [], 0
    for x in range(m):
        if value == b:
            found.append(x)
        value = (value + a) % m
    return (len(found), sum(found), found[-1], found[0])[params["kind"]]


def _show_roots(params: Params) -> dict[str, object]:
    kind = params["kind"]
    return dict(params) | {"what": _ROOTS[kind][0], "apart": _ROOTS_APART[kind]}


def _solve_roots(params: Params, draw: Random) -> list[Step]:
    g = common(params["a"], params["m"])
    made = "a, b, m = {a}, {b}, {m}".format(**params)
    found = _ROOTS[params["kind"]][1]
    steps_of = "xs = [x + i * k for i in range(g)]"
    if draw.random() < 0.6:
        plan = "Plan: use the inverse of a, then list all solutions and check."
        inverse = cell(made, "x = b * pow(a, -1, m) % m", "print(x)")
        if g == 1:
            last = cell("xs = [y for y in range(m) if (a * y - b) % m == 0]", "print(xs == [x])")
            return [
                Step(plan, inverse),
                Step("Now check by trying all.", cell(last, f"print({found})")),
            ]
        mended = cell(
            "from math import gcd",
            "g = gcd(a, m)",
            "k = m // g",
            "x = b // g * pow(a // g, -1, k) % k",
            steps_of,
            f"print({found})",
        )
        return [
            Step(plan, inverse, fails=True),
            Step("a has no inverse, a and m share a factor. Divide by the gcd.", mended),
        ]
    brute = cell(made, "xs = [x for x in range(m) if (a * x - b) % m == 0]", "print(len(xs))")
    check = cell("from math import gcd", "assert len(xs) == gcd(a, m)", f"print({found})")
    return [
        Step("Plan: try all x, then check the number of solutions by the gcd.", brute),
        Step(f"We found {g}. The gcd must be the same.", check),
    ]


def _draw_chinese(draw: Random) -> Params:
    while True:
        a, b, c = sorted(draw.sample(range(3, 41), 3))
        if common(a, b) == common(a, c) == common(b, c) == 1 and a * b * c <= 20_000:
            rests = {"r": draw.randrange(a), "s": draw.randrange(b), "t": draw.randrange(c)}
            low = draw.choice((0, 0, draw.randint(100, 9999)))
            return {"a": a, "b": b, "c": c, "low": low} | rests


def _chinese(params: Params) -> int:
    found, step = params["low"] + 1, 1
    for modulus, rest in (("a", "r"), ("b", "s"), ("c", "t")):
        while found % params[modulus] != params[rest]:
            found += step
        step *= params[modulus]
    return found


def _show_chinese(params: Params) -> dict[str, object]:
    low = params["low"]
    least = f"smallest integer n > {low}" if low else "smallest positive integer n"
    above = f"more than {low}" if low else "at least 1"
    return dict(params) | {"least": least, "above": above}


def _solve_chinese(params: Params, draw: Random) -> list[Step]:
    made = cell("ms = [{a}, {b}, {c}]", "rs = [{r}, {s}, {t}]").format(**params)
    low = params["low"]
    search = cell(
        f"n = {low + 1}", "while any(n % m != r for m, r in zip(ms, rs)):", "    n += 1", "print(n)"
    )
    check = cell(
        "from math import prod",
        "M = prod(ms)",
        "y = sum(r * (M // m) * pow(M // m, -1, m) for m, r in zip(ms, rs)) % M",
        f"while y <= {low}:",
        "    y += M",
        agreed(draw, "n", "y"),
    )
    plan = draw.choice(("Plan: search for n, then check.", "Plan: search, then check by the CRT."))
    if draw.random() < 0.5:
        name = draw.choice(("crt(ms, rs)", "crt(rs, ms)"))
        return [
            Step("Plan: use crt.", cell(made, f"n = {name}", "print(n)"), fails=True),
            Step("There is no crt here. We search with the lists.", search),
        ]
    return [Step(plan, cell(made, search)), Step("Now check by the inverses.", check)]


FAMILIES = (
    Family(
        name="linear-congruence",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find the smallest nonnegative integer x with {equation} modulo {m}.",
            "What is the least nonnegative x such that {equation} (mod {m})?",
            "Solve {equation} modulo {m} with 0 <= x < {m}.",
            "Let 0 <= x < {m} and {equation} modulo {m}. Find x.",
            "Determine the integer x from 0 to {m} - 1 with {equation} (mod {m}).",
            "For which nonnegative integer x below {m} is {value} a multiple of {m}?",
        ),
        draw=_draw_inverse,
        answer=_inverse,
        solve=_solve_inverse,
        shown=_show_inverse,
    ),
    Family(
        name="all-roots-of-congruence",
        topic="number theory",
        tier=3,
        phrasings=(
            "Let {a}x = {b} modulo {m} with 0 <= x < {m}. Find {what}.",
            "Solve {a}x = {b} (mod {m}) for 0 <= x < {m}. What is {what}?",
            "Find {what} of {a}x = {b} modulo {m} with 0 <= x < {m}.",
            "The congruence {a}x = {b} (mod {m}) has solutions x from 0 to {m} - 1. Give {what}.",
            "For {a}x = {b} modulo {m} and 0 <= x < {m}, determine {what}.",
            "A nonnegative integer x below {m} makes {a}x - {b} a multiple of {m}. {apart}",
        ),
        draw=_draw_roots,
        answer=_roots,
        solve=_solve_roots,
        shown=_show_roots,
    ),
    Family(
        name="three-remainders",
        topic="number theory",
        tier=3,
        phrasings=(
            "Find the {least} with n = {r} mod {a}, n = {s} mod {b} and n = {t} mod {c}.",
            "What is the {least} with remainders {r}, {s}, {t} modulo {a}, {b}, {c}?",
            "Find the {least} that leaves {r} modulo {a}, {s} modulo {b} and {t} modulo {c}.",
            "Let n mod {a} = {r}, n mod {b} = {s} and n mod {c} = {t}. Find the {least}.",
            "Divided by {a}, {b} and {c}, n leaves {r}, {s} and {t}. What is the {least}?",
            (
                "The number of eggs is {above}. In rows of {a}, {r} are left; in rows of {b}, {s}; "
                "in rows of {c}, {t}. How many eggs at the least?"
            ),
        ),
        draw=_draw_chinese,
        answer=_chinese,
        solve=_solve_chinese,
        shown=_show_chinese,
    ),
)
