"""Sums of terms: fractions that telescope, and the first sum beyond a bound."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from random import Random

from examples.training.cells import agreed, cell, fitting, taken
from examples.training.family import Family, Params, Step

_PARTS = (
    ("m + n", "s.numerator + s.denominator", "What do its two parts add up to?"),
    (
        "n - m",
        "s.denominator - s.numerator",
        "By how much is the bottom larger than the top?",
    ),
    ("n", "s.denominator", "What is the bottom?"),
    ("m", "s.numerator", "What is the top?"),
)


def _draw_fractions(draw: Random) -> Params:
    return {
        "a": draw.randint(1, 12),
        "f": draw.randint(1, 20),
        "n": draw.randint(5, 250),
        "kind": draw.choice((0, 0, 1, 2, 3)),
    }


def _fractions(params: Params) -> int:
    """By n / (first factor times last), in lowest terms."""
    a, f, n, kind = taken(params, "a f n kind")
    top, bottom = n, f * (f + a * n)
    divisor, rest = bottom, top
    while rest:
        divisor, rest = rest, divisor % rest
    top, bottom = top // divisor, bottom // divisor
    return (top + bottom, bottom - top, bottom, top)[kind]


def _show_fractions(params: Params) -> Mapping[str, object]:
    a, f, n, kind = taken(params, "a f n kind")
    last = f + a * (n - 1)
    return {
        "total": f"1/({f}*{f + a}) + 1/({f + a}*{f + 2 * a}) + ... + 1/({last}*{last + a})",
        "x": f,
        "y": last,
        "a": a,
        "what": _PARTS[kind][0],
        "end": _PARTS[kind][2],
    }


def _solve_fractions(params: Params, draw: Random) -> list[Step]:
    a, f, n, kind = taken(params, "a f n kind")
    last = f + a * (n - 1)
    bounds = f"a, f, l = {a}, {f}, {last}"
    asked = f"print({_PARTS[kind][1]})"
    imported = "from fractions import Fraction"
    total = "s = sum(Fraction(1, x * (x + a)) for x in range(f, l + 1, a))"
    plan = draw.choice(
        ("Plan: add the fractions, then check by telescoping.", "Plan: add, then telescope.")
    )
    way = draw.randrange(4)
    if way == 0:
        steps = [
            Step(plan, cell(bounds, total, "print(s)"), fails=True),
            Step("We must import Fraction.", cell(imported, total, "print(s)")),
        ]
    elif way == 1:
        floats = "s = sum(1 / (x * (x + a)) for x in range(f, l + 1, a))"
        steps = [
            Step(plan, cell(bounds, floats, asked), fails=True),
            Step("A float has no such part. Use Fraction.", cell(imported, total, "print(s)")),
        ]
    else:
        steps = [Step(plan, cell(imported, bounds, total, "print(s)"))]
    check = cell(
        "t = (Fraction(1, f) - Fraction(1, l + a)) / a", agreed(draw, "s", "t", _PARTS[kind][1])
    )
    return [*steps, Step("Now telescope.", check)]


_TERMS = (
    ("k^2 + {a}", "k*k + {a}"),
    ("k^3", "k**3"),
    ("k(k + {a})", "k * (k + {a})"),
    ("{a}k + {b}", "{a}*k + {b}"),
    ("{a}k^2", "{a}*k*k"),
    ("k^2 + {a}k + {b}", "k*k + {a}*k + {b}"),
)
_BOUNDS = (
    ("the smallest n with {sum} > {bound}", "<=", "n", "How many are needed to pass {bound}?"),
    (
        "the smallest n with {sum} >= {bound}",
        "<",
        "n",
        "How many are needed to reach or pass {bound}?",
    ),
    (
        "the largest n with {sum} <= {bound}",
        "<=",
        "n - 1",
        "How many can be added without passing {bound}?",
    ),
    (
        "the largest n with {sum} < {bound}",
        "<",
        "n - 1",
        "How many can be added to stay below {bound}?",
    ),
)


def _sums(params: Params, last: int) -> int:
    """The sum of the first terms in closed form."""
    a, b, form, n = *taken(params, "a b form"), last
    ones, squares = n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6
    return (
        squares + a * n,
        ones * ones,
        squares + a * ones,
        a * ones + b * n,
        a * squares,
        squares + a * ones + b * n,
    )[form]


def _draw_bound(draw: Random) -> Params:
    form = draw.randrange(len(_TERMS))
    params = {
        "a": 0 if form == 1 else draw.randint(2, 40),
        "b": draw.randint(1, 60) if form in {3, 5} else 0,
        "form": form,
        "kind": draw.randrange(len(_BOUNDS)),
    }
    bound = draw.choice((draw.randint(100, 9999), draw.randint(1000, 99_999)))
    if draw.random() < 0.5:
        bound = _sums(params, bisect_left(range(1000), bound, key=lambda n: _sums(params, n)))
    return params | {"bound": bound}


def _bound(params: Params) -> int:
    kind = params["kind"]
    cut = bisect_left if kind % 2 else bisect_right
    first = cut(range(1000), params["bound"], key=lambda n: _sums(params, n))
    return first - kind // 2


def _show_bound(params: Params) -> Mapping[str, object]:
    what, _, _, apart = _BOUNDS[params["kind"]]
    term = _TERMS[params["form"]][0].format(**params)
    shown = dict(params) | {"term": term, "sum": "t(1) + ... + t(n)"}
    return shown | {"what": what.format(**shown), "apart": apart.format(**shown)}


def _solve_bound(params: Params, draw: Random) -> list[Step]:
    kind, bound, first = params["kind"], params["bound"], _bound(params) + params["kind"] // 2
    _, sign, result, _ = _BOUNDS[kind]
    term = _TERMS[params["form"]][1].format(**params)
    reached = "t > B" if sign == "<=" else "t >= B"
    if draw.random() < 0.6:
        size = draw.choice((20, 30, 50))
        listed = f"s.append(s[-1] + {term})"
        build = cell(f"B, s, n = {bound}, [0], 0", f"for k in range(1, {size}):", f"    {listed}")
        walk = cell(f"while s[n] {sign} B:", "    n += 1", f"print({result})")
        plan = "Plan: list the sums, then go up to the bound."
        if first >= size:
            longer = cell(f"for k in range({size}, 999):", f"    {listed}", walk)
            return [
                Step(plan, cell(build, walk), fails=True),
                Step("The list is too short. Add more sums.", longer),
            ]
        check = cell(f"assert s[n - 1] {sign} B", f"assert not s[n] {sign} B", f"print({result})")
        return [Step(plan, cell(build, walk)), Step("Check the sums at n - 1 and n.", check)]
    loop = cell(
        f"B, n, t = {bound}, 0, 0",
        f"while t {sign} B:",
        "    n += 1",
        f"    t += {term}".replace("k", "n"),
        "print(n, t)",
    )
    other = f"sum({term} for k in range(1, n))"
    check = cell(f"assert {reached}", f"assert {other} {sign} B", f"print({result})")
    plan = "Plan: add terms up to the bound, then check n - 1 and n."
    return [Step(plan, loop), Step(f"We stop at n = {first}. Check.", check)]


FAMILIES = (
    Family(
        name="telescoping-fractions",
        topic="sequences",
        tier=3,
        phrasings=(
            "Let {total} = m/n in lowest terms. Find {what}.",
            "The sum {total} equals m/n in lowest terms. What is {what}?",
            "Write {total} as a fraction m/n in lowest terms. Compute {what}.",
            "If {total} = m/n with coprime positive m and n, find {what}.",
            "We have {total} = m/n, where m and n share no factor. Determine {what}.",
            (
                "Add 1/(x(x + {a})) for x = {x}, and so on in steps of {a}, up to x = {y}. "
                "Reduce the fraction. {end}"
            ),
        ),
        draw=fitting(_draw_fractions, _fractions),
        answer=_fractions,
        solve=_solve_fractions,
        shown=_show_fractions,
    ),
    Family(
        name="first-sum-beyond",
        topic="sequences",
        tier=3,
        phrasings=(
            "Let t(k) = {term}. Find {what}.",
            "For t(k) = {term}, what is {what}?",
            "A sequence has t(k) = {term} for k = 1, 2, 3, ... Determine {what}.",
            "If t(k) = {term}, compute {what}.",
            "The terms of a sequence are t(k) = {term} for k >= 1. Find {what}.",
            "The numbers {term} for k = 1, 2, 3, ... are added one after another. {apart}",
        ),
        draw=fitting(_draw_bound, _bound),
        answer=_bound,
        solve=_solve_bound,
        shown=_show_bound,
    ),
)
