r"""Small expressions in one spelling: signs before fractions, `a/b` as a fraction, `2\pi`."""

import re

from tirkit.answers.normalize.dress import TEXT_MARK

_SYMBOL = r"(?:\\sqrt(?:\[[^\]]{1,20}\])?\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z])"
_SLASHED = re.compile(rf"(-?)([0-9.]*{_SYMBOL}|[0-9.]+|\([^()]*\))/({_SYMBOL}|[0-9.]+|\([^()]*\))")
_PLAIN = re.compile(r"[0-9.]+")
_NEGATIVE_UPPER = re.compile(
    r"(-?)\\frac\{-([^-+{}]*(?:\{[^{}]*\}[^-+{}]*)?)\}(\{(?:[^{}]|\{[^{}]*\})*\})"
)
_NEEDLESS_DOT = re.compile(r"(?<=[0-9)}])\\cdot ?(?=\\sqrt|\\pi(?![A-Za-z])|[a-zA-Z](?![a-zA-Z]))")
_CAPITALISED = re.compile(r"[A-Z][a-z]+(?: [A-Za-z]+)*")
_KNOWN_WORDS = frozenset({"yes", "no", "true", "false", "none", "undefined", "infinity"})
_MARK_BETWEEN = re.compile(f"(?<=[A-Za-z0-9]){TEXT_MARK}(?=[A-Za-z0-9])")


def tidy(text: str) -> str:
    """The one spelling of what is no number and no structure."""
    text = _MARK_BETWEEN.sub(" ", text).replace(TEXT_MARK, "")
    if _CAPITALISED.fullmatch(text) or text.lower() in _KNOWN_WORDS:
        return text.lower()
    text = text.removeprefix("+").replace(", ", ",")
    text = _NEEDLESS_DOT.sub("", text)
    if match := _SLASHED.fullmatch(text):
        sign, upper, lower = match.groups()
        if not (_PLAIN.fullmatch(upper) and _PLAIN.fullmatch(lower)):
            text = f"{sign}\\frac{{{_bare(upper)}}}{{{_bare(lower)}}}"
    if match := _NEGATIVE_UPPER.fullmatch(text):
        return f"{'' if match[1] else '-'}\\frac{{{match[2]}}}{match[3]}"
    return text


def _bare(part: str) -> str:
    return part[1:-1] if part.startswith("(") else part
