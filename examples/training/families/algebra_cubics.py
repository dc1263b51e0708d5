"""Cubics whose roots are integers, some of them double."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.families.algebra_cells import polynomial
from examples.training.family import Family, Params, Step

_ASKED = (
    ("a^2 + b^2 + c^2", "sum(x * x for x in R)", "the sum of the squares of its roots"),
    ("a^3 + b^3 + c^3", "sum(x ** 3 for x in R)", "the sum of the cubes of its roots"),
    ("|a| + |b| + |c|", "sum(abs(x) for x in R)", "the sum of the absolute values of its roots"),
    ("a^4 + b^4 + c^4", "sum(x ** 4 for x in R)", "the sum of the fourth powers of its roots"),
)


def _draw_cubic(draw: Random) -> Params:
    """Three roots in rising order, not all the same, 0 at most once."""
    while True:
        r, s, t = (draw.randint(-15, 20) for _ in range(3))
        if draw.random() < 0.35:
            t = s
        r, s, t = sorted((r, s, t))
        if r < t and (r, s, t).count(0) < 2:
            return {"r": r, "s": s, "t": t, "kind": draw.randrange(len(_ASKED))}


def _cubic(params: Params) -> int:
    power = (2, 3, 1, 4)[params["kind"]]
    roots = taken(params, "r s t")
    return sum(abs(root) if power == 1 else root**power for root in roots)


def _expanded(params: Params) -> tuple[int, int, int, int]:
    r, s, t = taken(params, "r s t")
    return 1, -(r + s + t), r * s + s * t + t * r, -r * s * t


def _show_cubic(params: Params) -> Mapping[str, object]:
    what, _, apart = _ASKED[params["kind"]]
    return {"f": polynomial(_expanded(params)), "what": what, "apart": apart}


def _solve_cubic(params: Params, draw: Random) -> list[Step]:
    f, total = _expanded(params), sum(taken(params, "r s t"))
    asked = _ASKED[params["kind"]][1]
    plan = draw.choice(
        (
            "Plan: search for the roots, then check by Vieta.",
            "Plan: try small x, then check the sum of the roots.",
        )
    )
    search = cell(
        f"f = lambda x: {polynomial(f, code=True)}",
        "R = [x for x in range(-50, 51) if f(x) == 0]",
        "print(R)",
    )
    check = cell(f"assert sum(R) == {total}", f"print({asked})")
    double = len(set(taken(params, "r s t"))) == 2
    steps = [
        Step(plan, search),
        Step(f"The sum of the roots must be {total}. We check.", check, fails=double),
    ]
    if double:
        mended = cell(f"R.append({total} - sum(R))", "print(R)", f"print({asked})")
        steps.append(Step("The sum is wrong, so one root is double. Add it.", mended))
    return steps


_SHIFTED = (
    ("({k} - a)({k} - b)({k} - c)", "f({k})", "{k}", "-"),
    ("({k} + a)({k} + b)({k} + c)", "-f(-{k})", "-{k}", "+"),
)


def _draw_shifted(draw: Random) -> Params:
    return {
        "p": draw.randint(-12, 12) or 1,
        "q": draw.randint(-40, 40) or 1,
        "r": draw.randint(-60, 60) or 1,
        "k": draw.randint(2, 15),
        "kind": draw.randrange(len(_SHIFTED)),
    }


def _shifted(params: Params) -> int:
    """By the sums of products of the roots, p, q and r."""
    p, q, r, k, kind = taken(params, "p q r k kind")
    sign = 1 if kind else -1
    return k**3 + sign * p * k**2 + q * k + sign * r


def _show_shifted(params: Params) -> Mapping[str, object]:
    p, q, r = taken(params, "p q r")
    what, _, _, sign = _SHIFTED[params["kind"]]
    apart = f"{params['k']} {sign} x"
    return {"f": polynomial((1, -p, q, -r)), "what": what.format(**params), "apart": apart}


def _solve_shifted(params: Params, draw: Random) -> list[Step]:
    p, q, r, k, kind = taken(params, "p q r k kind")
    _, value, at, _ = _SHIFTED[kind]
    plan = draw.choice(("Plan: put x = {} into f.", "Plan: use f({})."))
    f = polynomial((1, -p, q, -r), code=True)
    first = cell(f"v = {value.format(k=k)}", "print(v)")
    whole = cell(f"f = lambda x: {f}", first)
    text = plan.format(at.format(k=k)) + (" The sign turns." if kind else "")
    steps = [Step(f"{text} Then check by Vieta.", whole)]
    if draw.random() < 0.4:
        steps = [
            Step(f"{text} Then check by Vieta.", first, fails=True),
            Step("The name f is missing. Define f first.", whole),
        ]
    sign = "+" if kind else "-"
    check = cell(
        f"p, q, r, k = {p}, {q}, {r}, {k}",
        f"w = k**3 {sign} p*k**2 + q*k {sign} r",
        agreed(draw, "v", "w"),
    )
    return [*steps, Step(f"Check: p = {p}, q = {q}, r = {r}.", check)]


FAMILIES = (
    Family(
        name="integer-cubic",
        topic="algebra",
        tier=3,
        phrasings=(
            "The roots a, b, c of {f} = 0 are integers, perhaps some equal. Find {what}.",
            "Let a, b, c be the roots of {f} = 0, all integers, maybe not distinct. Find {what}.",
            "{f} = (x - a)(x - b)(x - c) for integers a, b, c. What is {what}?",
            "Integers a, b, c satisfy (x - a)(x - b)(x - c) = {f} for all x. Compute {what}.",
            "We have {f} = (x - a)(x - b)(x - c) with integers a, b, c. Determine {what}.",
            "All zeros of {f} are integers. Give {apart}, a double one counted twice.",
        ),
        draw=fitting(_draw_cubic, _cubic),
        answer=_cubic,
        solve=_solve_cubic,
        shown=_show_cubic,
    ),
    Family(
        name="shifted-roots",
        topic="algebra",
        tier=3,
        phrasings=(
            "Let a, b, c be the roots of {f} = 0. Find {what}.",
            "The equation {f} = 0 has roots a, b, c. What is {what}?",
            "If a, b, c are the roots of {f}, compute {what}.",
            "The polynomial {f} has roots a, b, c. Determine {what}.",
            "For the three roots a, b, c of {f} = 0, find the value of {what}.",
            "Over the complex numbers {f} has three zeros x. Multiply the three values {apart}.",
        ),
        draw=fitting(_draw_shifted, _shifted),
        answer=_shifted,
        solve=_solve_shifted,
        shown=_show_shifted,
    ),
)
