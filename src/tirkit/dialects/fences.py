"""The grammar of Markdown fences, as models really write them."""

import re
from enum import Enum
from typing import NamedTuple

_MIN_LENGTH = 3
_CODE_WORD = re.compile(r"(?:i?python|py)(?:\d(?:\.\d+)?)?", re.IGNORECASE)
_WHOLE_LINE = re.compile(r"[ \t]*(`{3,}|~{3,})(.*)")
# A run is tried from its first character only and never given back: hostile lines stay linear.
_GLUED = re.compile(r"((?<!`)`{3,}+|(?<!~)~{3,}+)(\{?\w*+\}?)[ \t]*+$")


class FenceKind(Enum):
    """What a fence's info string announces."""

    BARE = "bare"
    """No info string: closes a block, or opens one of no known language."""
    CODE = "code"
    OUTPUT = "output"
    OTHER = "other"


class Fence(NamedTuple):
    """A run of backticks or tildes that may open or close a block.

    Attributes:
        kind: what follows it.
        char: the character it is made of.
        length: how many.
        column: where the run starts in its line.
        indent: white space before it; "" behind other text.
        glued: whether other text stands before it on the line.
    """

    kind: FenceKind
    char: str
    length: int
    column: int
    indent: str = ""
    glued: bool = False

    def can_close(self, opener: "Fence") -> bool:
        """Whether the run is of the opener's character and long enough to close it."""
        return self.char == opener.char and self.length >= opener.length

    def split(self, closer_length: int) -> "Fence":
        """The opening fence that is left when the run begins with a closing one glued to it.

        The whole run where it is too short to hold both.
        """
        left = self.length - closer_length
        if left < _MIN_LENGTH:
            return self
        return self._replace(length=left, column=self.column + closer_length, glued=True)


def find_fence(text: str) -> Fence | None:
    """The fence a line consists of, or the one glued to the end of its text.

    Indentation of any width counts: models nest blocks in lists. A fence behind other text may
    have one word behind it and nothing else, so that a mention inside a sentence is none.
    """
    if "```" not in text and "~~~" not in text:
        return None
    whole = _WHOLE_LINE.match(text)
    if whole is not None and not (whole[1][0] == "`" and "`" in whole[2]):
        run, info = whole[1], whole[2].strip()
        column = whole.start(1)
        return Fence(_kind(info), run[0], len(run), column, text[:column])
    glued = _GLUED.search(text)
    if glued is None:
        return None
    run = glued[1]
    return Fence(_kind(glued[2]), run[0], len(run), glued.start(1), glued=True)


def _kind(info: str) -> FenceKind:
    if not info:
        return FenceKind.BARE
    word = re.split(r"[\s,:;}{]", info.lstrip("{ ").removeprefix("."), maxsplit=1)[0]
    if _CODE_WORD.fullmatch(word):
        return FenceKind.CODE
    return FenceKind.OUTPUT if word.lower() == "output" else FenceKind.OTHER
