"""Sets, tuples, intervals, matrices and lists: where they part, and how they are put together."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tirkit.answers.normalize.splitting import CUPS, Scan, cut_at, scan_text, split_parts


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


_FRENCH = re.compile(r"([\[\]])([^\[\],]*,[^\[\]]*)([\[\]])")
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
    scan = scan_text(text)
    if not scan.balanced:
        return None
    if scan.is_group:
        return _bracketed(text)
    if any(word in CUPS for _, _, word in scan.separators):
        return _union(text, scan)
    parts = split_parts(text, scan)
    return Structure(Kind.LIST, parts) if len(parts) > 1 and all(parts) else None


def inner_text(text: str) -> str | None:
    """What stands in the parentheses around the whole of `text`, or None without such."""
    if text.startswith("(") and text.endswith(")") and scan_text(text).is_group:
        return text[1:-1]
    return None


def _bracketed(text: str) -> Structure | None:
    opener = next((one for one in ("\\{", "\\langle", "(", "[") if text.startswith(one)), "")
    closer = next((one for one in ("\\}", "\\rangle", ")", "]") if text.endswith(one)), "")
    kind = _BRACKETS.get(opener + closer)
    if kind is None:
        return None
    inside = text[len(opener) : -len(closer)]
    scan = scan_text(inside)
    if not scan.balanced:
        return None
    parts = split_parts(inside, scan, bracketed=True)
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
    rows = [split_parts(part[1:-1], scan_text(part[1:-1]), bracketed=True) for part in parts]
    width = len(rows[0])
    cells = tuple(cell for row in rows for cell in row)
    if any(len(row) != width for row in rows) or not all(cells):
        return None
    return Structure(Kind.MATRIX, cells, columns=width)


def _union(text: str, scan: Scan) -> Structure | None:
    cuts = [one for one in scan.separators if one[2] in CUPS]
    if len(cuts) != len(scan.separators):
        return None
    parts = tuple(cut_at(text, cuts))
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
