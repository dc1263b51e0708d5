"""Equations: two unknowns, logarithms; functions put into one another."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.algebra_cells import polynomial, signed
from examples.training.family import Family, Params, Step

_SYSTEM = (
    ("x", "x", "What does one pen cost?"),
    ("y", "y", "What does one cup cost?"),
    ("x + y", "x + y", "What do one pen and one cup cost together?"),
    ("xy", "x * y", "What is the product of the two prices?"),
    ("x - y", "x - y", "How much more does a pen cost than a cup?"),
    ("2x + y", "2*x + y", "What do two pens and one cup cost together?"),
)


def _draw_system(draw: Random) -> Params:
    while True:
        a, b, c, d = (draw.randint(2, 30) for _ in range(4))
        if a * d != b * c:
            x, y, kind = draw.randint(1, 99), draw.randint(1, 99), draw.randrange(len(_SYSTEM))
            return {"a": a, "b": b, "c": c, "d": d, "x": x, "y": y, "kind": kind}


def _system(params: Params) -> int:
    x, y, kind = taken(params, "x y kind")
    return (x, y, x + y, x * y, x - y, 2 * x + y)[kind]


def _show_system(params: Params) -> Mapping[str, object]:
    a, b, c, d, x, y, kind = taken(params, "a b c d x y kind")
    what, _, apart = _SYSTEM[kind]
    return dict(params) | {"e": a * x + b * y, "f": c * x + d * y, "what": what, "apart": apart}


def _solve_system(params: Params, draw: Random) -> list[Step]:
    shown = _show_system(params)
    lines = "a, b, e = {a}, {b}, {e}\nc, d, f = {c}, {d}, {f}".format(**shown)
    if draw.random() < 0.5:
        by = cell("D = a*d - b*c", "x, y = (e*d - b*f) // D, (a*f - c*e) // D")
        text = draw.choice(("We use Cramer's rule.", "Solve by determinants."))
    else:
        by = cell("y = (a*f - c*e) // (a*d - b*c)", "x = (e - b*y) // a")
        text = draw.choice(("We eliminate x.", "First y, then x."))
    return [Step(text, cell(lines, by, f"print({_SYSTEM[params['kind']][1]})"))]


_LOGS = (
    ("log_{b}(x + {c}) = {k}", "{b}**{k} - {c}", "x + {c}"),
    ("log_{b}(x - {c}) = {k}", "{b}**{k} + {c}", "x - {c}"),
    ("log_{b}(x) - log_{b}({c}) = {k}", "{c} * {b}**{k}", "x / {c}"),
    ("log_{b}({c} - x) = {k}", "{c} - {b}**{k}", "{c} - x"),
    ("log_{b}(x) = {k} + log_{b}({c})", "{c} * {b}**{k}", "x / {c}"),
    ("log_{b}({c} + 2x) = {k}", "({b}**{k} - {c}) // 2", "{c} + 2x"),
)


def _draw_log(draw: Random) -> Params:
    while True:
        kind, b = draw.randrange(len(_LOGS)), draw.randint(2, 20)
        k = draw.randint(2, 16 if b < 3 else 10 if b < 4 else 8 if b < 6 else 4)
        c = draw.randint(2, (999, 999, 60, 9999, 60, 999)[kind])
        if kind != 5 or (b - c) % 2 == 0:
            return {"b": b, "k": k, "c": c, "kind": kind}


def _log(params: Params) -> int:
    b, k, c, kind = taken(params, "b k c kind")
    power = 1
    for _ in range(k):
        power *= b
    if kind in {2, 4}:
        return sum(power for _ in range(c))
    return (power - c, power + c, 0, c - power, 0, (power - c) // 2)[kind]


def _show_log(params: Params) -> Mapping[str, object]:
    told, _, value = _LOGS[params["kind"]]
    return dict(params) | {"told": told.format(**params), "value": value.format(**params)}


def _solve_log(params: Params, draw: Random) -> list[Step]:
    _, result, value = (part.format(**params) for part in _LOGS[params["kind"]])
    power = "{b}^{k}".format(**params)
    text = draw.choice((f"This means {value} = {power}.", f"So {value} = {power}."))
    return [Step(text, draw.choice((f"print({result})", f"x = {result}\nprint(x)")))]


_COMPOSED = (
    ("f(g({k}))", "Put {k} into G, then the result into F. What comes out?"),
    ("g(f({k}))", "Put {k} into F, then the result into G. What comes out?"),
    ("f(f({k}))", "Put {k} into F, then the result into F again. What comes out?"),
    ("g(g({k}))", "Put {k} into G, then the result into G again. What comes out?"),
    ("f({k}) * g({k})", "Put {k} into F and {k} into G. What is the product of the two results?"),
    ("f({k}) + g({k})", "Put {k} into F and {k} into G. What is the sum of the two results?"),
    ("g({k}) - f({k})", "Put {k} into F and into G. By how much is the result of G larger?"),
)


def _draw_composed(draw: Random) -> Params:
    return {
        "a": draw.choice((-3, -2, *range(2, 20))),
        "b": draw.randint(-60, 60) or 1,
        "c": draw.choice((1, 1, 1, 2, 3)),
        "d": draw.randint(-12, 12),
        "e": draw.randint(-40, 60) or 1,
        "k": draw.randint(2, 30),
        "kind": draw.randrange(len(_COMPOSED)),
    }


def _composed(params: Params) -> int:
    """By the coefficients of what is composed, where f and g meet one another."""
    a, b, c, d, e, k, kind = taken(params, "a b c d e k kind")
    f, g = a * k + b, (c * k + d) * k + e
    if kind == 0:
        return a * c * k * k + a * d * k + a * e + b
    if kind == 1:
        return c * a * a * k * k + (2 * c * a * b + d * a) * k + c * b * b + d * b + e
    if kind == 2:
        return a * a * k + a * b + b
    return ((c * g + d) * g + e, f * g, f + g, g - f)[kind - 3]


def _show_composed(params: Params) -> Mapping[str, object]:
    what, apart = _COMPOSED[params["kind"]]
    f, g = polynomial(taken(params, "a b")), polynomial(taken(params, "c d e"))
    return {"f": f, "g": g, "what": what.format(**params), "apart": apart.format(**params)}


def _solve_composed(params: Params, draw: Random) -> list[Step]:
    a, b, c, d, e = taken(params, "a b c d e")
    f, g = f"{a}*x {signed(b)}", polynomial((c, d, e), code=True)
    code = cell(f"f = lambda x: {f}", f"g = lambda x: {g}")
    asked = _COMPOSED[params["kind"]][0].format(**params)
    return [
        Step(
            draw.choice(("We define f and g.", "Write both functions.")), f"{code}\nprint({asked})"
        )
    ]


FAMILIES = (
    Family(
        name="two-equations",
        topic="algebra",
        tier=1,
        phrasings=(
            "Let {a}x + {b}y = {e} and {c}x + {d}y = {f}. Find {what}.",
            "If {a}x + {b}y = {e} and {c}x + {d}y = {f}, what is {what}?",
            "Solve {a}x + {b}y = {e}, {c}x + {d}y = {f} and give {what}.",
            "Numbers x and y satisfy {a}x + {b}y = {e} and {c}x + {d}y = {f}. Compute {what}.",
            "We know {a}x + {b}y = {e} and {c}x + {d}y = {f}. Determine {what}.",
            (
                "A shop takes {e} coins for {a} pens and {b} cups, and {f} coins for {c} pens and "
                "{d} cups. {apart}"
            ),
        ),
        draw=fitting(_draw_system, _system),
        answer=_system,
        solve=_solve_system,
        shown=_show_system,
    ),
    Family(
        name="log-equation",
        topic="algebra",
        tier=1,
        phrasings=(
            "Solve {told}.",
            "Find x if {told}.",
            "What is x if {told}?",
            "Let {told}. Determine x.",
            "The number x satisfies {told}. Find x.",
            "We must raise {b} to the power {k} to get {value}. Which number is x?",
        ),
        draw=fitting(_draw_log, _log),
        answer=_log,
        solve=_solve_log,
        shown=_show_log,
    ),
    Family(
        name="composed-functions",
        topic="algebra",
        tier=1,
        phrasings=(
            "Let f(x) = {f} and g(x) = {g}. Find {what}.",
            "For f(x) = {f} and g(x) = {g}, what is {what}?",
            "If f(x) = {f} and g(x) = {g}, compute {what}.",
            "Functions f and g are f(x) = {f} and g(x) = {g}. Determine {what}.",
            "Compute {what}, where f(x) = {f} and g(x) = {g}.",
            "Machine F turns x into {f}. Machine G turns x into {g}. {apart}",
        ),
        draw=fitting(_draw_composed, _composed),
        answer=_composed,
        solve=_solve_composed,
        shown=_show_composed,
    ),
)
