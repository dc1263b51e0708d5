"""Bring an answer into one canonical form, without ever evaluating it.

Integers and exact rationals become `n` or `p/q` in lowest terms; everything else becomes cleaned
text. One linear pass over LaTeX tokens, then a handful of number patterns.
"""

import re
import unicodedata
from fractions import Fraction

MAX_ANSWER_CHARS = 2_000
"""Longer text is no answer a person would write; it is kept as it is."""
MAX_DIGITS = 320
"""Most digits (exponent included) of a decimal, and of each side of a fraction, computed with.

Twice this stays within the 640 digits that `int` converts whatever `sys.set_int_max_str_digits`
says. Plain integers are handled as text and have no such bound.
"""

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_WRAPPERS = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt)?|math(?:rm|bf|it|sf|tt)|[mhf]box|boxed|operatorname|boldsymbol|bm)"
)
_DROPPED = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|[!,()\[\]$])|\$", re.DOTALL
)
_SPACES = re.compile(r"\s+|~|\\(?:[ ;:>\n]|q?quad)")
_RENAMED = {"\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\cfrac": "\\frac", "\\%": "%"}
_CHARACTERS = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-") | {
    ord("\u2044"): "/",
    ord("\u2215"): "/",
    ord("\uff0f"): "/",
    ord("\uff0b"): "+",
    ord("\uff0e"): ".",
    ord("\uff0c"): ",",
    ord("\u066c"): ",",
    ord("\u066b"): ".",
    ord("\u00d7"): "\\times ",
    ord("\u00b0"): "^\\circ",
    ord("\u200b"): None,
    ord("\ufeff"): None,
    ord("\u2060"): None,
}

_DECIMAL = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
_SCIENTIFIC = rf"{_DECIMAL}(?:(?:[eE]|(?:\\times|\\cdot|\*) ?10\^)[{{]?[+-]?[0-9]+[}}]?)?"
_LABEL = re.compile(r"[A-Za-z]=(?=[-+.\\0-9])")
_UNIT = re.compile(r"(?:%|\^\{?\\circ\}?)$")
_NUMBER = re.compile(rf"([-+]?)({_SCIENTIFIC})")
_SLASHED = re.compile(rf"([-+]?)({_DECIMAL})/([-+]?)({_DECIMAL})")
_FRACTION = re.compile(
    rf"([-+]?)\\frac(?:\{{([-+]?)({_DECIMAL})\}}| ?()([0-9]))"
    rf"(?:\{{([-+]?)({_DECIMAL})\}}| ?()([0-9]))"
)
_CANONICAL_NUMBER = re.compile(
    rf"-?[0-9]+|-?[0-9]{{1,{MAX_DIGITS}}}/[1-9][0-9]{{0,{MAX_DIGITS - 1}}}"
)
_PARTS = re.compile(rf"({_DECIMAL})(?:[^0-9.,]+?(?:10\^)?[{{]?([+-]?[0-9]+)[}}]?)?")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_CAPITALISED = re.compile(r"[A-Z][a-z]+(?: [A-Za-z]+)*")


