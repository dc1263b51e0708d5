"""Digit sums: as a condition, of sums and products of powers."""

from random import Random

from examples.training.cells import agreed, cell
from examples.training.family import Family, Params, Step

_KEEP = (
    ("How many of them are divisible by {k}", "sum(1 for x in xs if x % {k} == 0)"),
    ("How many of them are not divisible by {k}", "sum(1 for x in xs if x % {k} != 0)"),
    ("How many of them end in {d}", "sum(1 for x in xs if x % 10 == {d})"),
    ("How many of them contain the digit {d}", "sum(1 for x in xs if '{d}' in str(x))"),
)
_KEEP_APART = (
    "are a multiple of {k}",
    "are no multiple of {k}",
    "have {d} as last digit",
    "have {d} among their digits",
)


def _draw_keep(draw: Random) -> Params:
    kind = draw.randrange(4)
    return {
        "n": draw.randint(300, 9999),
        "s": draw.randint(5, 22),
        "k": 0 if kind >= 2 else draw.choice((2, 4, 5, 7, 8, 11, 13)),
        "d": draw.randint(0, 9) if kind >= 2 else 0,
        "kind": kind,
    }


def _keep(params: Params) -> int:
    n, s, k, d, kind = (params[name] for name in ("n", "s", "k", "d", "kind"))
    count = 0
    for number in range(1, n + 1):
        digits, left = [], number
        while left:
            digits.append(left % 10)
            left //= 10
        if kind >= 2:
            holds = d in digits if kind == 3 else digits[0] == d
        else:
            holds = (number % k == 0) == (kind == 0)
        count += sum(digits) == s and holds
    return count


def _show_keep(params: Params) -> dict[str, object]:
    kind = params["kind"]
    told = {"ask": _KEEP[kind][0], "apart": _KEEP_APART[kind]}
    return dict(params) | {name: text.format(**params) for name, text in told.items()}


def _solve_keep(params: Params, draw: Random) -> list[Step]:
    n, s = params["n"], params["s"]
    first = cell(
        "def ds(x):",
        "    return sum(int(c) for c in str(x))",
        f"xs = [x for x in range(1, {n} + 1) if ds(x) == {s}]",
        "print(len(xs))",
    )
    have = sum(1 for x in range(1, n + 1) if sum(map(int, str(x))) == s)
    return [
        Step(draw.choice((f"First list all with digit sum {s}.", "First make the list.")), first),
        Step(
            f"There are {have}. Now use the list.",
            f"print({_KEEP[params['kind']][1].format(**params)})",
        ),
    ]


_BOTH = (
    "the digit sum of {a}^{n} + {b}^{m}",
    "the digit sum of {a}^{n} * {b}^{m}",
    "the digit sum of {a}^{n} plus the digit sum of {b}^{m}",
)


def _draw_both(draw: Random) -> Params:
    powers = {"a": draw.randint(2, 30), "n": draw.randint(5, 60)}
    return powers | {"b": draw.randint(2, 30), "m": draw.randint(5, 60), "kind": draw.randrange(3)}


def _digit_sum(number: int) -> int:
    total = 0
    while number:
        number, digit = divmod(number, 10)
        total += digit
    return total


def _both(params: Params) -> int:
    one, two = params["a"] ** params["n"], params["b"] ** params["m"]
    if params["kind"] == 2:
        return _digit_sum(one) + _digit_sum(two)
    return _digit_sum(one * two if params["kind"] else one + two)


def _show_both(params: Params) -> dict[str, object]:
    if params["kind"] == 2:
        apart = "Write down {a}^{n} and {b}^{m}. What do all digits of both numbers add up to?"
    else:
        done = "multiplied" if params["kind"] else "added"
        apart = (
            f"{{a}}^{{n}} and {{b}}^{{m}} are {done}. What do the digits of the result add up to?"
        )
    what = _BOTH[params["kind"]]
    return {"what": what.format(**params), "apart": apart.format(**params)}


def _solve_both(params: Params, draw: Random) -> list[Step]:
    a, n, b, m = (params[name] for name in ("a", "n", "b", "m"))
    if params["kind"] == 2:
        start, text = f"x, y = {a} ** {n}, {b} ** {m}", "str(x) + str(y)"
    else:
        start, text = f"x = {a} ** {n} {'*' if params['kind'] else '+'} {b} ** {m}", "str(x)"
    plan = "Plan: write the digits as text, add them, then check by division."
    right = cell("s = sum(int(c) for c in t)", "print(s)")
    made = cell(start, f"t = {text}")
    if draw.random() < 0.5:
        steps = [
            Step(plan, cell(made, "s = sum(t)", "print(s)"), fails=True),
            Step("The digits in t are text. Turn each into int.", right),
        ]
        if draw.random() < 0.5:
            return steps
    else:
        steps = [Step(plan, cell(made, right))]
    check = cell(
        "r = 0", "n = int(t)", "while n:", "    r += n % 10", "    n //= 10", agreed(draw, "s", "r")
    )
    return [*steps, Step("Now check by division.", check)]


FAMILIES = (
    Family(
        name="digit-sum-filter",
        topic="number theory",
        tier=2,
        phrasings=(
            "Consider the integers from 1 to {n} whose digit sum is {s}. {ask}?",
            "Take all integers from 1 to {n} with digit sum {s}. {ask}?",
            "The integers from 1 to {n} with digits adding to {s} are listed. {ask}?",
            "Let S be the set of positive integers up to {n} with digit sum {s}. {ask}?",
            "Look at the positive integers x <= {n} whose digits sum to {s}. {ask}?",
            "How many positive integers not above {n} {apart} and have digits adding up to {s}?",
        ),
        draw=_draw_keep,
        answer=_keep,
        solve=_solve_keep,
        shown=_show_keep,
    ),
    Family(
        name="digit-sum-of-two",
        topic="number theory",
        tier=3,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "Give {what} as an integer.",
            "{apart}",
        ),
        draw=_draw_both,
        answer=_both,
        solve=_solve_both,
        shown=_show_both,
    ),
)
