"""Where a text parts: its separators outside brackets, and the commas that are none."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\\(?:begin|end)\{[a-zA-Z]{1,20}\*?\}|\\[A-Za-z]+|\\.|[A-Za-z]+|.", re.DOTALL)
_OPENERS = frozenset({"(", "[", "{", "\\{", "\\langle"})
_CLOSERS = frozenset({")", "]", "}", "\\}", "\\rangle"})
CUPS = frozenset({"\\cup", "U"})
_WORDS = frozenset({"and", "or", "和", "或", "及", "与"})
_WORD = re.compile(r"[A-Za-z]{2}")
_MATHEMATICAL = re.compile(r"[0-9\\]")
_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?!,?[0-9])")


@dataclass(frozen=True, slots=True)
class Scan:
    """Where a text parts at its top level."""

    balanced: bool
    separators: tuple[tuple[int, int, str], ...] = ()
    """Start, end and text of each."""
    is_group: bool = False
    """The first bracket closes at the very end."""


def scan_text(text: str) -> Scan:
    """Find what parts `text` at its top level; half-open brackets close each other."""
    depth, end = 0, len(text)
    is_group = end > 0
    separators: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in _OPENERS or token.startswith("\\begin{"):
            depth += 1
        elif token in _CLOSERS or token.startswith("\\end{"):
            depth -= 1
            if depth < 0:
                break
            is_group &= depth > 0 or match.end() == end
        elif depth == 0:
            is_group = False
            if _is_separator(text, match):
                separators.append((match.start(), match.end(), token))
    if depth:
        return Scan(balanced=False)
    return Scan(balanced=True, separators=tuple(separators), is_group=is_group)


def _is_separator(text: str, match: re.Match[str]) -> bool:
    if match[0] == "U":  # between two brackets
        return text[match.start() - 1 : match.start()] in _CLOSERS and (
            text[match.end() : match.end() + 1] in _OPENERS
        )
    return match[0] in {",", ";", "\\cup"} or match[0] in _WORDS


def split_parts(text: str, scan: Scan, *, bracketed: bool = False) -> tuple[str, ...]:
    """The parts between separators; commas between groups of thousands part nothing.

    In brackets, or beside a comma with a space behind it, `1,234` alone does not tell whether it
    is one number: in brackets it is two unless another comma is followed by a space.
    """
    separators = [one for one in scan.separators if one[2] in {",", ";"} or one[2] in _WORDS]
    if any(word in _WORDS for _, _, word in separators) and not _all_mathematical(text, separators):
        separators = [one for one in separators if one[2] not in _WORDS]
    loose = [one for one in separators if _is_loose(text, one)]
    if len(loose) != len(separators):
        grouping = _grouping_commas(text)
        tight = [one for one in separators if not _is_loose(text, one)]
        if loose or (not bracketed and all(start in grouping for start, _, _ in tight)):
            separators = [one for one in separators if one in loose or one[0] not in grouping]
    return tuple(part.strip() for part in cut_at(text, separators))


def _is_loose(text: str, separator: tuple[int, int, str]) -> bool:
    return separator[2] != "," or text.startswith(" ", separator[1])


def _grouping_commas(text: str) -> frozenset[int]:
    return frozenset(
        match.start() + place
        for match in _GROUPS.finditer(text)
        for place, character in enumerate(match[0])
        if character == ","
    )


def _all_mathematical(text: str, separators: list[tuple[int, int, str]]) -> bool:
    """Whether no part is prose, so that `and` parts values and not words."""
    parts = cut_at(text, separators)
    return all(_MATHEMATICAL.search(part) or not _WORD.search(part) for part in parts)


def cut_at(text: str, separators: list[tuple[int, int, str]]) -> list[str]:
    """What stands between the separators."""
    ends = [start for start, _, _ in separators] + [len(text)]
    starts = [0] + [end for _, end, _ in separators]
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    words = [word for _, _, word in separators]
    # `1, 2, and 3`: nothing stands between the comma and the word
    return [
        part
        for place, part in enumerate(parts)
        if part.strip() or not (0 < place < len(words) and words[place] in _WORDS)
    ]
