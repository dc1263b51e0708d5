"""Sets, tuples, intervals, matrices and lists: where they part, and how they are put together."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What holds several parts."""

    LIST = "list"
    """Parts in no brackets, `1, 2`."""
    TUPLE = "tuple"
    """`(1,2)`: a point, or an open interval; which, the text does not tell."""
    SQUARE = "square"
    """`[1,2]`: a closed interval, or a list in square brackets."""
    HALF_OPEN = "half-open"
    SET = "set"
    UNION = "union"
    MATRIX = "matrix"
    DETERMINANT = "determinant"


@dataclass(frozen=True, slots=True)
class Structure:
    """Parts in their order, with what holds them.

    Attributes:
        kind: what holds them.
        parts: their texts; of a matrix row by row.
        opener: the bracket before the first part, "" without one.
        closer: the bracket behind the last.
        columns: width of a matrix, else 0.
    """

    kind: Kind
    parts: tuple[str, ...]
    opener: str = ""
    closer: str = ""
    columns: int = 0

    def __str__(self) -> str:
        if self.kind is Kind.LIST:
            return ", ".join(self.parts)
        if self.kind is Kind.UNION:
            return "\\cup".join(self.parts)
        if self.kind not in {Kind.MATRIX, Kind.DETERMINANT}:
            return self.opener + ",".join(self.parts) + self.closer
        starts = range(0, len(self.parts), self.columns)
        rows = ("&".join(self.parts[start : start + self.columns]) for start in starts)
        name = "pmatrix" if self.kind is Kind.MATRIX else "vmatrix"
        return rf"\begin{{{name}}}" + r"\\".join(rows) + rf"\end{{{name}}}"


_TOKEN = re.compile(r"\\(?:begin|end)\{[a-zA-Z]{1,20}\*?\}|\\[A-Za-z]+|\\.|[A-Za-z]+|.", re.DOTALL)
_OPENERS = frozenset({"(", "[", "{", "\\{", "\\langle"})
_CLOSERS = frozenset({")", "]", "}", "\\}", "\\rangle"})
_CUPS = frozenset({"\\cup", "U"})
_WORDS = frozenset({"and", "or", "和", "或", "及", "与"})
_PROSE = re.compile(r"[^0-9\\]*[A-Za-z]{2}[^0-9\\]*")
_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?!,?[0-9])")
_FRENCH = re.compile(r"([\[\]])([^\[\]]*,[^\[\]]*)([\[\]])")
_MATRIX = re.compile(
    r"([(\[]?)\\begin\{(small|[pbBvV])?(matrix|array)\}(?:\{[lcr| ]*\})?(.*)"
    r"\\end\{(?:small|[pbBvV])?(?:matrix|array)\}([)\]]?)",
    re.DOTALL,
)
_BRACKETS = {
    "()": Kind.TUPLE,
    "[]": Kind.SQUARE,
    "(]": Kind.HALF_OPEN,
    "[)": Kind.HALF_OPEN,
    "\\{\\}": Kind.SET,
    "\\langle\\rangle": Kind.TUPLE,
}


@dataclass(frozen=True, slots=True)
class _Scan:
    """Where a text parts at its top level."""

    balanced: bool
    separators: tuple[tuple[int, int, str], ...] = ()
    """Start, end and text of each."""
    is_group: bool = False
    """The first bracket closes at the very end."""


def parse_structure(text: str) -> Structure | None:
    """The structure that `text` is as a whole, its parts as they stand, or None for a scalar.

    One bracketed part is no tuple: `(5)` is a scalar. A set may have any number of parts.
    """
    if matrix := _matrix(text):
        return matrix
    if french := _FRENCH.fullmatch(text):
        opener = "(" if french[1] == "]" else "["
        closer = ")" if french[3] == "[" else "]"
        text = opener + french[2] + closer
    scan = _scan(text)
    if not scan.balanced:
        return None
    if scan.is_group:
        return _bracketed(text)
    if any(word in _CUPS for _, _, word in scan.separators):
        return _union(text, scan)
    parts = _parts(text, scan)
    return Structure(Kind.LIST, parts) if len(parts) > 1 and all(parts) else None


