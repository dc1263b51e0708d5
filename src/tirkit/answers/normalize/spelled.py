"""Numbers in English and Chinese words."""

import re

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = ("fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ONES = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4} | {
    name + plural: value for value, name in enumerate(_ORDINALS, 4) for plural in ("", "s")
}
_WORDS = re.compile(r"[A-Za-z]+(?:[- ]+[A-Za-z]+){0,15}")
_SCALED = re.compile(r"(-?[0-9][0-9.,]*) ?(hundred|thousand|million|billion|trillion)")
_DIGITS = {"零": 0, "〇": 0, "两": 2} | {
    digit: value for value, digit in enumerate("一二三四五六七八九", 1)
}
_RANKS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_CHINESE = re.compile("(负?)([零〇一二两三四五六七八九十百千万亿]{1,20})")
_CHINESE_PARTS = re.compile("(负?)(.{1,20})分之(.{1,20})")
_DIGITS_SCALED = re.compile(r"(-?[0-9][0-9.,]*)([百千万亿])")


def read_spelled(text: str) -> str | None:
    """The number that words spell, as `n` or `p/q` (or `n*scale` terms), or None."""
    if match := _SCALED.fullmatch(text):
        exponent = len(str(({"hundred": 100} | _SCALES)[match[2]])) - 1
        return f"{match[1]}e{exponent}"
    if _WORDS.fullmatch(text):
        return _english(text.lower().replace("-", " ").split())
    return None if text.isascii() else _chinese(text)


def _english(row: list[str]) -> str | None:
    sign = ""
    if row[0] in {"negative", "minus"}:
        sign, row = "-", row[1:]
    if len(row) > 1 and row[-1] in _PARTS and row[-2] != "and":
        upper = 1 if row[:-1] in (["a"], ["an"]) else _english_integer(row[:-1])
        return None if upper is None else f"{sign}{upper}/{_PARTS[row[-1]]}"
    value = _english_integer(row)
    return None if value is None else f"{sign}{value}"


def _english_integer(row: list[str]) -> int | None:
    """Value of number words such as `two hundred and five thousand`; None if they are no number."""
    total = group = 0
    before = ""
    for word in row:
        if word in _ONES:
            tens = before in _TENS and 0 < _ONES[word] < 10
            if before and not tens and before not in {"hundred", "and", *_SCALES}:
                return None
            group += _ONES[word]
        elif word == "hundred" and 0 < group < 100 and before in _ONES:
            group *= 100
        elif word in _SCALES and 0 < group < 1000 and before != "and":
            total, group = total + group * _SCALES[word], 0
        elif word != "and" or before not in {"hundred", *_SCALES}:
            return None
        before = word
    return None if not row or before == "and" else total + group


def _chinese(text: str) -> str | None:
    if match := _DIGITS_SCALED.fullmatch(text):
        return f"{match[1]}e{len(str((_RANKS | _MYRIADS)[match[2]])) - 1}"
    if match := _CHINESE_PARTS.fullmatch(text):
        lower, upper = (_chinese_integer(part) for part in match.groups()[1:])
        if match[2] == "百" and upper is not None:  # percent, dropped as its sign is
            return f"{'-' if match[1] else ''}{upper}"
        return f"{'-' if match[1] else ''}{upper}/{lower}" if lower and upper is not None else None
    if match := _CHINESE.fullmatch(text):
        value = _chinese_integer(match[2])
        return None if value is None else f"{'-' if match[1] else ''}{value}"
    return None


def _chinese_integer(text: str) -> int | None:
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = group = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _RANKS:
            group, digit = group + (digit or 1) * _RANKS[character], 0
        elif character in _MYRIADS:
            total, group, digit = (total + group + digit) * _MYRIADS[character], 0, 0
        else:
            return None
    return total + group + digit
