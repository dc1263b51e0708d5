"""Equations in integers: two coins, quadratic bounds."""

from math import isqrt
from random import Random

from examples.training.cells import agreed, cell
from examples.training.families.number_theory_facts import common
from examples.training.family import Family, Params, Step

_LINE = (
    ("positive integers", 1, "=", "at least one of each"),
    ("nonnegative integers", 0, "=", "zero of a kind being fine"),
    ("positive integers", 1, "<=", "at least one of each"),
    ("nonnegative integers", 0, "<=", "zero of a kind being fine"),
)


def _draw_line(draw: Random) -> Params:
    a, b = draw.sample(range(2, 40), 2)
    n = a * draw.randint(3, 25) + b * draw.randint(2, 12)
    return {"a": a, "b": b, "n": n, "kind": draw.randrange(4)}


def _line(params: Params) -> int:
    a, b, n = params["a"], params["b"], params["n"]
    _, least, sign, _ = _LINE[params["kind"]]
    count = 0
    for y in range(least, n // b + 1):
        left = n - b * y
        if sign == "=":
            count += left % a == 0 and left // a >= least
        else:
            count += max(0, left // a - least + 1)
    return count


def _show_line(params: Params) -> dict[str, object]:
    numbers, _, sign, apart = _LINE[params["kind"]]
    exact = "exactly" if sign == "=" else "at most"
    return dict(params) | {"of": numbers, "sign": sign, "apart": apart, "exact": exact}


def _solve_line(params: Params, draw: Random) -> list[Step]:
    a, b, n = params["a"], params["b"], params["n"]
    numbers, least, sign, _ = _LINE[params["kind"]]
    test = "==" if sign == "=" else "<="
    code = cell(
        "c = 0",
        f"for x in range({least}, {n} // {a} + 1):",
        f"    for y in range({least}, {n} // {b} + 1):",
        f"        if {a} * x + {b} * y {test} {n}:",
        "            c += 1",
        "print(c)",
    )
    return [Step(draw.choice((f"We count pairs of {numbers}.", "Test all pairs.")), code)]


_DOMAINS = (
    ("positive integers", "1", "positive"),
    ("nonnegative integers", "0", "nonnegative"),
    ("integers", "-r", ""),
)


def _draw_quadratic(draw: Random) -> Params:
    return {
        "n": draw.randint(50, 2999),
        "k": draw.randint(1, 7),
        "of": draw.randrange(3),
        "strict": draw.randrange(2),
    }


def _quadratic(params: Params) -> int:
    n, k, of = params["n"] - params["strict"], params["k"], params["of"]
    count, y = 0, 0 if of else 1
    while k * y * y <= n:
        side = isqrt(n - k * y * y)
        row = (side, side + 1, 2 * side + 1)[of]
        count += 2 * row if of == 2 and y else row
        y += 1
    return count


def _show_quadratic(params: Params) -> dict[str, object]:
    n, k, strict = params["n"], params["k"], params["strict"]
    of, _, adjective = _DOMAINS[params["of"]]
    form = "x^2 + y^2" if k == 1 else f"x^2 + {k}y^2"
    apart = f"{form} {'is below' if strict else 'does not exceed'} {n}"
    kind = f"{adjective} integer" if adjective else "integer"
    return {"of": of, "kind": kind, "is": f"{form} {'<' if strict else '<='} {n}", "apart": apart}


def _solve_quadratic(params: Params, draw: Random) -> list[Step]:
    n, k = params["n"], params["k"]
    start = _DOMAINS[params["of"]][1]
    form = "x * x + y * y" if k == 1 else f"x * x + {k} * y * y"
    sign = "<" if params["strict"] else "<="
    inside = (
        f"xs = range({start}, r + 1)",
        f"c = sum(1 for x in xs for y in xs if {form} {sign} n)",
        "print(c)",
    )
    plan = "Plan: count pairs up to the root, then check y by y."
    if draw.random() < 0.5:
        wrong = draw.choice(("r = n ** 0.5", "r = sqrt(n)"))
        lead = () if "**" in wrong else ("from math import sqrt",)
        steps = [
            Step(plan, cell(*lead, f"n = {n}", wrong, *inside), fails=True),
            Step(
                "The root is a float. Use isqrt.",
                cell("from math import isqrt", "r = isqrt(n)", *inside),
            ),
        ]
        if draw.random() < 0.5:
            return steps
    else:
        steps = [Step(plan, cell("from math import isqrt", f"n = {n}", "r = isqrt(n)", *inside))]
    rest = f"n - {k} * y * y" if k > 1 else "n - y * y"
    if params["strict"]:
        rest += " - 1"
    row = ("isqrt(m)", "isqrt(m) + 1", "2 * isqrt(m) + 1")[params["of"]]
    check = cell(
        "ms = [" + rest + " for y in xs]",
        f"d = sum({row} for m in ms if m >= 0)",
        agreed(draw, "c", "d"),
    )
    return [*steps, Step("Now check y by y.", check)]


_COINS = (
    ("the largest positive integer", "bad[-1]", "What is the largest impossible amount?"),
    ("the number of positive integers", "len(bad)", "How many positive amounts are impossible?"),
    ("the sum of the positive integers", "sum(bad)", "What is the sum of all impossible amounts?"),
)
_SLIPS = (
    ("bad[len(bad)]", "The last index is -1."),
    ("len(gaps)", "The list is called bad."),
    ("sum(gaps)", "The list is called bad."),
)


def _draw_coins(draw: Random) -> Params:
    while True:
        kind = draw.randrange(3)
        top = 34 if kind == 2 else 90
        a, b = draw.randint(3, top), draw.randint(4, top)
        params = {"a": a, "b": b, "kind": kind}
        if common(a, b) == 1 and a != b and _coins(params) <= 99_999:
            return params


def _coins(params: Params) -> int:
    """By Sylvester's and Brown and Shiue's formulas."""
    a, b = params["a"], params["b"]
    count = (a - 1) * (b - 1)
    return (a * b - a - b, count // 2, count * (2 * a * b - a - b - 1) // 12)[params["kind"]]


def _show_coins(params: Params) -> dict[str, object]:
    what, _, ask = _COINS[params["kind"]]
    return dict(params) | {"what": what, "ask": ask}


def _solve_coins(params: Params, draw: Random) -> list[Step]:
    kind, (_, found, _) = params["kind"], _COINS[params["kind"]]
    made = cell(
        "a, b = {a}, {b}".format(**params),
        "S = {a * x + b * y for x in range(b) for y in range(a)}",
        "bad = [n for n in range(1, a * b) if n not in S]",
    )
    plan = "Plan: list the sums, find what is missing, then check."
    if draw.random() < 0.5:
        slip, mended = _SLIPS[kind]
        steps = [
            Step(plan, cell(made, f"print({slip})"), fails=True),
            Step(mended, cell(f"s = {found}", "print(s)")),
        ]
        if draw.random() < 0.5:
            return steps
    else:
        steps = [Step(plan, cell(made, f"s = {found}", "print(s)"))]
    check = cell(
        "ok = [True]",
        "for n in range(1, a * b):",
        "    ok.append((n >= a and ok[n - a]) or (n >= b and ok[n - b]))",
        "no = [n for n in range(a * b) if not ok[n]]",
        f"t = {found.replace('bad', 'no')}",
        agreed(draw, "s", "t"),
    )
    return [*steps, Step("Now check by a table.", check)]


FAMILIES = (
    Family(
        name="pairs-on-line",
        topic="number theory",
        tier=1,
        phrasings=(
            "How many pairs (x, y) of {of} satisfy {a}x + {b}y {sign} {n}?",
            "Find the number of pairs (x, y) of {of} with {a}x + {b}y {sign} {n}.",
            "Count the pairs of {of} (x, y) such that {a}x + {b}y {sign} {n}.",
            "Let x and y be {of}. How many pairs (x, y) have {a}x + {b}y {sign} {n}?",
            "The {of} x and y satisfy {a}x + {b}y {sign} {n}. How many pairs (x, y) are there?",
            "Pens cost {a}, books {b}. How many baskets cost {exact} {n}, with {apart}?",
        ),
        draw=_draw_line,
        answer=_line,
        solve=_solve_line,
        shown=_show_line,
    ),
    Family(
        name="pairs-under-quadratic",
        topic="number theory",
        tier=3,
        phrasings=(
            "How many pairs (x, y) of {of} satisfy {is}?",
            "Find the number of pairs (x, y) of {of} with {is}.",
            "Count the pairs of {of} (x, y) such that {is}.",
            "Let x and y be {of}. How many pairs (x, y) have {is}?",
            "The {of} x and y satisfy {is}. How many pairs (x, y) are there?",
            "For how many ordered choices of two {kind} values x and y is it true that {apart}?",
        ),
        draw=_draw_quadratic,
        answer=_quadratic,
        solve=_solve_quadratic,
        shown=_show_quadratic,
    ),
    Family(
        name="missing-amounts",
        topic="number theory",
        tier=3,
        phrasings=(
            "Find {what} not of the form {a}x + {b}y with nonnegative integers x and y.",
            "What is {what} that cannot be written as {a}x + {b}y with integers x, y >= 0?",
            "Compute {what} not equal to {a}x + {b}y for any integers x, y >= 0.",
            "Let x and y be nonnegative integers. Find {what} that {a}x + {b}y never takes.",
            "Determine {what} impossible as a sum of {a}s and {b}s.",
            "A shop has only coins of {a} and {b} and gives no change. {ask}",
        ),
        draw=_draw_coins,
        answer=_coins,
        solve=_solve_coins,
        held_out=True,
        shown=_show_coins,
    ),
)
