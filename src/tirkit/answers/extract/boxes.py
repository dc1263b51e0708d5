r"""Boxes: `\boxed{...}` and `\fbox{...}`, as models really write them."""

import re
from collections import deque
from collections.abc import Iterator

from tirkit.answers.extract.extraction import Candidate
from tirkit.answers.normalize import MAX_ANSWER_CHARS

MAX_CANDIDATES = 64
"""Most candidates of one form looked at, from the last one backwards; bounds the work on hostile
text."""
TOO_LONG = f"is longer than {MAX_ANSWER_CHARS} characters"
_NEVER_CLOSED = "is never closed"

BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_UNBRACED = re.compile(r"[^\s${}\\]+|\\[A-Za-z]+(?:\{[^{}\s]{0,80}\}){1,2}")
_LINE = re.compile(r"\{[ \t]*([^\s$]{1,64}?)[ \t.,;]*(?:\$|\n|\\\)|\\\])")
"""An unclosed box that holds one word, and something that ends it: not the end of the text, which
may have been cut in the middle of a number."""


def boxes(text: str, start: int, end: int) -> Iterator[Candidate]:
    """The last `MAX_CANDIDATES` boxes that begin in the span, last one first."""
    for match in reversed(deque(BOX.finditer(text, start, end), maxlen=MAX_CANDIDATES)):
        yield _read(text, match.start(), match.end(), end)


def _read(text: str, start: int, inside: int, end: int) -> Candidate:
    """The box that begins at `start` and whose content, or brace, begins at `inside`."""
    limit = min(inside + MAX_ANSWER_CHARS + 2, end)
    if not text.startswith("{", inside, end):
        return _unbraced(text, start, inside, limit)
    depth = 0
    for match in _BRACE.finditer(text, inside, limit):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return Candidate(text[inside + 1 : match.start()], start, match.end())
    word = _LINE.match(text, inside, limit)
    if word is not None and _is_balanced(word[1]):
        return Candidate(word[1], start, word.end(1), note="its box is never closed")
    fault = TOO_LONG if end > limit else _NEVER_CLOSED
    return Candidate(text[inside + 1 : limit], start, limit, fault)


def _unbraced(text: str, start: int, inside: int, limit: int) -> Candidate:
    bare = _UNBRACED.match(text, inside, limit)
    content = bare[0].rstrip(".,;:!?)") if bare else ""
    if not content:
        return Candidate("", start, inside, "is empty")
    if len(content) <= MAX_ANSWER_CHARS:
        return Candidate(content, start, inside + len(content))
    return Candidate(content, start, inside, TOO_LONG)


def _is_balanced(text: str) -> bool:
    depth = 0
    for match in _BRACE.finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0:
            return False
    return depth == 0
