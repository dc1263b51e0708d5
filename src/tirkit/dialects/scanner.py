"""Pieces every text dialect reads with: lines out of chunks, and where a Python string is open."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

THINK_OPEN = "<think>"
THINK_CLOSE = "</think>"

_OUTSIDE = re.compile(r"""\#|'{3}|"{3}|'|\"""")
_INSIDE = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'" * 3, '"' * 3)}


class Line(NamedTuple):
    """One line of a turn.

    Attributes:
        text: the line without its newline.
        start: characters of the turn before it; negative where it begins in the prompt.
        end: characters of the turn up to its end, the newline included.
    """

    text: str
    start: int
    end: int


class LineScanner:
    """Cuts chunks of text into lines. Each character is copied twice, however long a line is.

    Args:
        start: offset of the first character; negative for text that stands before the turn.
    """

    __slots__ = ("_end", "_parts")

    def __init__(self, start: int = 0) -> None:
        self._parts: list[str] = []
        self._end = start

    def hold(self, text: str) -> None:
        """Take text that holds no newline."""
        self._parts.append(text)

    def take(self, text: str) -> Iterator[Line]:
        """Take text and give the lines it completes."""
        first, *rest = text.split("\n")
        self._parts.append(first)
        for part in rest:
            line = "".join(self._parts)
            self._parts = [part]
            yield self._line(line, len(line) + 1)

    def rest(self) -> Line:
        """The line that was never completed; its text may be empty."""
        line = "".join(self._parts)
        self._parts = []
        return self._line(line, len(line))

    def _line(self, text: str, length: int) -> Line:
        start = self._end
        self._end += length
        return Line(text.removesuffix("\r"), start, self._end)


class Place(Enum):
    """What a position in Python source belongs to."""

    CODE = "code"
    STRING = "string"
    COMMENT = "comment"


class PythonStrings:
    """Follows string literals through the lines of Python source.

    A raw string's backslash also keeps its quote from closing, so prefixes do not matter.
    """

    __slots__ = ("quote",)

    def __init__(self) -> None:
        self.quote = ""

    def place(self, line: str, column: int) -> Place:
        """What the position in the next line belongs to; the line is not taken."""
        quote, place = _walk(line[:column], self.quote)
        return Place.STRING if quote else place

    def take(self, line: str) -> None:
        """Move past a line."""
        if not self.quote and "'" not in line and '"' not in line:
            return
        quote, _ = _walk(line, self.quote)
        if len(quote) == 1 and not _continued(line):
            quote = ""
        self.quote = quote


def _walk(line: str, quote: str) -> tuple[str, Place]:
    """The quote open after `line`, and whether it ends in a comment."""
    at = 0
    while True:
        if not quote:
            opened = _OUTSIDE.search(line, at)
            if opened is None:
                return "", Place.CODE
            if opened[0] == "#":
                return "", Place.COMMENT
            quote, at = opened[0], opened.end()
        closed = _INSIDE[quote].search(line, at)
        while closed is not None and closed[0] != quote:
            closed = _INSIDE[quote].search(line, closed.end())
        if closed is None:
            return quote, Place.STRING
        quote, at = "", closed.end()


def _continued(line: str) -> bool:
    """Whether a backslash carries a one-line string over the line's end."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def thinking_open(text: str) -> bool:
    """Whether the last thinking tag of a context is an opening one."""
    return text.rfind(THINK_OPEN) > text.rfind(THINK_CLOSE)
