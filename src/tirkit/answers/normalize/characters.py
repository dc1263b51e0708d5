"""Characters of other scripts and typesetters as ASCII and LaTeX."""

import re
import unicodedata

from tirkit.answers.normalize.dress import TEXT_MARK

_NAMED = {
    "-": "\u2212\u2010\u2011\u2012\u2013\ufe63",
    "/": "\u2044\u2215\u00f7",
    "'": "\u2018\u2019\u00b4",
    ", ": "\u060c\u3001",
    ",": "\u066c",
    ".": "\u066b\u3002",
    "[": "\u3010",
    "]": "\u3011",
    "\\langle ": "\u27e8\u3008\u2329",
    "\\rangle ": "\u27e9\u3009\u232a",
    "\\cdot ": "\u00b7\u22c5\u2219",
    "\\times ": "\u00d7",
    "^{\\circ}": "\u00b0\u00ba",
    "^{\\circ}C ": "\u2103",
    "^{\\circ}F ": "\u2109",
    "\\pi ": "\u03c0\U0001d70b",
    "\\infty ": "\u221e",
    "\\emptyset ": "\u2205\u00d8",
    "\\cup ": "\u222a",
    "\\cap ": "\u2229",
    "\\in ": "\u2208",
    "\\pm ": "\u00b1",
    "\\leq ": "\u2264\u2a7d",
    "\\geq ": "\u2265\u2a7e",
    "\\neq ": "\u2260",
    "\\approx ": "\u2248\u2245\u2243",
    "\\sqrt ": "\u221a",
    "\\sqrt[3] ": "\u221b",
    "\\sqrt[4] ": "\u221c",
    "\\theta ": "\u03b8",
    "\\alpha ": "\u03b1",
    "\\beta ": "\u03b2",
    "\\gamma ": "\u03b3",
    "\\lambda ": "\u03bb",
    "\\mu ": "\u00b5\u03bc",
    "\\phi ": "\u03c6\u03d5",
    "\\omega ": "\u03c9",
    "\\ldots ": "\u2026\u22ef",
    "\u00a5": "\uffe5",
    "\u00a3": "\uffe1",
    "": "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f" + TEXT_MARK,
}
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_CHARACTERS = _FULL_WIDTH | {
    ord(character): replacement for replacement, row in _NAMED.items() for character in row
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+")
_LOWERED = re.compile("[₀-₉]+")
_VULGAR = re.compile("[¼½¾⅐-⅞]")
_GROUPED = re.compile(r"(?<![0-9A-Za-z_'.])[0-9]{1,3}(?:([_'])[0-9]{3})(?:\1[0-9]{3})*(?![0-9_'{])")
_SPELLED = re.compile(  # sec is a unit far more often
    r"(?<![A-Za-z\\])(pi|sqrt|infinity|infty|(?:arc)?(?:sin|cos|tan)|(?:sin|cos|tan)h|cot|csc"
    r"|log|ln|exp)(?![A-Za-z])"
)
_SPELLINGS = {"infinity": "\\infty "}


def to_ascii(text: str) -> str:
    """Digits, signs, letters and roots of any script in one spelling; one pass each."""
    if not text.isascii():
        text = _RAISED.sub(lambda match: f"^{{{match[0].translate(_SUPERSCRIPTS)}}}", text)
        text = _LOWERED.sub(_subscript, text)
        text = _VULGAR.sub(_vulgar_fraction, text)
        text = text.translate(_CHARACTERS)
        text = "".join(
            str(unicodedata.decimal(character)) if character.isdecimal() else character
            for character in text
        )
    text = _GROUPED.sub(lambda match: match[0].replace(match[1], ""), text)
    return _SPELLED.sub(lambda match: _SPELLINGS.get(match[1], f"\\{match[1]} "), text)


def _subscript(match: re.Match[str]) -> str:
    digits = "".join(str(unicodedata.digit(character)) for character in match[0])
    return f"_{{{digits}}}"


def _vulgar_fraction(match: re.Match[str]) -> str:
    r"""`½` as `\frac{1}{2}`; the one-sided `⅟` does not stand in this range."""
    upper, _, lower = unicodedata.normalize("NFKD", match[0]).partition("\u2044")
    return f"\\frac{{{upper}}}{{{lower}}}"
