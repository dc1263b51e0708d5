"""Take the LaTeX dress off: wrappers, sizing and spacing, and one name for one thing."""

import re

TEXT_MARK = "\ue000"
"""Stands where a text wrapper began behind a number, so that a unit is told from a variable."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\*\*|\s+|.", re.DOTALL)
_WRAPPERS = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt|up|normal)?|math(?:rm|bf|it|sf|tt|normal)|[mhf]box|boxed"
    r"|operatorname\*?|boldsymbol|bm|underline|emph)"
)
_UPRIGHT = re.compile(r"\\(?:text[a-z]*|mathrm|[mh]box|operatorname\*?)")
_DROPPED = re.compile(
    r"\\(?:left|right|middle|[bB]igg?[lrm]?|displaystyle|textstyle|limits|[!,()\[\]$])|\$",
    re.DOTALL,
)
_SPACES = re.compile(r"\s+|~|\\(?:[ ;:>\n]|q?quad|thinspace|enspace|space)")
_RENAMED = {
    "\\dfrac": "\\frac",
    "\\tfrac": "\\frac",
    "\\cfrac": "\\frac",
    "\\dbinom": "\\binom",
    "\\tbinom": "\\binom",
    "\\%": "%",
    "\\lbrace": "\\{",
    "\\rbrace": "\\}",
    "\\lbrack": "[",
    "\\rbrack": "]",
    "\\lt": "<",
    "\\gt": ">",
    "\\le": "\\leq",
    "\\leqslant": "\\leq",
    "\\ge": "\\geq",
    "\\geqslant": "\\geq",
    "\\ne": "\\neq",
    "\\varnothing": "\\emptyset",
    "\\dots": "\\ldots",
    "\\cdots": "\\ldots",
    "\\times": "\\cdot",
    "\\ast": "\\cdot",
    "*": "\\cdot",
    "\\div": "/",
    "\\slash": "/",
    "\\colon": ":",
    "**": "^",
    "\\degree": "\\circ",
    "\\degrees": "\\circ",
}
_BEFORE_UNIT = frozenset("})]%")


def undress(text: str) -> list[str]:
    """Tokens of `text` without its dress; a space token stays only where it tells things apart."""
    kept: list[str] = []
    wrapped: list[bool] = []  # one per open brace: was it a wrapper's?
    after_wrapper = spaced = marked = False
    for piece in _TOKEN.findall(text):
        if _WRAPPERS.fullmatch(piece):
            after_wrapper = True
            marked = _UPRIGHT.fullmatch(piece) is not None
        elif _SPACES.fullmatch(piece):
            spaced = True
        elif not _DROPPED.fullmatch(piece):
            if not _is_brace_of_wrapper(piece, wrapped, after_wrapper=after_wrapper):
                _keep(_RENAMED.get(piece, piece), kept, spaced=spaced, marked=marked)
                spaced = marked = False
            after_wrapper = False
    return kept


def _is_brace_of_wrapper(piece: str, wrapped: list[bool], *, after_wrapper: bool) -> bool:
    """Keep `wrapped` in step with the braces; whether this one goes with its wrapper."""
    if piece == "{":
        wrapped.append(after_wrapper)
        return after_wrapper
    return piece == "}" and bool(wrapped) and wrapped.pop()


def _keep(piece: str, kept: list[str], *, spaced: bool, marked: bool) -> None:
    """Append a token, with what must stand before it so that nothing runs together."""
    if piece == "}" and kept[-2:] == ["{", ","]:  # 1{,}234
        kept[-2:] = [","]
        return
    if piece == "\\circ" and kept[-1:] not in (["^"], ["{"]):  # \degree
        kept.append("^")
    if kept:
        before = kept[-1]
        if marked and piece[0].isalpha() and (before[-1].isalnum() or before[-1] in _BEFORE_UNIT):
            kept.append(TEXT_MARK)
        elif before == "," and spaced:
            kept.append(" ")
        elif before[-1].isalnum() and piece[0].isalnum():
            after_command = before[0] == "\\"
            if piece[0].isalpha() if after_command else spaced:
                kept.append(" ")
    kept.append(piece)
