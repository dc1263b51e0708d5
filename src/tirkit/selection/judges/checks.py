"""What a problem's text says of its answer, read by patterns alone."""

import re
from fractions import Fraction

from tirkit.answers import is_number
from tirkit.types import Answer

_LONGEST = 20_000
_MOST_DIGITS = 300
_MODULUS = re.compile(
    r"(?:remainder\b[^.?!]{0,400}?\bdivided by|\bmod(?:ulo)?\b|\\p?mod\b)[\s\\({$]{0,6}"
    r"(\d[\d,]{0,40})(?:\s*\^\s*\{?(\d{1,3})\}?)?",
    re.IGNORECASE,
)
_REMAINDER = re.compile(
    r"\b(?:find|determine|compute|calculate|what is|give|report)\b[^.?!]{0,40}\bremainder\b"
    r"|\b(?:answer|result|value)s?\b[^.?!]{0,60}\bmod(?:ulo)?\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\bhow many\b|\b(?:find|determine|compute|calculate|what is) the (?:total )?number of\b",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"\bwhere \$?\w\$?(?:,| and) .{0,40}\bpositive integers\b.{0,200}\b(?:find|compute|determine|"
    r"what is) \$?\w\s*\+\s*\w",
    re.IGNORECASE | re.DOTALL,
)


def constraint_check(problem: str, answer: Answer) -> bool | None:
    """Whether an answer keeps to what its problem asks for; None where nothing is asked for.

    Known are a remainder or residue (an integer from 0 up to the modulus), a count (an integer of
    at least 0), and m+n for positive integers m and n (an integer of at least 2). Of several
    moduli the last one holds. The patterns are written for English contest problems; that
    such a check takes part in a verified vote is nat-nischw's (arXiv 2603.27844).
    """
    text = problem[-_LONGEST:]
    if _REMAINDER.search(text) and (modulus := _modulus(text)) is not None:
        return _whole(answer, 0, modulus - 1)
    if _POSITIVE.search(text):
        return _whole(answer, 2, None)
    if _COUNT.search(text):
        return _whole(answer, 0, None)
    return None


def _modulus(text: str) -> int | None:
    found = _MODULUS.findall(text)
    if not found:
        return None
    base, power = found[-1]
    value = int(base.replace(",", ""))
    if power:
        if len(base) * int(power) > _MOST_DIGITS:
            return None
        value **= int(power)
    return value if value >= 1 else None


def _whole(answer: Answer, least: int, most: int | None) -> bool:
    form = answer.canonical
    if not is_number(form) or len(form) > _MOST_DIGITS:
        return False
    value = Fraction(form)
    in_range = value >= least and (most is None or value <= most)
    return value.denominator == 1 and in_range
