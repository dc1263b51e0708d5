"""Which texts may be handed to the symbolic parser at all. Pure text, linear, no evaluation.

A white list: what it does not name is refused, and the pair is UNKNOWN without a child being asked.
The child asks again before it parses, so a caller cannot pass it by.
"""

import re

MAX_CHARS = 400
"""Longest text that is parsed; answers a person would write are a tenth of it."""
MAX_DEPTH = 16
"""Deepest nesting of brackets and of groups."""
MAX_DIGITS = 320
"""Longest run of digits, as for exact decimals."""
MAX_EXPONENT_DIGITS = 5
"""Longest number in an exponent."""
MAX_TOWER = 2
"""Most powers inside one another's exponents."""
MAX_WORD = 3
"""Longest run of bare letters read as a product of variables; a longer one is a word."""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


FUNCTIONS = _words(
    "sqrt sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp max min"
)
GREEK = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi",
    "pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi",
    "Psi Omega",
)
COMMANDS = (
    FUNCTIONS
    | GREEK
    | _words(
        "frac binom cdot times div pm infty cup cap setminus in le leq ge geq ne neq lt gt",
        "lfloor rfloor lceil rceil lvert rvert vert mathbb emptyset varnothing circ degree",
        "begin end overline bar vec",
    )
)
ENVIRONMENTS = _words("matrix pmatrix bmatrix Bmatrix vmatrix")
SYMBOLS = {
    "π": r"\pi ",
    "∞": r"\infty ",
    "√": r"\sqrt ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∈": r"\in ",
    "·": r"\cdot ",
    "×": r"\times ",
    "÷": r"\div ",
    "±": r"\pm ",
    "∅": r"\emptyset ",
    "θ": r"\theta ",
    "α": r"\alpha ",
    "β": r"\beta ",
}
"""Characters that are written as a command for the parser."""

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]+|[0-9]+|.", re.DOTALL)
_PLAIN = frozenset("+-*/^_=<>!|()[]{}.,;:&% ")
_ESCAPED = frozenset((r"\{", r"\}", r"\\", r"\ ", r"\,", r"\;", r"\!", r"\|", r"\%"))
_OPENING = frozenset(("{", "(", "[", r"\{"))
_CLOSING = frozenset(("}", ")", "]", r"\}"))
_ENVIRONMENT = re.compile(r"\\(?:begin|end) ?(?:\{([A-Za-z]*)\})?")
_NUMBERS_SET = re.compile(r"\\mathbb ?(?:\{([A-Za-z]*)\}|([A-Za-z]))?")
_SCIENTIFIC = re.compile(r"[0-9]\.?[eE][+-]?[0-9]")
"""In bounds it is a canonical number; the grammar would read a product with e."""
_SIDE_BY_SIDE = re.compile(r"(?<![_^0-9])[0-9]+ +\.?[0-9]")


def unreadable(text: str) -> str:
    """Why `text` must not be parsed, in words; "" if it may."""
    if len(text) > MAX_CHARS:
        return f"longer than {MAX_CHARS} characters"
    for match in _ENVIRONMENT.finditer(text):
        if match[1] not in ENVIRONMENTS:
            return f"environment {match[1]!r}"
    for match in _NUMBERS_SET.finditer(text):
        if (match[1] or match[2]) not in {"N", "Z", "Q", "R", "C"}:
            return "no set of numbers"
    if _SIDE_BY_SIDE.search(text):
        return "two numbers side by side"
    if _SCIENTIFIC.search(text):
        return "a power of ten out of bounds"
    bare = _NUMBERS_SET.sub(" ", _ENVIRONMENT.sub(" ", text))
    tokens = _TOKEN.findall(bare)
    return next(filter(None, map(_refused, tokens)), "") or _structure(tokens)


def _refused(token: str) -> str:
    """Why this token is not admitted, or ""."""
    if token[0] == "\\":
        return "" if token[1:] in COMMANDS or token in _ESCAPED else f"command {token[:20]!r}"
    if token.isascii() and token.isalpha():
        known = len(token) <= MAX_WORD or token in FUNCTIONS
        return "" if known else f"the word {token[:20]!r}"
    if token.isascii() and token.isdigit():
        return "" if len(token) <= MAX_DIGITS else f"a number of {len(token)} digits"
    return "" if token in _PLAIN or token in SYMBOLS else f"character {token!a}"


def _structure(pieces: list[str]) -> str:
    """Why the nesting, the powers or the exponents are too much, or ""."""
    opened: list[bool] = []  # one per open bracket: is it an exponent's?
    after_caret = False
    for piece in pieces:
        if piece == " ":
            continue
        if piece in _OPENING:
            opened.append(after_caret)
            if len(opened) > MAX_DEPTH:
                return f"nested deeper than {MAX_DEPTH}"
        elif piece in _CLOSING:
            if opened:
                opened.pop()
        elif piece.isdigit() and len(piece) > MAX_EXPONENT_DIGITS and (after_caret or any(opened)):
            return f"an exponent of {len(piece)} digits"
        after_caret = piece == "^" or (after_caret and piece in {"-", "+"})
        if piece == "^" and sum(opened) >= MAX_TOWER:
            return f"more than {MAX_TOWER} powers inside one another"
    return ""