def inner_text(text: str) -> str | None:
    """What stands in the parentheses around the whole of `text`, or None without such."""
    if text.startswith("(") and text.endswith(")") and _scan(text).is_group:
        return text[1:-1]
    return None


def _scan(text: str) -> _Scan:
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
        return _Scan(balanced=False)
    return _Scan(balanced=True, separators=tuple(separators), is_group=is_group)


def _is_separator(text: str, match: re.Match[str]) -> bool:
    if match[0] == "U":  # between two brackets
        return text[match.start() - 1 : match.start()] in _CLOSERS and (
            text[match.end() : match.end() + 1] in _OPENERS
        )
    return match[0] in {",", ";", "\\cup"} or match[0] in _WORDS


def _bracketed(text: str) -> Structure | None:
    opener = next((one for one in ("\\{", "\\langle", "(", "[") if text.startswith(one)), "")
    closer = next((one for one in ("\\}", "\\rangle", ")", "]") if text.endswith(one)), "")
    kind = _BRACKETS.get(opener + closer)
    if kind is None:
        return None
    inside = text[len(opener) : -len(closer)]
    scan = _scan(inside)
    if not scan.balanced:
        return None
    parts = _parts(inside, scan, bracketed=True)
    if len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    if kind is Kind.SET:
        return _set(parts)
    if opener == "\\langle":
        opener, closer = "(", ")"
    if len(parts) < 2 or not all(parts) or (kind is Kind.HALF_OPEN and len(parts) > 2):
        return None
    return _rows(parts) or Structure(kind, parts, opener, closer)


def _set(parts: tuple[str, ...]) -> Structure | None:
    if parts == ("",):
        parts = ()
    built = any(mark in part for part in parts for mark in ("\\mid", "|", ":"))
    return None if built or not all(parts) else Structure(Kind.SET, parts, "\\{", "\\}")


def _rows(parts: tuple[str, ...]) -> Structure | None:
    """`[[1,2],[3,4]]`, as Python writes a matrix."""
    if not all(part[0] == "[" and part[-1] == "]" for part in parts):
        return None
    rows = [_parts(part[1:-1], _scan(part[1:-1]), bracketed=True) for part in parts]
    width = len(rows[0])
    cells = tuple(cell for row in rows for cell in row)
    if any(len(row) != width for row in rows) or not all(cells):
        return None
    return Structure(Kind.MATRIX, cells, columns=width)


def _parts(text: str, scan: _Scan, *, bracketed: bool = False) -> tuple[str, ...]:
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
    return tuple(part.strip() for part in _cut(text, separators))


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
    return not any(_PROSE.fullmatch(part) for part in _cut(text, separators))


def _cut(text: str, separators: list[tuple[int, int, str]]) -> list[str]:
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


def _union(text: str, scan: _Scan) -> Structure | None:
    cuts = [one for one in scan.separators if one[2] in _CUPS]
    if len(cuts) != len(scan.separators):
        return None
    parts = tuple(_cut(text, cuts))
    return Structure(Kind.UNION, parts) if all(map(_is_bracketed, parts)) else None


def _is_bracketed(part: str) -> bool:
    return bool(part) and part[0] in "([\\" and _bracketed(part) is not None


def _matrix(text: str) -> Structure | None:
    match = _MATRIX.fullmatch(text)
    if match is None or "\\begin" in match[4]:
        return None
    rows = [row.split("&") for row in match[4].split("\\\\")]
    if rows[-1] == [""]:
        rows.pop()
    cells = tuple(cell.strip() for row in rows for cell in row)
    if not cells or not all(cells) or any(len(row) != len(rows[0]) for row in rows):
        return None
    kind = Kind.DETERMINANT if match[2] in {"v", "V"} else Kind.MATRIX
    return Structure(kind, cells, columns=len(rows[0]))
