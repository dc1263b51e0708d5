"""From canonical text to sympy objects, through math-verify's LaTeX grammar and nothing else."""

import re
from functools import lru_cache
from typing import Any

from latex2sympy2_extended.latex2sympy2 import (
    ConversionConfig,
    NormalizationConfig,
    _Latex2Sympy,
    normalize_latex,
)
from math_verify.grader import should_treat_as_complex
from sympy import Basic, Derivative, I, MatrixBase, Rational, Symbol

from tirkit.answers.readable import FUNCTIONS, GREEK, SYMBOLS, unreadable

MAX_EXPONENT = 4_000
"""Largest power of ten a number may be written with."""
_TIDY = NormalizationConfig(
    basic_latex=True, units=False, malformed_operators=True, nits=False, boxed="none"
)
_CONVERSION = ConversionConfig(lowercase_symbols=False)
_NUMBER = re.compile(r"([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,5}))?")
_BARE_COMMAND = re.compile(
    rf"(?<![\\A-Za-z])({'|'.join(sorted(FUNCTIONS | (GREEK - {'xi'}), key=len, reverse=True))})"
    r"(?![A-Za-z])"
)
_COMMA = re.compile(r",(?=[0-9])")
_PAIRS = re.compile(r"\\(?:left|right)\b")
_ROOT_SIGN = re.compile(r"√ ?([0-9]+)")
_ROUND_ARGUMENT = re.compile(r"(?:\\sqrt|\^) ?\(")


class UnreadableError(ValueError):
    """The text is not what the grammar, or this reader, understands."""


class _Grammar(_Latex2Sympy):  # type: ignore[misc]
    """The grammar's reader, with exact numbers and without its guesses about juxtaposition."""

    def parse_number(self, text: str) -> Rational:
        """A decimal as the rational it is; the original evaluates the string."""
        match = _NUMBER.fullmatch(text.strip())
        if match is None or not (match[1] or match[2]):
            raise UnreadableError("no number")
        exponent = int(match[3] or "0") - len(match[2] or "")
        if abs(exponent) > MAX_EXPONENT:
            raise UnreadableError("an exponent out of bounds")
        digits = int((match[1] or "") + (match[2] or ""))
        return Rational(digits) * Rational(10) ** exponent

    def convert_postfix_list(self, arr: list[Any], i: int = 0) -> Basic | MatrixBase:
        r"""A product of what stands side by side; `2\frac{1}{3}` alone is a mixed number.

        The original also adds in `2(3)`.
        """
        here = arr[i].getText()
        first = self.convert_postfix(arr[i])
        if isinstance(first, list):
            raise UnreadableError("a derivative")
        if i == len(arr) - 1:
            return first
        rest = self.convert_postfix_list(arr, i + 1)
        if any(getattr(part, "is_Matrix", False) for part in (first, rest)):
            return self.mat_mul_flat(first, rest)
        mixed = here.isdigit() and i == len(arr) - 2 and arr[i + 1].getText().startswith("\\frac")
        if mixed and rest.is_Rational and rest.q > 1:
            return first + rest
        return self.mul_flat(first, rest)


@lru_cache(maxsize=512)
def read(text: str) -> Basic | MatrixBase:
    """The object that `text` writes; decimals are exact, `i` is the imaginary unit.

    Raises:
        UnreadableError: the text is not admitted.
        Exception: whatever the grammar says of text it does not understand.
    """
    if reason := unreadable(text):
        raise UnreadableError(reason)
    latex = _latex(text)
    real = None if should_treat_as_complex(latex) else True
    value = _Grammar(is_real=real, convert_degrees=True, config=_CONVERSION).parse(latex)
    if not isinstance(value, Basic | MatrixBase) or value.has(Derivative):
        raise UnreadableError("no single expression")
    letter = Symbol("i", real=real)
    return value.xreplace({letter: I}) if letter in value.free_symbols else value


def _latex(text: str) -> str:
    """The text in the dialect of LaTeX that the grammar knows."""
    text = _ROOT_SIGN.sub(r"\\sqrt{\1}", text)
    for character, command in SYMBOLS.items():
        text = text.replace(character, command)
    text = _BARE_COMMAND.sub(r"\\\1 ", text.replace("**", "^"))
    latex: str = normalize_latex(_braced(_PAIRS.sub("", text)), _TIDY)
    return _COMMA.sub(", ", latex)


def _braced(text: str) -> str:
    r"""`\sqrt(...)` and `^(...)` with braces; math-verify's own repair ends at the first `)`."""
    at = 0
    while match := _ROUND_ARGUMENT.search(text, at):
        at, depth = match.end(), 0
        for end in range(at - 1, len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 0:
                text = f"{text[: at - 1]}{{{text[at:end]}}}{text[end + 1 :]}"
                break
    return text
