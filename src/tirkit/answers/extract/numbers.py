"""The last number of a code output."""

import re
from collections.abc import Iterator

from tirkit.answers.extract.extraction import Candidate
from tirkit.answers.normalize import MAX_ANSWER_CHARS, is_number, normalize

_NUMBER = re.compile(
    r"(?<![0-9.,])[-+\u2212]?(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?"
    r"(?:[eE][-+]?[0-9]++)?(?:/[0-9]++)?"
)
_INSIDE_BEFORE = re.compile(r"[\w(*/^\\.)\]]")
_INSIDE_AFTER = re.compile(r"[\w(*/^)]|[.,][0-9]")
_SEVERAL = re.compile(r"[\[({].*,.*[\])}]")
_NOTE = re.compile(r"\[[a-z][^\[\]]*\]")
"""What a tool says of a run, such as tirkit's `[the code ran and printed nothing; ...]`."""
_ERROR = re.compile(
    r"^Traceback \(most recent call last\)"
    r"|^(?:[A-Za-z_.]*(?:Error|Exception|Interrupt)|Timeout Error)\b"
    r"|^\[(?:stopped at the time limit|the Python process died)",
    re.MULTILINE,
)


def numbers(text: str, start: int, end: int) -> Iterator[Candidate]:
    """Numbers of an output, last one first; a list, tuple or set is taken whole.

    Only its last `MAX_ANSWER_CHARS` characters are looked at, from the last line up to the first
    one with a number. Nothing is taken out of an error, and no number out of an expression.
    """
    low = max(start, end - MAX_ANSWER_CHARS)
    window = text[low:end]
    error = _ERROR.search(window)
    if error is not None:
        yield Candidate(window[error.start() :].strip(), low + error.start(), end, "is an error")
        return
    stop = len(window)
    while stop > 0:
        begin = window.rfind("\n", 0, stop) + 1
        cut = begin == 0 and low > start  # a line whose beginning is out of sight
        found = list(_of_line(window[begin:stop], low + begin, cut=cut))
        yield from found
        if found:
            return
        stop = begin - 1


def _of_line(line: str, offset: int, *, cut: bool) -> Iterator[Candidate]:
    bare = line.strip()
    whole = Candidate(bare, offset + line.find(bare), offset + line.find(bare) + len(bare))
    if _NOTE.fullmatch(bare):
        return
    if not cut and (_SEVERAL.fullmatch(bare) or is_number(normalize(bare))):
        yield whole
        return
    for match in reversed(list(_NUMBER.finditer(line))):
        before, after = line[: match.start()], line[match.end() : match.end() + 2]
        inside = _INSIDE_BEFORE.match(before[-1:]) or _INSIDE_AFTER.match(after)
        clipped = cut and not before
        fault = "stands inside an expression" if inside else "is cut off" if clipped else ""
        yield Candidate(match[0], offset + match.start(), offset + match.end(), fault)
