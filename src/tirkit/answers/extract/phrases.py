"""Phrases that tell the answer, in English and Chinese."""

import re
from collections import deque
from collections.abc import Iterator

from tirkit.answers.extract.boxes import MAX_CANDIDATES, TOO_LONG
from tirkit.answers.extract.extraction import Candidate
from tirkit.answers.normalize import MAX_ANSWER_CHARS, is_number, normalize

_PHRASE = re.compile(
    r"\b(?:final |correct |right )?answers?\b(?:[ \t]{1,4}(?:to|of|for)\b[^.\n:]{1,80}?)?"
    r"[*_]{0,2}[ \t]{0,4}(?:\b(?:is|are|equals|must be|should be)\b|[=:\uff1a])[*_]{0,2}"
    r"(?:[ \t]{0,4}[:\uff1a])?"
    r"|\bfinal answer[ \t*_:\uff1a]{0,8}(?=\n)"
    r"|(?:最终|正确)?(?:答案|结果)(?:应该|应当|应)?(?:[是为]|[:\uff1a=])[ \t]{0,4}[:\uff1a]?",
    re.IGNORECASE,
)
_GAP = re.compile(r"\s{0,8}")
# As pandoc reads them: no space inside the dollar signs, no digit behind; so prices are no formula.
_FORMULA = re.compile(
    r"\$\$\s*([^$]+?)\s*\$\$|\$(?![\s$])([^$\n]+?)(?<![\s\\])\$(?!\d)"
    r"|\\\((.+?)\\\)|\\\[(.+?)\\\]|\*\*([^*\n]+?)\*\*|`([^`\n]+?)`",
    re.DOTALL,
)
_GOES_ON = re.compile(r"\s{0,4}(?:,|and\b|or\b|\u3001|和|或)\s{0,4}(?:\$|\\\(|\*\*)")
_END = re.compile(
    r"\n|[。；！]|[.!?;](?=\s|[\"'*)]|\Z)|，(?!\s*[-\d])|<\||</"
    r"|,[ \t]+(?=(?:so|which|because|since|as|where|but|hence|therefore|thus|i hope"
    r"|and (?:the|we|it|this))\b)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:equal to|exactly|simply|just|therefore|thus|approximately|about|roughly|option|choice"
    r"|选项|选)[ \t:\uff1a]*",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:not|no longer|never|wrong|incorrect|unknown)\b|(?:不|否|错)", re.IGNORECASE
)
_NUMBER_FIRST = re.compile(
    r"([-+\u2212]?(?:\\?\$)?[-+\u2212]?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?(?:\\?%)?)"
    r"(?=[ \t]+[A-Za-z]|[\u4e00-\u9fff])[^0-9+*/^=\\]*"
)
_DRESS = " \t*_\"'`:\uff1a\u201c\u201d"


def phrases(text: str, start: int, end: int) -> Iterator[Candidate]:
    """What the last `MAX_CANDIDATES` phrases in the span tell, last one first."""
    for match in reversed(deque(_PHRASE.finditer(text, start, end), maxlen=MAX_CANDIDATES)):
        gap = _GAP.match(text, match.end(), end)
        assert gap is not None, "an empty gap is one"
        yield _told(text, match.start(), gap.end(), end)


def _told(text: str, start: int, inside: int, end: int) -> Candidate:
    """What is told from `inside` on: a formula, a bold or quoted text, or the sentence."""
    limit = min(inside + MAX_ANSWER_CHARS + 2, end)
    formula = _FORMULA.match(text, inside, limit)
    if formula is not None and _GOES_ON.match(text, formula.end(), limit) is None:
        content = next(filter(None, formula.groups()), "").strip(_DRESS)
        return _checked(content, start, formula.end())
    stop = _END.search(text, inside, limit)
    if stop is None and end > limit:
        return Candidate(text[inside:limit], start, limit, TOO_LONG)
    close = limit if stop is None else stop.start()
    content = text[inside:close].strip(_DRESS)
    while (lead := _LEAD.match(content)) is not None:
        content = content[lead.end() :].strip(_DRESS)
    return _checked(_number_first(content), start, close)


def _checked(content: str, start: int, end: int) -> Candidate:
    if not content:
        return Candidate("", start, end, "is empty")
    if _DENIAL.match(content):
        return Candidate(content, start, end, "says what the answer is not")
    return Candidate(content, start, end)


def _number_first(content: str) -> str:
    """The number of `42 apples a day`; the content itself where there is more than words."""
    match = _NUMBER_FIRST.fullmatch(content)
    if match is None or is_number(normalize(content)):
        return content
    return match[1]
