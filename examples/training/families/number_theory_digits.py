"""Digits: of powers, in other bases."""

from random import Random

from examples.training.cells import cell
from examples.training.family import Family, Params, Step

_POWER = (
    ("the sum of the digits of {a}^{n}", "sum(int(c) for c in s)"),
    ("the number of digits of {a}^{n}", "len(s)"),
    ("the number of digits {d} in {a}^{n}", "s.count('{d}')"),
    (
        "the number of digits of {a}^{n} that are larger than {d}",
        "sum(1 for c in s if int(c) > {d})",
    ),
)
_POWER_APART = (
    "{a}^{n} is written out. What do its digits add up to?",
    "{a}^{n} is written out. How many digits long is it?",
    "{a}^{n} is written out. How often does the digit {d} occur?",
    "{a}^{n} is written out. How many of its digits exceed {d}?",
)


def _long_power(a: int, n: int) -> list[int]:
    """The decimal digits of a^n, lowest first, by long multiplication."""
    digits = [1]
    for _ in range(n):
        carry = 0
        for place, digit in enumerate(digits):
            carry, digits[place] = divmod(digit * a + carry, 10)
        while carry:
            carry, digit = divmod(carry, 10)
            digits.append(digit)
    return digits


def _draw_power(draw: Random) -> Params:
    a = draw.choice([x for x in range(2, 100) if x % 10])
    kind = draw.randrange(4)
    d = draw.randint(0, 8) if kind >= 2 else 0
    return {"a": a, "n": draw.randint(10, 150), "d": d, "kind": kind}


def _power(params: Params) -> int:
    digits, d = _long_power(params["a"], params["n"]), params["d"]
    larger = sum(1 for digit in digits if digit > d)
    return (sum(digits), len(digits), digits.count(d), larger)[params["kind"]]


def _show_power(params: Params) -> dict[str, object]:
    kind = params["kind"]
    return {"what": _POWER[kind][0].format(**params), "apart": _POWER_APART[kind].format(**params)}


def _solve_power(params: Params, draw: Random) -> list[Step]:
    found = _POWER[params["kind"]][1].format(**params)
    code = cell("s = str({a} ** {n})".format(**params), f"print({found})")
    return [Step(draw.choice(("We look at the digits.", "Write the power as text.")), code)]


_BASE = (
    ("the sum of the digits", "sum(ds)", "What do its digits add up to?"),
    ("the number of zeros", "ds.count(0)", "How many of its digits are 0?"),
    ("the number of digits", "len(ds)", "How many digits does it have?"),
    ("the number of different digits", "len(set(ds))", "How many different digits are used?"),
    ("the largest digit", "max(ds)", "Which is its largest digit?"),
)


def _draw_base(draw: Random) -> Params:
    kind = draw.choice((0, 0, 0, 1, 2, 3, 4))
    return {
        "n": draw.randint(100, 99_999),
        "b": draw.choice((2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13)),
        "kind": kind,
    }


def _base(params: Params) -> int:
    left, b, kind = params["n"], params["b"], params["kind"]
    place = 1
    while place * b <= left:
        place *= b
    digits = []
    while place:
        digits.append(left // place)
        left, place = left % place, place // b
    found = (sum(digits), digits.count(0), len(digits), len(set(digits)), max(digits))
    return found[kind]


def _show_base(params: Params) -> dict[str, object]:
    what, _, ask = _BASE[params["kind"]]
    return dict(params) | {"what": what, "ask": ask}


def _solve_base(params: Params, draw: Random) -> list[Step]:
    n, b = params["n"], params["b"]
    code = cell(
        f"n = {n}",
        "ds = []",
        "while n:",
        f"    ds.append(n % {b})",
        f"    n //= {b}",
        f"print({_BASE[params['kind']][1]})",
    )
    return [Step(draw.choice((f"We find the digits in base {b}.", f"Divide by {b}.")), code)]


FAMILIES = (
    Family(
        name="digits-of-power",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find {what}.",
            "What is {what}?",
            "Compute {what}.",
            "Determine {what}.",
            "Give {what} in base ten.",
            "{apart}",
        ),
        draw=_draw_power,
        answer=_power,
        solve=_solve_power,
        shown=_show_power,
    ),
    Family(
        name="digits-in-base",
        topic="number theory",
        tier=1,
        phrasings=(
            "Find {what} of {n} in base {b}.",
            "What is {what} of {n} written in base {b}?",
            "Compute {what} of {n} in base {b}.",
            "Write {n} in base {b}. Find {what}.",
            "The number {n} is written in base {b}. What is {what}?",
            "{n} is stored with place values 1, {b}, {b}^2 and so on, no leading zeros. {ask}",
        ),
        draw=_draw_base,
        answer=_base,
        solve=_solve_base,
        shown=_show_base,
    ),
)
