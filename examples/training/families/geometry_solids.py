"""Solids: painted boxes cut into cubes, volumes of round bodies."""

from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.families.combinatorics_cells import FRACTION, parts, reduced
from examples.training.family import Family, Params, Step

_PAINT = (
    ("All six faces are painted.", "is painted on the whole outside"),
    ("All faces but the bottom are painted.", "stands on the ground and is painted where it shows"),
    ("Only the four side walls are painted.", "is painted on its four walls, not on top or below"),
)
_WALLS = (2, 1, 0)
"""How many of top and bottom are painted, for each kind of paint."""
_FACES = (
    ("no painted face", "stay clean"),
    ("exactly one painted face", "have paint on just one face"),
    ("exactly two painted faces", "have paint on just two faces"),
    ("at least one painted face", "have some paint"),
)


def _draw_box(draw: Random) -> Params:
    return {
        "a": draw.randint(3, 40),
        "b": draw.randint(3, 40),
        "c": draw.randint(3, 40),
        "paint": draw.randrange(len(_PAINT)),
        "kind": draw.randrange(len(_FACES)),
    }


def _box(params: Params) -> int:
    """By how many layers each way carry paint, multiplied out as polynomials."""
    a, b, c, paint, kind = taken(params, "a b c paint kind")
    faces = [1]
    for inner, outer in ((a - 2, 2), (b - 2, 2), (c - _WALLS[paint], _WALLS[paint])):
        kept = [count * inner for count in faces] + [0]
        gained = [0] + [count * outer for count in faces]
        faces = [one + other for one, other in zip(kept, gained, strict=True)]
    return sum(faces[1:]) if kind == 3 else faces[kind]


def _show_box(params: Params) -> dict[str, object]:
    paint, kind = taken(params, "paint kind")
    (painted, so), (faces, apart) = _PAINT[paint], _FACES[kind]
    return dict(params) | {"paint": painted, "so": so, "faces": faces, "apart": apart}


def _solve_box(params: Params, draw: Random) -> list[Step]:
    a, b, c, paint, kind = taken(params, "a b c paint kind")
    text = draw.choice(("Top and bottom: {} painted.", "Of top and bottom {} painted."))
    counted = ("both are", "one is", "none is")[paint]
    flat = ("2 * p * q + ", "p * q + ", "")[paint]
    edges = ("4 * (p + q) + ", "2 * (p + q) + ", "")[paint]
    inside = f"p, q, r = {a} - 2, {b} - 2, {c} - {_WALLS[paint]}"
    count = (
        "p * q * r",
        f"{flat}2 * (p + q) * r",
        f"{edges}4 * r",
        f"{a} * {b} * {c} - p * q * r",
    )[kind]
    return [Step(text.format(counted), cell(inside, f"print({count})"))]


_BODIES = (
    (
        "A cylinder of radius {r} and height {h} has a cone of radius {r} and height {g} on top.",
        "{r}**2 * {h} + Fraction({r}**2 * {g}, 3)",
        "A tower of radius {r} has walls {h} high below a pointed round roof that adds {g}.",
    ),
    (
        "A cone of radius {r} and height {g} is cut out of a cylinder of radius {r}, height {h}.",
        "{r}**2 * {h} - Fraction({r}**2 * {g}, 3)",
        "Into a round block of radius {r}, {h} high, a pointed pit of radius {r}, {g} deep is cut.",
    ),
    (
        "A cylinder of radius {r} and height {h} has a half ball of radius {r} on top.",
        "{r}**2 * {h} + Fraction(2 * {r}**3, 3)",
        "A tower of radius {r} has walls {h} high below a dome in the shape of half a ball.",
    ),
    (
        "A truncated cone has height {h} and circles of radius {r} and {g} as its bases.",
        "Fraction({h} * ({r}**2 + {r} * {g} + {g}**2), 3)",
        "A bucket has a round bottom of radius {g} and a round rim of radius {r}, {h} higher.",
    ),
    (
        "A ball of radius {g} is cut out of the middle of a ball of radius {r}.",
        "Fraction(4 * ({r}**3 - {g}**3), 3)",
        "A shell lies between two balls around one point, of radius {g} and {r}.",
    ),
)


def _draw_body(draw: Random) -> Params:
    kind, r, h = draw.randrange(len(_BODIES)), draw.randint(2, 40), draw.randint(2, 60)
    most = (60, h, 0, r - 1, r - 1)[kind]
    g = draw.randint(1, most) if most else 0
    return {"r": r, "h": 0 if kind == 4 else h, "g": g, "kind": kind}


def _body(params: Params) -> int:
    """By Simpson's rule, which is exact for these bodies: three times the volume over pi."""
    r, h, g, kind = taken(params, "r h g kind")
    if kind == 4:
        return reduced(2 * ((2 * r) * r * r - (2 * g) * g * g), 3)
    if kind == 3:
        return reduced(h * (r * r + g * g + (r + g) ** 2), 6)
    top = (g * r * r, -g * r * r, r * (r * r + 3 * r * r))[kind]
    if kind == 2:
        return reduced(6 * h * r * r + top, 6)
    return reduced(6 * h * r * r + 2 * top, 6)


def _show_body(params: Params) -> dict[str, object]:
    body, _, apart = _BODIES[params["kind"]]
    return {"body": body.format(**params), "apart": apart.format(**params)}


def _solve_body(params: Params, draw: Random) -> list[Step]:
    volume = _BODIES[params["kind"]][1].format(**params)
    text = draw.choice(("The volume over pi is V.", "Leave out pi."))
    return [Step(text, cell(FRACTION, f"V = {volume}", parts("V")))]


FAMILIES = (
    Family(
        name="painted-box",
        topic="geometry",
        tier=1,
        phrasings=(
            (
                "A box is {a} long, {b} wide and {c} high. {paint} It is cut into unit cubes. How "
                "many have {faces}?"
            ),
            (
                "A {a} by {b} box of height {c} is made of unit cubes. {paint} How many unit cubes "
                "have {faces}?"
            ),
            (
                "A box of length {a}, width {b} and height {c} is cut into unit cubes. {paint} "
                "Find the number of cubes with {faces}."
            ),
            (
                "Unit cubes form a box of length {a}, width {b} and height {c}. {paint} Count the "
                "cubes that have {faces}."
            ),
            (
                "We have a box with base {a} by {b} and height {c}. {paint} Cut into unit cubes, "
                "how many cubes have {faces}?"
            ),
            (
                "A stack of equal cubes, {a} by {b} on the floor and {c} layers tall, {so}. Taken "
                "apart, how many of the cubes {apart}?"
            ),
        ),
        draw=_draw_box,
        answer=_box,
        solve=_solve_box,
        shown=_show_box,
    ),
    Family(
        name="round-body",
        topic="geometry",
        tier=1,
        phrasings=(
            "{body} The volume is (m/n) pi in lowest terms. Find m + n.",
            "{body} Its volume is m/n times pi, where m/n is in lowest terms. Find m + n.",
            "{body} If the volume is (m/n) pi in lowest terms, what is m + n?",
            "{body} Write the volume as (m/n) pi in lowest terms and compute m + n.",
            "{body} Divide the volume by pi to get m/n in lowest terms. What is m + n?",
            (
                "{apart} How much space it fills, as a multiple of pi, is the reduced fraction "
                "p/q. What is p + q?"
            ),
        ),
        draw=fitting(_draw_body, _body),
        answer=_body,
        solve=_solve_body,
        shown=_show_body,
    ),
)
