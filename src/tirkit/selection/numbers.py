"""What answers and outputs say in numbers. Model text is matched, never evaluated."""

import re
from fractions import Fraction

from tirkit.types import Answer

_MOST_DIGITS = 300
_TAIL_CHARACTERS = 2000
"""Of an output; the last number stands at its end."""
_INTEGER = re.compile(rf"-?\d{{1,{_MOST_DIGITS}}}")
_FRACTION = re.compile(rf"-?\d{{1,{_MOST_DIGITS}}}(?:/\d{{1,{_MOST_DIGITS}}})?")
_LITERAL = re.compile(
    r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+(?:_\d+)*)(?:\.\d*)?(?:[eE][+-]?\d+)?(?!\w)"
)


def integer(answer: Answer | None) -> int | None:
    """The answer's value if it is an integer of at most 300 digits."""
    if answer is None or _INTEGER.fullmatch(answer.canonical) is None:
        return None
    return int(answer.canonical)


def number(answer: Answer) -> Fraction | None:
    """The answer's value if it is an integer or a fraction of integers."""
    if _FRACTION.fullmatch(answer.canonical) is None:
        return None
    try:
        return Fraction(answer.canonical)
    except ZeroDivisionError:
        return None


def last_integer(output: str) -> int | None:
    """The last number an output shows, if that is an integer; `5.0` and `1,234` are."""
    found = [match[0] for match in _LITERAL.finditer(output[-_TAIL_CHARACTERS:])]
    if not found:
        return None
    whole, point, places = found[-1].replace(",", "").replace("_", "").partition(".")
    if (point and places.strip("0")) or _INTEGER.fullmatch(whole) is None:
        return None
    return int(whole)


def shows(output: str, answer: Answer) -> bool:
    """Whether the answer stands in the output by itself, as written or in its normal form.

    A number is not found inside a longer one: 5 not in 15, 5.2, -5 or x5, but in 5.0.
    """
    return any(_stands(text, output) for text in {answer.text.strip(), answer.canonical})


def _stands(text: str, output: str) -> bool:
    if not text or text not in output:
        return False
    before = r"(?<![\w.\-])" if text[0].isalnum() else r"(?<![\w.])" if text[0] == "-" else ""
    after = r"(?:\.0*)?(?![\w])(?!\.\d)" if text[-1].isdigit() else r"(?!\w)"
    if not text[-1].isalnum():
        after = ""
    return re.search(before + re.escape(text) + after, output) is not None
