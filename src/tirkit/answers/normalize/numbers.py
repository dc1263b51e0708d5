"""Exact numbers: integers as text, and rationals of bounded size."""

import math
import re
from fractions import Fraction

from tirkit.answers.normalize.limits import MAX_DIGITS, MAX_NESTING

_MAX_BITS = int(MAX_DIGITS * math.log2(10)) + 1
_MAX_ROOT = 64

_CANONICAL = re.compile(rf"-?[0-9]+|-?[0-9]{{1,{MAX_DIGITS}}}/[1-9][0-9]{{0,{MAX_DIGITS - 1}}}")
_INTEGER = re.compile(r"([-+]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.0*)?")
_DECIMAL = re.compile(
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+(?![0-9/])|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+"
)
_POWER_OF_TEN = re.compile(
    r"[eE]([-+]?[0-9]{1,4})(?![0-9])|(?:\\cdot ?| ?[xX] ?)10\^\{([-+]?[0-9]{1,4})\}"
)
_EXPONENT = re.compile(r"\^\{([-+]?[0-9]{1,4})\}")
_ROOT = re.compile(r"\\sqrt(?:\[([0-9]{1,2})\])?")
_IN_BASE = re.compile(rf"(-?)([0-9]{{1,{MAX_DIGITS}}})_\{{([0-9]{{1,2}})\}}")
_MIXED = re.compile(r"([0-9]+)(?:\\frac\{([0-9]+)\}\{([0-9]+)\}| ([0-9]+)/([0-9]+))")


def is_number(canonical: str) -> bool:
    """Whether a canonical form is an exact number; two of them are equal only as texts."""
    return _CANONICAL.fullmatch(canonical) is not None


def read_number(text: str) -> str | None:
    """Canonical form of an exact number, or None if `text` is none (or is out of bounds).

    Reads signs, decimals, groups of thousands, powers of ten, fractions and mixed numbers, powers
    with an integer exponent and roots that are exact. Sums and products are left alone.
    """
    if match := _INTEGER.fullmatch(text):
        digits = match[2].replace(",", "").replace(" ", "").lstrip("0")
        return ("-" if match[1] == "-" else "") + digits if digits else "0"
    value = _read(text)
    if value is None:
        return None
    canonical = str(value)
    return None if max(map(len, canonical.lstrip("-").split("/"))) > MAX_DIGITS else canonical


def read_in_base(text: str) -> str | None:
    r"""Canonical integer of `121_{3}`, which is 16, or None. The form itself keeps its base."""
    match = _IN_BASE.fullmatch(text)
    if match is None or not int(max(match[2])) < int(match[3]) <= 36:
        return None
    return str(int(match[1] + match[2], int(match[3])))


def _read(text: str) -> Fraction | None:
    try:
        reader = _Reader(text)
        value = reader.signed(0)
    except _NotANumberError:
        return None
    return value if reader.place == len(text) else None


class _NotANumberError(Exception):
    """The text is no number, or one that is too long to compute with."""


class _Reader:
    """Reads a constant from left to right; every method leaves `place` behind what it took."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.place = 0

    def signed(self, depth: int) -> Fraction:
        if depth > MAX_NESTING:
            raise _NotANumberError
        negative = self._text.startswith("-", self.place)
        if negative or self._text.startswith("+", self.place):
            self.place += 1
        value = self._mixed()
        if value is None:
            value = self._quotient(depth)
        return -value if negative else value

    def _mixed(self) -> Fraction | None:
        r"""`2\frac{1}{3}` or `2 1/3`; an improper fraction there would be a product."""
        match = self._take(_MIXED)
        if match is None:
            return None
        whole, upper, lower = (_integer(part) for part in match.groups() if part)
        if not upper < lower:
            raise _NotANumberError
        return whole + Fraction(upper, lower)

    def _quotient(self, depth: int) -> Fraction:
        value = self._power(depth)
        if not self._skip("/"):
            return value
        negative = self._skip("-")
        below = self._power(depth)
        return self._divided(-value if negative else value, below)

    def _power(self, depth: int) -> Fraction:
        value = self._atom(depth)
        match = self._take(_EXPONENT)
        return value if match is None else _raised(value, int(match[1]))

    def _atom(self, depth: int) -> Fraction:
        if self._skip("\\frac"):
            upper = self._group(depth)
            return self._divided(upper, self._group(depth))
        if match := self._take(_ROOT):
            return _root(self._group(depth), int(match[1] or "2"))
        if self._skip("("):
            value = self.signed(depth + 1)
            self._expect(")")
            return value
        if self._text.startswith("{", self.place):
            return self._group(depth)
        return self._decimal()

    def _group(self, depth: int) -> Fraction:
        self._expect("{")
        value = self.signed(depth + 1)
        self._expect("}")
        return value

    def _decimal(self) -> Fraction:
        match = self._take(_DECIMAL)
        if match is None:
            raise _NotANumberError
        mantissa = match[0].replace(",", "").replace(" ", "")
        scaled = self._take(_POWER_OF_TEN)
        exponent = int(scaled[1] or scaled[2]) if scaled else 0
        if len(mantissa) + abs(exponent) > MAX_DIGITS:
            raise _NotANumberError
        whole, _, behind = mantissa.partition(".")
        value = Fraction(int(whole + behind), 10 ** len(behind))
        return value * Fraction(10) ** exponent

    def _divided(self, upper: Fraction, lower: Fraction) -> Fraction:
        if not lower:
            raise _NotANumberError
        return _bounded(upper / lower)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self.place)
        if match is not None:
            self.place = match.end()
        return match

    def _skip(self, literal: str) -> bool:
        found = self._text.startswith(literal, self.place)
        if found:
            self.place += len(literal)
        return found

    def _expect(self, literal: str) -> None:
        if not self._skip(literal):
            raise _NotANumberError


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _NotANumberError
    return int(digits)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > _MAX_BITS:
        raise _NotANumberError
    return value


def _raised(base: Fraction, exponent: int) -> Fraction:
    """`base ** exponent`, refused before it is computed if it would be too long."""
    if not base and exponent <= 0:
        raise _NotANumberError
    if abs(base) != 1 and (_bits(base) - 1) * abs(exponent) > _MAX_BITS:
        raise _NotANumberError
    return _bounded(base**exponent)


def _root(value: Fraction, degree: int) -> Fraction:
    r"""The exact root, or no number: `\sqrt{2}` stays text."""
    negative = value < 0
    if not 2 <= degree <= _MAX_ROOT or (negative and degree % 2 == 0):
        raise _NotANumberError
    upper = _integer_root(abs(value.numerator), degree)
    root = Fraction(upper, _integer_root(value.denominator, degree))
    return -root if negative else root


def _integer_root(value: int, degree: int) -> int:
    if degree == 2:
        root = math.isqrt(value)
    else:
        low, high = 0, 1 << (value.bit_length() // degree + 1)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if middle**degree < value else (low, middle)
        root = low
    if root**degree != value:
        raise _NotANumberError
    return root
