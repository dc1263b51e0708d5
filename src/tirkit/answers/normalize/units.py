"""Take units off a number, and labels such as `x =` from before it."""

import re

from tirkit.answers.normalize import quantity_words as words
from tirkit.answers.normalize.dress import TEXT_MARK

_TOKEN = re.compile(
    r"\^\{(?:\\circ|-?[0-9o])\}|\^\\circ|\\[A-Za-z]+|\\.|[A-Za-z]+|[\u4e00-\u9fff]+|.", re.DOTALL
)
_CONSTANT = re.compile(
    r"(?=.*(?:[0-9]|\\pi))(?:[-+0-9.,/(){}\[\]^! ]|\\(?:frac|sqrt|pi|cdot|pm)(?![A-Za-z])"
    r"|(?<=[0-9])[eE](?=[-+]?[0-9]))+"
)
_CONSTANT_END = re.compile(r"[0-9.)}]|\\pi")
_EXPONENTS = frozenset({"^{2}", "^{3}", "^{-1}", "^{-2}"})
_DEGREES = frozenset({"^{\\circ}", "^\\circ", "^{o}", "^{0}"})
_SIGNS = frozenset({"%", "\u20ac", "\u00a3", "\u00a5", "\u20b9"}) | _DEGREES - {"^{0}"}
_SPACES = frozenset({" ", TEXT_MARK})
_CHINESE = re.compile("(?:每)?(?:" + "|".join(words.CHINESE) + ")+")
_CHINESE_END = re.compile("(?:" + "|".join(words.CHINESE) + ")$")
_MONEY_BEFORE = re.compile(
    r"\A([-+]?)(?:US|USD|RMB|CNY|EUR|GBP|HK|Rs\.?|[\u20ac\u00a3\u00a5\u20b9])\s*(?=[-+]?[.0-9])"
)
_VARIABLE = r"(?:[A-Za-z]|\\[A-Za-z]+)(?:_\{[A-Za-z0-9]{1,4}\}|_[A-Za-z0-9])?'?"
_LABEL = re.compile(rf"({_VARIABLE})(?:=|\\approx ?|\\equiv ?|\\in(?![A-Za-z]) ?)")
_FUNCTION_LABEL = re.compile(r"\([A-Za-z](?:,[A-Za-z])+\)(?:=|\\in(?![A-Za-z]))")
_SAYS_NOTHING = re.compile(r"(?:=|\\approx(?![A-Za-z]) ?)+")


def is_constant(text: str) -> bool:
    """Whether `text` is built of numbers, roots and pi alone, at least one of them."""
    return _CONSTANT.fullmatch(text) is not None


def split_label(text: str) -> tuple[str, str]:
    r"""The variable that `text` says the value of, or "", and the value.

    `x=5` and `x\in[1,2]` are labelled; `y=2x+3` is an equation and stays whole. `(x,y)=(1,2)` and
    `=5` lose what stands before the value.
    """
    if match := _SAYS_NOTHING.match(text):
        text = text[match.end() :]
    if match := _FUNCTION_LABEL.match(text):
        return "", text[match.end() :]
    if match := _LABEL.match(text):
        value = text[match.end() :]
        if match[0].rstrip().endswith("\\in") or _is_value(value):
            return match[1], value
    return "", text


def _is_value(text: str) -> bool:
    if is_constant(text) or text.lstrip("+-") in {"\\infty", "\\emptyset"}:
        return True
    if text.startswith(("(", "[", "\\{", "\\begin{", "\\$")):
        return "=" not in text
    return is_constant(strip_units(text))


def strip_units(text: str) -> str:
    """`text` without what stands behind (or, of money, before) a constant; else unchanged."""
    text = _MONEY_BEFORE.sub(r"\1", text, count=1)
    tokens = _TOKEN.findall(text)
    left = _Units(tokens).left()
    if left == len(tokens):
        return text
    quantity = "".join(tokens[:left]).rstrip(" " + TEXT_MARK)
    return quantity if is_constant(quantity) and _ends_constant(quantity) else text


def _ends_constant(quantity: str) -> bool:
    return quantity.endswith("\\pi") or _CONSTANT_END.fullmatch(quantity[-1]) is not None


class _Units:
    """Reads units from the right end of the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def left(self) -> int:
        """How many tokens stand before the units."""
        place = settled = len(self._tokens)
        while place:
            place = self._before_spaces(place)
            taken = self._unit(place)
            if taken:
                place = settled = place - taken
            elif settled < len(self._tokens) and self._joins(place):
                place -= 1
                word = self._tokens[place]
                settled = place if word in words.LINKS else settled
            else:
                break
        return settled

    def _before_spaces(self, place: int) -> int:
        while place and self._tokens[place - 1] in _SPACES:
            place -= 1
        return place

    def _unit(self, place: int) -> int:
        """How many tokens before `place` are one unit; 0 for none."""
        if not place:
            return 0
        piece = self._tokens[place - 1]
        if piece in _SIGNS or _CHINESE.fullmatch(piece):
            return 1
        if piece in _EXPONENTS:
            raised = place > 1 and self._tokens[place - 2].isalpha()
            return 2 if raised and self._word(self._tokens[place - 2], place - 1) == 1 else 0
        return self._word(piece, place)

    def _word(self, piece: str, place: int) -> int:
        if piece == "." and place > 1:  # abbreviated
            return 2 if self._tokens[place - 2].lower() in {"in", "ft", "lbs", "oz", "sq"} else 0
        if piece in {"C", "F", "K"}:
            before = self._before_spaces(place - 1)
            if before and self._tokens[before - 1] in _DEGREES:
                return place - before + 1
        if piece.lower() in words.WORDS:
            return 1
        return 1 if self._is_letter_unit(piece, place) else 0

    def _is_letter_unit(self, piece: str, place: int) -> bool:
        before = self._tokens[place - 2] if place > 1 else ""
        if before == "/":
            above = self._tokens[self._before_spaces(place - 2) - 1] if place > 2 else ""
            known = above.lower() in words.WORDS or above in words.SPACED
            return piece in words.SPACED and (known or above in _EXPONENTS)
        if piece in words.SPACED:
            return before in _SPACES
        return piece in words.UPRIGHT and before == TEXT_MARK

    def _joins(self, place: int) -> bool:
        if not place:
            return False
        word = self._tokens[place - 1]
        return word in {"/", "\\cdot"} or word in words.LINKS


def strip_word(text: str) -> str:
    """`text` without the unit behind words such as `twenty dollars`; else unchanged."""
    bare = text.replace(TEXT_MARK, " ")
    head, space, last = bare.rpartition(" ")
    if space and last.lower() in words.WORDS:
        return head
    match = _CHINESE_END.search(bare)
    return bare[: match.start()] if match else text
