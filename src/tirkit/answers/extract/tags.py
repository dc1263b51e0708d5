"""Answers between `<answer>` tags."""

import re
from collections import deque
from collections.abc import Iterator

from tirkit.answers.extract.boxes import MAX_CANDIDATES, TOO_LONG, boxes
from tirkit.answers.extract.extraction import Candidate
from tirkit.answers.normalize import MAX_ANSWER_CHARS

_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)


def tags(text: str, start: int, end: int) -> Iterator[Candidate]:
    """The contents of the last `MAX_CANDIDATES` tags in the span, last one first."""
    found: deque[Candidate] = deque(maxlen=MAX_CANDIDATES)
    opened: re.Match[str] | None = None
    for match in _TAG.finditer(text, start, end):
        if not match[1]:
            opened = match
        elif opened is not None:
            found.append(_content(text, opened, match))
            opened = None
    if opened is not None:
        shown = text[opened.end() : min(opened.end() + MAX_ANSWER_CHARS, end)]
        found.append(Candidate(shown, opened.start(), end, "is never closed"))
    yield from reversed(found)


def _content(text: str, opened: re.Match[str], closed: re.Match[str]) -> Candidate:
    """What stands between two tags: its last well-formed box, or all of it."""
    first, last = opened.end(), closed.start()
    box = next((box for box in boxes(text, first, last) if not box.fault), None)
    if box is not None:
        return Candidate(box.text, opened.start(), closed.end())
    content = text[first : min(last, first + MAX_ANSWER_CHARS + 1)]
    fault = TOO_LONG if last - first > MAX_ANSWER_CHARS else ""
    return Candidate(content, opened.start(), closed.end(), fault)
