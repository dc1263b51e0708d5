"""Find the answer in the final segment of a model's text."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tirkit.answers.normalize import MAX_ANSWER_CHARS, normalize
from tirkit.types import ANY_ANSWER, Answer, AnswerDomain

MAX_CANDIDATES = 64
"""Most boxes looked at, from the last one backwards; bounds the work on hostile text."""
MAX_SHOWN_CHARS = 80
"""Longest piece of a refused candidate that is kept."""

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_UNBRACED = re.compile(r"[^\s${}\\]+")
_TOO_LONG = f"is longer than {MAX_ANSWER_CHARS} characters"
_PLACEHOLDER = re.compile(r"[\s._?\u2026-]*")


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer and where it stood, or why there is none.

    Attributes:
        answer: the admissible answer, or None.
        start: index in the text of the backslash of its box; None without an answer.
        end: one past the end of the box; None without an answer.
        reason: why there is no answer, in words; "" with one.
        refused: (text, reason) of the boxes that were passed over, last one first.
    """

    answer: Answer | None = None
    start: int | None = None
    end: int | None = None
    reason: str = ""
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    start: int
    end: int
    fault: str = ""


def extract(text: str, domain: AnswerDomain = ANY_ANSWER) -> Extraction:
    r"""Take the last balanced, admissible `\boxed{...}` or `\fbox{...}` of `text`.

    `text` is the final segment alone: the dialect has cut thinking and code away. A box that is
    unbalanced, empty or outside `domain` is refused with its reason and the one before it is
    looked at; an answer is never bent into the domain. Linear in the text.
    """
    refused: list[tuple[str, str]] = []
    for candidate in _candidates(text):
        canonical = "" if candidate.fault else normalize(candidate.text)
        fault = candidate.fault or _inadmissible(canonical, domain)
        if not fault:
            answer = Answer(candidate.text.strip(), canonical)
            return Extraction(answer, candidate.start, candidate.end, "", tuple(refused))
        refused.append((candidate.text.strip()[:MAX_SHOWN_CHARS], fault))
    if not refused:
        return Extraction(reason="no \\boxed{} or \\fbox{} in the final text")
    shown, fault = refused[0]
    reason = f"no admissible answer in {len(refused)} boxes; the last, {shown!r}, {fault}"
    return Extraction(reason=reason, refused=tuple(refused))


def _candidates(text: str) -> Iterator[_Candidate]:
    """The last `MAX_CANDIDATES` boxes, last one first."""
    for match in reversed(deque(_BOX.finditer(text), maxlen=MAX_CANDIDATES)):
        yield _read_box(text, match.start(), match.end())


def _read_box(text: str, start: int, inside: int) -> _Candidate:
    """The box that begins at `start` and whose content, or brace, begins at `inside`."""
    limit = inside + MAX_ANSWER_CHARS + 2
    if not text.startswith("{", inside):
        bare = _UNBRACED.match(text, inside, limit)
        content = bare[0].rstrip(".,;:!?)") if bare else ""
        if not content:
            return _Candidate("", start, inside, "is empty")
        if len(content) <= MAX_ANSWER_CHARS:
            return _Candidate(content, start, inside + len(content))
        return _Candidate(content, start, inside, _TOO_LONG)
    depth = 0
    for match in _BRACE.finditer(text, inside, limit):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return _Candidate(text[inside + 1 : match.start()], start, match.end())
    fault = _TOO_LONG if len(text) > limit else "is never closed"
    return _Candidate(text[inside + 1 : limit], start, inside, fault)


def _inadmissible(canonical: str, domain: AnswerDomain) -> str:
    """Why `domain` does not admit the answer, or ""."""
    if _PLACEHOLDER.fullmatch(canonical):
        return "is empty"
    if domain.kind == "any":
        return ""
    if not canonical.removeprefix("-").isdigit():
        return "is not an integer"
    if domain.minimum is not None and _below(canonical, str(domain.minimum)):
        return f"is below {domain.minimum}"
    if domain.maximum is not None and _below(str(domain.maximum), canonical):
        return f"is above {domain.maximum}"
    return ""


def _below(left: str, right: str) -> bool:
    """Compare canonical integers by text, so that no number of digits is too many."""
    if left.startswith("-") != right.startswith("-"):
        return left.startswith("-")
    if left.startswith("-"):
        left, right = right[1:], left[1:]
    return (len(left), left) < (len(right), right)
