"""Roots of polynomials, by what their coefficients tell."""

from collections.abc import Mapping
from math import isqrt
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.algebra_cells import polynomial
from examples.training.family import Family, Params, Step

_QUADRATIC = (
    ("r^2 + s^2", "S**2 - 2*P", "the sum of the squares of the two roots"),
    ("r^3 + s^3", "S**3 - 3*S*P", "the sum of the cubes of the two roots"),
    ("(r - s)^2", "S**2 - 4*P", "the square of the difference of the two roots"),
    ("r^2*s + r*s^2", "S*P", "the sum of the two roots times their product"),
    (
        "(r + {k})(s + {k})",
        "P + {k}*S + {k}**2",
        "the product of the two roots after {k} is added to each",
    ),
    ("r^4 + s^4", "(S**2 - 2*P)**2 - 2*P**2", "the sum of the fourth powers of the two roots"),
    ("r^2 + s^2 + r*s", "S**2 - P", "the sum of the squares of the roots plus their product"),
)


def _draw_quadratic(draw: Random) -> Params:
    kind = draw.randrange(len(_QUADRATIC))
    return {
        "p": draw.randint(-9, 40) or 1,
        "q": draw.randint(-60, 90) or 1,
        "k": draw.randint(1, 30) if kind == 4 else 0,
        "kind": kind,
    }


