"""Two whole numbers, told by two facts."""

from collections.abc import Mapping
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_FACTS = (
    ("x + y = {sum}", "x + y == {sum}", "sum {sum}"),
    ("x - y = {gap}", "x - y == {gap}", "difference {gap}"),
    ("xy = {product}", "x * y == {product}", "product {product}"),
    ("x^2 + y^2 = {squares}", "x*x + y*y == {squares}", "sum of squares {squares}"),
    ("x^2 - y^2 = {apart}", "x*x - y*y == {apart}", "difference of squares {apart}"),
)
_PAIRS = ((0, 2), (1, 2), (0, 3), (1, 3), (0, 4), (1, 4), (2, 3))
_ASKED = (
    ("{u}x + {v}y", "{u}*x + {v}*y", "{u} times the larger plus {v} times the smaller"),
    ("{u}x - {v}y", "{u}*x - {v}*y", "{u} times the larger minus {v} times the smaller"),
    ("x^2 + {u}y", "x*x + {u}*y", "the square of the larger plus {u} times the smaller"),
    ("y^2 + {u}x", "y*y + {u}*x", "the square of the smaller plus {u} times the larger"),
    ("{u}xy + {v}", "{u}*x*y + {v}", "{u} times the product plus {v}"),
)


def _draw_pair(draw: Random) -> Params:
    y, kind = draw.randint(1, 80), draw.randrange(len(_ASKED))
    return {
        "x": y + draw.randint(1, 80),
        "y": y,
        "facts": draw.randrange(len(_PAIRS)),
        "u": draw.randint(2, 12),
        "v": 0 if kind in {2, 3} else draw.randint(2, 12),
        "kind": kind,
    }


def _pair(params: Params) -> int:
    x, y, u, v, kind = taken(params, "x y u v kind")
    return (u * x + v * y, u * x - v * y, x * x + u * y, y * y + u * x, u * x * y + v)[kind]


def _told(params: Params, way: int) -> tuple[str, str]:
    x, y = taken(params, "x y")
    numbers = {
        "sum": x + y,
        "gap": x - y,
        "product": x * y,
        "squares": x * x + y * y,
        "apart": x * x - y * y,
    }
    one, two = (_FACTS[fact][way].format(**numbers) for fact in _PAIRS[params["facts"]])
    return one, two


def _show_pair(params: Params) -> Mapping[str, object]:
    (one, two), (first, second) = _told(params, 0), _told(params, 2)
    what, _, apart = (part.format(**params) for part in _ASKED[params["kind"]])
    facts = {"one": one, "two": two, "first": first, "second": second}
    return facts | {"what": what, "apart": apart}


def _solve_pair(params: Params, draw: Random) -> list[Step]:
    one, two = _told(params, 1)
    name = draw.choice(("P", "L"))
    search = cell(
        f"{name} = []",
        "for x in range(1, 200):",
        "    for y in range(1, x):",
        f"        if {one} and {two}:",
        f"            {name}.append((x, y))",
        f"print({name})",
    )
    result = cell(f"x, y = {name}[0]", f"print({_ASKED[params['kind']][1].format(**params)})")
    text = draw.choice(("We search for x and y.", "Try all pairs with x > y."))
    found = "x is {x} and y is {y}.".format(**params)
    return [Step(text, search), Step(found, result)]


FAMILIES = (
    Family(
        name="two-numbers",
        topic="algebra",
        tier=2,
        phrasings=(
            "Positive integers x > y have {one} and {two}. Find {what}.",
            "Let x > y be positive integers with {one} and {two}. What is {what}?",
            "If {one} and {two} for positive integers x > y, compute {what}.",
            "We know {one} and {two}, where x > y are positive integers. Determine {what}.",
            "Integers x > y > 0 satisfy {one} and {two}. Find {what}.",
            "Two different positive whole numbers have {first} and {second}. How much is {apart}?",
        ),
        draw=fitting(_draw_pair, _pair),
        answer=_pair,
        solve=_solve_pair,
        shown=_show_pair,
    ),
)
