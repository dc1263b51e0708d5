"""Bring an answer into one canonical form, without ever evaluating it.

Integers and exact rationals become `n` or `p/q` in lowest terms, structures are rebuilt of
canonical parts, and everything else becomes cleaned text. Each step is one linear pass.
"""

import math
import re
from dataclasses import replace

from tirkit.answers.normalize.arguments import brace_arguments
from tirkit.answers.normalize.characters import to_ascii
from tirkit.answers.normalize.dress import TEXT_MARK, undress
from tirkit.answers.normalize.expressions import tidy
from tirkit.answers.normalize.limits import MAX_ANSWER_CHARS, MAX_NESTING, MAX_ROUNDS
from tirkit.answers.normalize.numbers import is_number, read_number
from tirkit.answers.normalize.spelled import read_spelled
from tirkit.answers.normalize.structures import Kind, Structure, inner_text, parse_structure
from tirkit.answers.normalize.units import is_constant, split_label, strip_units, strip_word

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SIMPLE = re.compile(r"[-+]?(?:[0-9]*[.,/]?[0-9]+|\\[dt]?frac\{-?[0-9]+\}\{-?[0-9]+\})")
"""What most answers are: read without looking for dress."""
_INFINITE = re.compile(r"([-+]?)\\infty")
_MAX_SPELLED = 120
_MAX_SIDES = 4
_MAX_LABELS = 4
_ELLIPSIS = re.compile(r"\\ldots|\.\.\.")


def normalize(text: str) -> str:
    """Canonical form of an answer: `n`, `p/q` in lowest terms, a structure, or cleaned text.

    Units, percent and degree signs, currency signs and a label such as `x=` beside a number are
    dropped, as the public graders do. Never raises, never evaluates; linear in the text. Applying
    it twice gives the same as once.
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) <= MAX_ANSWER_CHARS:
        return stripped.lstrip("0") or "0"
    if len(stripped) > MAX_ANSWER_CHARS:
        return stripped
    if _SIMPLE.fullmatch(stripped):
        number = read_number(stripped.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac"))
        if number is not None:
            return number
    return _settled(stripped)


def _settled(stripped: str) -> str:
    """The form that another pass leaves as it is; text without one is kept as written."""
    form = stripped
    for _ in range(MAX_ROUNDS):
        following = _pass(form)
        if following == form or is_number(following):
            return following
        if len(following) > MAX_ANSWER_CHARS:
            break
        form = following
    return stripped


def _pass(text: str) -> str:
    return _canonical(brace_arguments(undress(to_ascii(text))), 0)


def _canonical(text: str, depth: int) -> str:
    value = _value(text)
    if depth < MAX_NESTING:
        both = _signs(value) if not depth else (value,)
        if len(both) == 2:
            return _list(Structure(Kind.LIST, both), depth + 1)
        structure = parse_structure(value)
        if structure is not None:
            return _structure(structure, depth + 1)
        inside = inner_text(value)
        if inside is not None:
            return _canonical(inside, depth + 1)
    return _scalar(value)


def _value(text: str) -> str:
    """What `text` says the value of something to be, `= {x = 5}.` down to `5`."""
    value = _trim(text)
    for _ in range(_MAX_LABELS):
        bare = _trim(split_label(value)[1])
        if bare == value:
            break
        value = bare
    return value


def _trim(text: str) -> str:
    """Drop braces around the whole and what prose puts behind an answer."""
    closing = _closing_braces(text)
    start, end = 0, len(text)
    while start < end:
        if text[start] == "{" and closing.get(start) == end - 1:
            start, end = start + 1, end - 1
        elif text[end - 1] in ".,;:" and text[max(start, end - 2) : end] != "..":
            end -= 1
        elif text[start] == " " or text[end - 1] == " ":
            start, end = start + (text[start] == " "), end - (text[end - 1] == " ")
        else:
            break
    return text[start:end]


def _closing_braces(text: str) -> dict[int, int]:
    """Index of the closing brace for the index of every opening one that has it."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing


def _scalar(value: str) -> str:
    """Canonical form of what is no structure."""
    bare = strip_units(value)
    number = read_number(value) or read_number(bare) or _spelled(value, bare)
    if number is not None:
        return number
    if match := _INFINITE.fullmatch(bare):
        return bare.removeprefix("+") if match[1] else bare
    return _common_side(value) or tidy(bare)


def _spelled(value: str, bare: str) -> str | None:
    """The number that words spell, with or without a unit behind."""
    if len(value) > _MAX_SPELLED:
        return None
    for text in (value, bare, strip_word(value)):
        spelled = read_spelled(text.replace(TEXT_MARK, " "))
        if spelled is not None:
            return read_number(spelled)
    return None


def _common_side(text: str) -> str | None:
    """The number that all sides of `1/2=0.5` are, or None."""
    sides = text.split("=")
    if not 1 < len(sides) <= _MAX_SIDES:
        return None
    values = {read_number(strip_units(side)) for side in sides}
    return values.pop() if len(values) == 1 else None


def _structure(structure: Structure, depth: int) -> str:
    if structure.kind is Kind.LIST:
        return _list(structure, depth)
    if structure.kind in {Kind.SET, Kind.UNION}:
        parts = [_part(one, depth) for part in structure.parts for one in _signs(part)]
        if not any(_ELLIPSIS.search(part) for part in parts):
            parts = sorted(set(parts), key=_standing)
        if structure.kind is Kind.SET and not parts:
            return "\\emptyset"
        return str(replace(structure, parts=tuple(parts)))
    parts = [_part(part, depth) for part in structure.parts]
    if structure.kind is Kind.SQUARE and len(parts) > 2:
        structure = replace(structure, kind=Kind.TUPLE, opener="(", closer=")")
    return str(replace(structure, parts=tuple(parts)))


def _list(structure: Structure, depth: int) -> str:
    """`1, 2`; values of different variables are a point, ordered by the variables' names."""
    labelled = [split_label(_trim(part)) for part in structure.parts]
    labels = {label for label, _ in labelled}
    if "" not in labels and len(labels) == len(labelled):
        values = tuple(_part(value, depth) for _, value in sorted(labelled))
        return str(Structure(Kind.TUPLE, values, "(", ")"))
    parts = [_part(one, depth) for part in structure.parts for one in _signs(part)]
    return str(Structure(Kind.LIST, tuple(parts)))


def _part(text: str, depth: int) -> str:
    """A part in canonical form; a list in braces is a set there: its commas stay its own."""
    form = _canonical(text, depth)
    inner = parse_structure(form) if "," in form else None
    return f"\\{{{form}\\}}" if inner is not None and inner.kind is Kind.LIST else form


def _signs(text: str) -> tuple[str, ...]:
    r"""`\pm 2` and `1\pm\sqrt{2}` as their two values."""
    _, value = split_label(_trim(text))
    if value.count("\\pm") != 1 or not is_constant(value):
        return (text,)
    return value.replace("\\pm", "+").replace("+ ", "+"), value.replace("\\pm", "-").replace(
        "- ", "-"
    )


def _standing(part: str) -> tuple[bool, float, int, str]:
    """Numbers first, by about their value; then by length and text."""
    if not is_number(part):
        return True, 0.0, len(part), part
    upper, _, lower = part.partition("/")
    about = float(upper) / float(lower or "1")
    return False, 0.0 if math.isnan(about) else about, len(part), part
