"""Whether two outputs say the same, and by what they differ if they do."""

import math
import re
from collections.abc import Callable

from tirkit.bench.rerun.difference import Difference

_NUMPY = re.compile(
    r"\b(?:np|numpy)\.(?:float|u?int|complex|str|bool|bytes)\w*\(((?:[^()']|'[^'\n]*')*)\)"
)
_NUMPY_WORD = re.compile(r"\b(?:np|numpy)\.(True|False|nan|inf)_?")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?(?![\w])")
_INTEGER = re.compile(r"[-+]?\d+")
_SPACE = re.compile(r"\s+")
_CUT_MARK = re.compile(r"\s*(?:\.\.\. \[\d+ characters cut\] \.\.\.|<output cut>)\s*")
_ELLIPSIS = "..."
_TORA_HALF = 200
"""ToRA and Qwen2.5-Math keep so many characters of both ends of an output twice as long."""

_LEAST_KEPT = 100
"""Dots alone are taken for a cut only behind so many characters: they may have been printed."""

_OPEN, _CLOSED = frozenset("(["), frozenset(")]")
_RELATIVE = 1e-9
_MOST_DIGITS = 400
_MOST_DEPTH = 50


def alike(recorded: str, new: str) -> Difference | None:
    """The least difference that explains two texts; None if they say different things.

    Each step forgives what the one before does: white space, how values are written, the order in
    braces, the last digits; then whether one is a part of the other that was cut.
    """
    if recorded.strip() == new.strip():
        return Difference.SAME
    for difference, forgive in _STEPS:
        recorded, new = forgive(recorded), forgive(new)
        if recorded == new:
            return difference
    if _same_numbers(recorded, new):
        return Difference.NUMBERS
    return Difference.CUT if _is_cut(recorded, new) or _is_cut(new, recorded) else None


def _spaced(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _plain(text: str) -> str:
    """Values as numpy wrote them before version 2, and no addresses."""
    if "np." in text or "numpy." in text:
        text = _NUMPY_WORD.sub(r"\1", _NUMPY.sub(r"\1", text))
    return _ADDRESS.sub("0x", text)


def _sorted(text: str) -> str:
    """The text with the items of each pair of braces sorted; one pair may stand in another."""
    if "{" not in text:
        return text
    stack: list[list[str]] = [[""]]
    brackets = [0]  # open at each level of braces; a comma inside them parts no items
    for part in re.split(r"([{}()\[\],])", text):
        if part == "{" and len(stack) <= _MOST_DEPTH:
            stack.append([""])
            brackets.append(0)
        elif part == "}" and len(stack) > 1:
            brackets.pop()
            items = ", ".join(sorted(item.strip() for item in stack.pop()))
            stack[-1][-1] += "{" + items + "}"
        elif part == "," and len(stack) > 1 and not brackets[-1]:
            stack[-1].append("")
        else:
            brackets[-1] += (part in _OPEN) - (part in _CLOSED)
            stack[-1][-1] += part
    while len(stack) > 1:
        rest = "{" + ",".join(stack.pop())
        stack[-1][-1] += rest
    return ",".join(stack[0])


_STEPS: tuple[tuple[Difference, Callable[[str], str]], ...] = (
    (Difference.SPACE, _spaced),
    (Difference.REPR, _plain),
    (Difference.ORDER, _sorted),
)


def _same_numbers(one: str, other: str) -> bool:
    """Whether the texts are equal but for numbers that are nearly so."""
    first, second = _NUMBER.findall(one), _NUMBER.findall(other)
    if not first or len(first) != len(second):
        return False
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    return all(_near(a, b) for a, b in zip(first, second, strict=True))


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    if max(len(one), len(other)) > _MOST_DIGITS:
        return False
    if _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
        return int(one) == int(other)
    return math.isclose(float(one), float(other), rel_tol=_RELATIVE, abs_tol=1e-12)


def _is_cut(kept: str, whole: str) -> bool:
    """Whether one text is what a cut has left of the other, or of what both are cut from."""
    ends = _ends(kept)
    if ends is None:
        return False
    head, tail = ends
    other = _ends(whole)
    if other is None:
        fits = len(whole) >= len(head) + len(tail)
        return fits and whole.startswith(head) and whole.endswith(tail)
    return _begins_alike(head, other[0]) and _begins_alike(tail[::-1], other[1][::-1])


def _begins_alike(one: str, other: str) -> bool:
    least = min(len(one), len(other))
    return one[:least] == other[:least]


def _ends(text: str) -> tuple[str, str] | None:
    """What is kept before and behind a cut; None where none is seen."""
    marks = list(_CUT_MARK.finditer(text))
    if marks:
        return text[: marks[0].start()], text[marks[-1].end() :]
    middle = text.find(_ELLIPSIS, _TORA_HALF - 20, _TORA_HALF + 23)
    if middle >= 0 and len(text) <= 2 * _TORA_HALF + len(_ELLIPSIS):
        head, tail = text[:middle], text[middle + len(_ELLIPSIS) :]
        if len(tail) >= _LEAST_KEPT:
            return head.rstrip(), tail.lstrip()
    if text.endswith(_ELLIPSIS) and len(text) > _LEAST_KEPT:
        return text[: -len(_ELLIPSIS)].rstrip(), ""
    return None
