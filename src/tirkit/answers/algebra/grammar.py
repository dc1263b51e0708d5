"""Reads simple expressions into trees; None for all that is not plainly one."""

import re
from collections.abc import Callable
from typing import NamedTuple

from tirkit.answers.readable import FUNCTIONS, GREEK

MAX_CHARS = 200
MAX_DEPTH = 12
MAX_DIGITS = 60
MAX_POWER = 99_999
MAX_ROOT = 12


class Node(NamedTuple):
    """A node of a tree.

    Attributes:
        kind: number, letter, sum, product, minus, quotient, power, root or ln.
        parts: what it is made of; of a quotient the upper and the lower.
        text: of a number or a letter.
        exponent: of a power or a root.
    """

    kind: str
    parts: "tuple[Node, ...]" = ()
    text: str = ""
    exponent: int = 0


_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|[-+*/^(){}\[\]]| +")
_TIMES = frozenset({"*", "\\cdot", "\\times"})
_ENDS = frozenset({"", "+", "-", ")", "}"})
_CONSTANTS = frozenset("eEiId")
"""Letters that are, or in a product may be, no variable."""


class _NotSimple(Exception):  # noqa: N818 - an outcome of reading
    pass


def parse(text: str) -> Node | None:
    """The tree of a simple expression, or None. Linear in the text."""
    if len(text) > MAX_CHARS:
        return None
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        if match[0][0] != " ":
            tokens.append(match[0])
    try:
        return _Reader(tokens).whole()
    except _NotSimple:
        return None


class _Reader:
    """Recursive descent, as deep as the brackets are."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._depth = 0
        self._commands: dict[str, Callable[[], Node]] = {
            "\\frac": self._fraction,
            "\\sqrt": self._root,
            "\\ln": self._logarithm,
            "\\pi": lambda: Node("letter", text="\\pi"),
        }

    def whole(self) -> Node:
        tree = self._sum()
        if self._peek():
            raise _NotSimple
        return tree

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _NotSimple
        parts: list[Node] = []
        while True:
            sign = self._next() if self._peek() in {"+", "-"} else ""
            part = self._term()
            parts.append(Node("minus", (part,)) if sign == "-" else part)
            if self._peek() not in {"+", "-"}:
                break
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Node("sum", tuple(parts))

    def _term(self) -> Node:
        """A product; what follows a slash must be all of the divisor, or it could be read so."""
        parts = [self._factor(beside="")]
        while (token := self._peek()) not in _ENDS:
            if token == "/":  # noqa: S105 - a sign
                self._next()
                divisor = self._factor(beside="")
                if self._peek() not in _ENDS:
                    raise _NotSimple
                return Node("quotient", (Node("product", tuple(parts)), divisor))
            if token in _TIMES:
                self._next()
                parts.append(self._factor(beside=""))
            else:
                parts.append(self._factor(beside=self._tokens[self._at - 1]))
        return parts[0] if len(parts) == 1 else Node("product", tuple(parts))

    def _factor(self, beside: str) -> Node:
        """One factor with its power; `beside` is the token it directly follows, if any."""
        token = self._next()
        if beside and self._is_unclear(beside, token):
            raise _NotSimple
        base = self._base(token)
        if self._peek() != "^":
            return base
        self._next()
        return Node("power", (base,), exponent=self._power())

    def _is_unclear(self, one: str, other: str) -> bool:
        """Whether two things side by side may be no product: 2 3, x2, mixed numbers, f(x)."""
        called = (
            one.isalpha() and other == "(" and self._tokens[self._at + 1 : self._at + 2] == [")"]
        )
        mixed = one.isdigit() and other == "\\frac"
        return other[:1].isdigit() or mixed or called

    def _base(self, token: str) -> Node:
        if token[:1].isdigit():
            if len(token) > MAX_DIGITS:
                raise _NotSimple
            return Node("number", text=token)
        if token.isalpha():
            return self._letters(token)
        if token in {"(", "{"}:
            return self._inside(token)
        command = self._commands.get(token)
        if command is None:
            raise _NotSimple
        return command()

    def _letters(self, token: str) -> Node:
        """A letter; of several the rest is read again, so that a power takes the last alone."""
        if len(token) > 3 or token in FUNCTIONS or token in GREEK or set(token) & _CONSTANTS:
            raise _NotSimple
        if len(token) > 1:
            self._at -= 1
            self._tokens[self._at : self._at + 1] = list(token)
            self._at += 1
        return Node("letter", text=token[0])

    def _inside(self, opening: str) -> Node:
        tree = self._sum()
        if self._next() != {"(": ")", "{": "}"}[opening]:
            raise _NotSimple
        return tree

    def _group(self) -> Node:
        if self._next() != "{":
            raise _NotSimple
        return self._inside("{")

    def _fraction(self) -> Node:
        upper = self._group()
        return Node("quotient", (upper, self._group()))

    def _root(self) -> Node:
        degree = 2
        if self._peek() == "[":
            self._next()
            degree = self._whole_number(MAX_ROOT)
            if self._next() != "]" or degree < 2:
                raise _NotSimple
        return Node("root", (self._group(),), exponent=degree)

    def _logarithm(self) -> Node:
        """Only of one number or of a group, and nothing beside it that might belong to it."""
        token = self._next()
        if token[:1].isdigit():
            argument = self._base(token)
        elif token in {"(", "{"}:
            argument = self._inside(token)
        else:
            raise _NotSimple
        if self._peek() not in _ENDS:
            raise _NotSimple
        return Node("ln", (argument,))

    def _power(self) -> int:
        """A whole number in braces, or one digit."""
        if self._peek() == "{":
            self._next()
            sign = -1 if self._peek() == "-" else 1
            if sign < 0:
                self._next()
            power = sign * self._whole_number(MAX_POWER)
            if self._next() != "}":
                raise _NotSimple
        else:
            power = self._whole_number(9)
        if self._peek() == "^":
            raise _NotSimple
        return power

    def _whole_number(self, most: int) -> int:
        token = self._next()
        if not token.isdigit() or len(token) > len(str(most)) or int(token) > most:
            raise _NotSimple
        return int(token)