def normalize(text: str) -> str:
    """Canonical form of an answer: `n`, `p/q` in lowest terms, or cleaned text.

    A trailing percent or degree sign, a dollar sign and a label such as `x=` before a number are
    dropped, as the public graders do. Never raises, never evaluates; linear in the text. Applying
    it twice gives the same as once.
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) <= MAX_ANSWER_CHARS:
        return stripped.lstrip("0") or "0"
    if len(stripped) > MAX_ANSWER_CHARS:
        return stripped
    cleaned = _clean(stripped)
    number = _number(cleaned)
    if number is not None:
        return number
    return cleaned.lower() if _CAPITALISED.fullmatch(cleaned) else cleaned


def is_number(canonical: str) -> bool:
    """Whether a canonical form is an exact number; two of them are equal only as texts."""
    return _CANONICAL_NUMBER.fullmatch(canonical) is not None


def _clean(text: str) -> str:
    """Strip LaTeX dress, needless white space, braces around the whole and a final full stop."""
    bare = _undress(_ascii(text))
    closing = _closing_braces(bare)
    start, end = 0, len(bare)
    while start < end:
        if bare[start] == "{" and closing.get(start) == end - 1:
            start, end = start + 1, end - 1
        elif bare[end - 1] == "." and bare[start:end][-2:] != "..":
            end -= 1
        else:
            break
    return bare[start:end]


def _ascii(text: str) -> str:
    """Decimal digits, minus signs, slashes and the like of any script as ASCII."""
    if text.isascii():
        return text
    text = text.translate(_CHARACTERS)
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )


def _undress(text: str) -> str:
    """Drop text and font wrappers, sizing and spacing commands; one pass."""
    kept: list[str] = []
    wrapped: list[bool] = []  # one per open brace: was it a wrapper's?
    after_wrapper = spaced = False
    for piece in _TOKEN.findall(text):
        if _WRAPPERS.fullmatch(piece):
            after_wrapper = True
        elif _SPACES.fullmatch(piece):
            spaced = True
        elif not _DROPPED.fullmatch(piece):
            if not _is_brace_of_wrapper(piece, wrapped, after_wrapper=after_wrapper):
                _keep(piece, kept, spaced=spaced)
                spaced = False
            after_wrapper = False
    return "".join(kept)


def _is_brace_of_wrapper(piece: str, wrapped: list[bool], *, after_wrapper: bool) -> bool:
    """Keep `wrapped` in step with the braces; whether this one goes with its wrapper."""
    if piece == "{":
        wrapped.append(after_wrapper)
        return after_wrapper
    return piece == "}" and bool(wrapped) and wrapped.pop()


def _keep(piece: str, kept: list[str], *, spaced: bool) -> None:
    """Append a token, with a space before it where two words or numbers would run together."""
    if piece == "}" and kept[-2:] == ["{", ","]:  # 1{,}234
        kept[-2:] = [","]
        return
    piece = _RENAMED.get(piece, piece)
    if kept and kept[-1][-1].isalnum() and piece[0].isalnum():
        after_command = kept[-1][0] == "\\" and piece[0].isalpha()
        if spaced or after_command:
            piece = " " + piece
    kept.append(piece)


def _closing_braces(text: str) -> dict[int, int]:
    """Index of the closing brace for the index of every opening one that has it."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing


def _number(cleaned: str) -> str | None:
    """Canonical form of an exact number, or None if `cleaned` is none (or is out of bounds)."""
    bare = _UNIT.sub("", _LABEL.sub("", cleaned, count=1))
    if match := _NUMBER.fullmatch(bare):
        return _integer(match[1], match[2]) or _ratio(match[1], match[2], "1")
    if match := _SLASHED.fullmatch(bare):
        return _ratio(match[1] + match[3], match[2], match[4])
    if match := _FRACTION.fullmatch(bare):
        sign, upper_sign, upper, _, upper_digit, lower_sign, lower, _, lower_digit = match.groups()
        signs = sign + (upper_sign or "") + (lower_sign or "")
        return _ratio(signs, upper or upper_digit, lower or lower_digit)
    return None


def _integer(sign: str, digits: str) -> str | None:
    """Canonical integer by text alone, so that its length costs nothing; None if not plain."""
    whole, _, fraction = digits.replace(",", "").partition(".")
    if fraction.strip("0") or not whole.isdigit():
        return None
    whole = whole.lstrip("0")
    return ("-" if sign == "-" else "") + whole if whole else "0"


def _ratio(signs: str, upper: str, lower: str) -> str | None:
    """Canonical quotient of two unsigned numbers; None by zero or out of bounds."""
    numerator, denominator = _exact(upper), _exact(lower)
    if numerator is None or not denominator:
        return None
    value = str(numerator / denominator)
    if max(map(len, value.split("/"))) > MAX_DIGITS:
        return None
    return "-" + value if signs.count("-") % 2 and value != "0" else value


def _exact(number: str) -> Fraction | None:
    """Value of an unsigned decimal with an optional exponent; None beyond `MAX_DIGITS`."""
    match = _PARTS.fullmatch(number)
    if match is None:
        return None
    mantissa, power = match[1].replace(",", ""), match[2] or "0"
    if len(mantissa) > MAX_DIGITS or len(power) > 4:
        return None
    exponent = int(power)
    if len(mantissa) + abs(exponent) > MAX_DIGITS:
        return None
    return Fraction(f"0{mantissa}") * Fraction(10) ** exponent
