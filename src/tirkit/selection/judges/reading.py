"""Reads what a model that judges has replied. The last line of the kind counts."""

import re

_PICK = re.compile(
    r"(?:judgment|judgement)\s*[*_`]*\s*:\s*[*_`\s\[({#]*(?:solution\s*#?)?(\d{1,4})\b",
    re.IGNORECASE,
)
_SCORES = re.compile(
    r"scores\s*[*_`]*\s*:\s*[*_`\s\[(]*(\d{1,3}(?:\.\d{1,3})?)\s*(?:,|;|and|/10\s*,)\s*"
    r"(\d{1,3}(?:\.\d{1,3})?)",
    re.IGNORECASE,
)
LOWEST, HIGHEST = 1.0, 10.0


def read_pick(reply: str, count: int) -> int | None:
    """The number a reply ends on, from 1 to `count`; None if it names none.

    A last judgment that is out of range makes the reply invalid: an earlier one was taken back.
    """
    found = _PICK.findall(reply)
    number = int(found[-1]) if found else 0
    return number if 1 <= number <= count else None


def read_scores(reply: str) -> tuple[float, float] | None:
    """The two scores a reply ends on, each from 1 to 10; None if it gives none."""
    found = _SCORES.findall(reply)
    if not found:
        return None
    one, other = (float(text) for text in found[-1])
    in_range = min(one, other) >= LOWEST and max(one, other) <= HIGHEST
    return (one, other) if in_range else None