def _quadratic(params: Params) -> int:
    """In numbers u + v r, where r^2 = p r - q and s = p - r; what is asked has v = 0."""
    p, q, k = taken(params, "p q k")

    def times(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
        high = one[1] * two[1]
        return one[0] * two[0] - q * high, one[0] * two[1] + one[1] * two[0] + p * high

    r, s, apart = (0, 1), (p, -1), (-p, 2)
    r2, s2, rs = times(r, r), times(s, s), times(r, s)
    raised = times((k, 1), (p + k, -1))
    return (
        r2[0] + s2[0],
        times(r2, r)[0] + times(s2, s)[0],
        times(apart, apart)[0],
        times(r2, s)[0] + times(r, s2)[0],
        raised[0],
        times(r2, r2)[0] + times(s2, s2)[0],
        r2[0] + s2[0] + rs[0],
    )[params["kind"]]


def _show_quadratic(params: Params) -> Mapping[str, object]:
    p, q = taken(params, "p q")
    what, _, apart = _QUADRATIC[params["kind"]]
    told = {"what": what.format(**params), "apart": apart.format(**params)}
    return {"f": polynomial((1, -p, q))} | told


def _solve_quadratic(params: Params, draw: Random) -> list[Step]:
    p, q, kind = taken(params, "p q kind")
    code = cell(f"S, P = {p}, {q}", f"print({_QUADRATIC[kind][1].format(**params)})")
    told = f"The sum of the roots is {p}, the product is {q}."
    return [Step(draw.choice((told, f"r + s = {p} and r*s = {q}.")), code)]


_CUBIC = (
    ("a^{n} + b^{n} + c^{n}", "s[{n}]", "the sum of the powers x^{n} over the three roots x"),
    (
        "(ab)^2 + (bc)^2 + (ca)^2",
        "(s[2]**2 - s[4]) // 2",
        "the sum of (xy)^2 over the three pairs of roots x, y",
    ),
    (
        "ab(a + b) + bc(b + c) + ca(c + a)",
        "s[1]*s[2] - s[3]",
        "the sum of xy(x + y) over the three pairs of roots x, y",
    ),
    (
        "(a^3 + 1) + (b^3 + 1) + (c^3 + 1)",
        "s[3] + 3",
        "the sum of x^3 + 1 over the three roots x",
    ),
)


def _draw_cubic(draw: Random) -> Params:
    kind = draw.choice((0, 0, 0, 0, 1, 2, 3))
    p, q, r = draw.randint(-3, 12), draw.randint(-12, 20), draw.randint(-15, 20)
    n = draw.randint(3, 9) if kind == 0 else 0
    return {"p": p or 1, "q": q or 1, "r": r or 1, "n": n, "kind": kind}


def _cubic(params: Params) -> int:
    """Traces of powers of the companion matrix."""
    p, q, r, n, kind = taken(params, "p q r n kind")
    if kind == 1:
        return q * q - 2 * p * r
    if kind == 2:
        return p * q - 3 * r
    row = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    for _ in range(n or 3):
        row = [[r * z, x - q * z, y + p * z] for x, y, z in row]
    return sum(row[i][i] for i in range(3)) + (3 if kind == 3 else 0)


def _show_cubic(params: Params) -> Mapping[str, object]:
    p, q, r = taken(params, "p q r")
    what, _, apart = _CUBIC[params["kind"]]
    told = {"what": what.format(**params), "apart": apart.format(**params)}
    return {"f": polynomial((1, -p, q, -r))} | told


def _solve_cubic(params: Params, draw: Random) -> list[Step]:
    p, q, r, n, kind = taken(params, "p q r n kind")
    first = cell(f"p, q, r = {p}, {q}, {r}", "s = [3, p, p*p - 2*q]", "print(s[2])")
    top = n if kind == 0 else 4
    second = cell(
        f"while len(s) <= {top}:",
        "    s.append(p*s[-1] - q*s[-2] + r*s[-3])",
        f"print({_CUBIC[kind][1].format(**params)})",
    )
    plan = draw.choice(("Let s[k] be the sum of k-th powers.", "Use power sums s[k] of the roots."))
    return [
        Step(f"{plan} The sum of roots is {p}.", first),
        Step(f"So s[2] = {p * p - 2 * q}. Go on up to s[{top}] by Newton.", second),
    ]


_COUNTED = (
    ("How many integers b are there", "len(B)", "How many such b exist?"),
    (
        "How many positive integers b are there",
        "len([b for b in B if b > 0])",
        "How many such b are positive?",
    ),
    (
        "What is the sum of all positive integers b",
        "sum(b for b in B if b > 0)",
        "Add up all such b that are positive. What is the sum?",
    ),
    ("What is the largest integer b", "max(B)", "What is the largest such b?"),
    (
        "What is the smallest positive integer b",
        "min(b for b in B if b > 0)",
        "What is the smallest such b that is positive?",
    ),
)


def _draw_counted(draw: Random) -> Params:
    c = draw.randint(12, 1500)
    if draw.random() < 0.6:
        c = draw.choice((12, 18, 20, 24, 30, 36, 60)) * draw.randint(1, 40)
    return {"c": c, "minus": draw.randrange(2), "kind": draw.randrange(len(_COUNTED))}


def _counted(params: Params) -> int:
    c, kind = (-1) ** params["minus"] * params["c"], params["kind"]
    found = []
    for b in range(-abs(c) - 1, abs(c) + 2):
        square = b * b - 4 * c
        if square >= 0 and isqrt(square) ** 2 == square:
            found.append(b)
    positive = [b for b in found if b > 0]
    return (len(found), len(positive), sum(positive), found[-1], positive[0])[kind]


def _show_counted(params: Params) -> Mapping[str, object]:
    c, (what, _, apart) = (-1) ** params["minus"] * params["c"], _COUNTED[params["kind"]]
    sign = "-" if c < 0 else "+"
    return {"f": f"x^2 + bx {sign} {abs(c)}", "c": c, "what": what, "apart": apart}


def _solve_counted(params: Params, draw: Random) -> list[Step]:
    n = params["c"]
    c = (-1) ** params["minus"] * n
    divisors = sum(1 for d in range(1, n + 1) if n % d == 0)
    first = cell(
        f"c = {c}",
        f"R = [r for r in range(-{n}, {n} + 1) if r and c % r == 0]",
        "print(len(R))",
    )
    second = cell("B = {-(r + c // r) for r in R}", f"print({_COUNTED[params['kind']][1]})")
    return [
        Step(draw.choice(("Each root divides c.", f"The roots have product {c}.")), first),
        Step(f"There are {2 * divisors} choices of a root r. The other is c / r.", second),
    ]


FAMILIES = (
    Family(
        name="quadratic-roots",
        topic="algebra",
        tier=1,
        phrasings=(
            "Let r and s be the roots of {f} = 0. Find {what}.",
            "The equation {f} = 0 has roots r and s. What is {what}?",
            "If r and s are the roots of {f}, compute {what}.",
            "The roots of {f} are r and s. Determine {what}.",
            "For the roots r and s of {f} = 0, find the value of {what}.",
            "Without solving {f} = 0, give {apart}.",
        ),
        draw=fitting(_draw_quadratic, _quadratic),
        answer=_quadratic,
        solve=_solve_quadratic,
        shown=_show_quadratic,
    ),
    Family(
        name="power-sums-of-cubic",
        topic="algebra",
        tier=2,
        phrasings=(
            "Let a, b, c be the roots of {f} = 0. Find {what}.",
            "The equation {f} = 0 has roots a, b, c. What is {what}?",
            "If a, b, c are the roots of {f}, compute {what}.",
            "The polynomial {f} has roots a, b, c. Determine {what}.",
            "For the three roots a, b, c of {f} = 0, find the value of {what}.",
            "Over the complex numbers {f} has three zeros. Give {apart}.",
        ),
        draw=fitting(_draw_cubic, _cubic),
        answer=_cubic,
        solve=_solve_cubic,
        shown=_show_cubic,
    ),
    Family(
        name="integer-roots",
        topic="algebra",
        tier=2,
        phrasings=(
            "{what} such that {f} = 0 has only integer roots?",
            "{what} for which both roots of {f} = 0 are integers?",
            "{what} such that both roots of {f} are integers?",
            "{what} for which {f} = 0 has integer solutions only?",
            "{what} such that {f} is a product (x + r)(x + s) with integers r and s?",
            "The integer b is such that two integers have product {c} and sum -b. {apart}",
        ),
        draw=fitting(_draw_counted, _counted),
        answer=_counted,
        solve=_solve_counted,
        shown=_show_counted,
    ),
)
