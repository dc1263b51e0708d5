r"""Give every argument of a LaTeX command its braces: `\frac12`, `\sqrt3`, `x^10`."""

import re
from dataclasses import dataclass

from tirkit.answers.normalize.dress import TEXT_MARK

_ARGUMENTS = {"\\frac": 2, "\\binom": 2, "\\sqrt": 1, "^": 1, "_": 1}
_WHOLE_NUMBERS = frozenset({"\\sqrt", "^"})
"""Commands behind which a bare number is meant whole: `2^10`, `\\sqrt12`."""
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SIGNED = re.compile(r"[-+](?:[0-9]+|[A-Za-z])")
_INDEX = re.compile(r"\[([^\[\]{}()]{1,20})\]")


@dataclass(slots=True)
class _Frame:
    closer: str
    """What ends it; "" for a command that is itself an argument and ends with its own last one."""
    missing: int = 0
    is_argument: bool = False
    command: str = ""


class _Bracer:
    def __init__(self, tokens: list[str]) -> None:
        self._text = "".join(tokens)
        self._starts = [0]
        for piece in tokens:
            self._starts.append(self._starts[-1] + len(piece))
        self._tokens = tokens
        self._place = 0
        self._kept: list[str] = []
        self._frames = [_Frame("end")]

    def run(self) -> str:
        while self._place < len(self._tokens):
            self._step(self._tokens[self._place])
        return "".join(self._kept)

    def _step(self, piece: str) -> None:
        frame = self._frames[-1]
        self._place += 1
        if frame.missing and piece in {" ", TEXT_MARK}:
            return
        if piece == "{" or (piece == "(" and self._takes_parenthesis(frame)):
            self._open(piece, frame)
        elif piece in _ARGUMENTS:
            self._command(piece, frame)
        elif piece == self._closer():
            self._close(piece)
        elif frame.missing:
            self._kept.append("{" + self._whole(piece, frame) + "}")
            self._filled()
        else:
            self._kept.append(piece)

    def _takes_parenthesis(self, frame: _Frame) -> bool:
        return (frame.missing > 0 and frame.command == "\\sqrt") or frame.closer == ")"

    def _open(self, piece: str, frame: _Frame) -> None:
        is_argument = frame.missing > 0
        self._kept.append("{" if is_argument else piece)
        self._frames.append(_Frame("}" if piece == "{" else ")", is_argument=is_argument))

    def _command(self, piece: str, frame: _Frame) -> None:
        if frame.missing and piece in "^_":  # x^^2: nothing that could be read
            frame.missing = 0
        if frame.missing:
            self._kept.append("{")
            frame = _Frame("")
            self._frames.append(frame)
        frame.missing, frame.command = _ARGUMENTS[piece], piece
        self._kept.append(piece)
        if piece == "\\sqrt":
            self._index()

    def _index(self) -> None:
        """The `[3]` of a root; a 2 says nothing."""
        start = self._starts[self._place]
        match = _INDEX.match(self._text, start)
        if match is not None:
            self._advance(match.end())
            if match[1] != "2":
                self._kept.append(match[0])

    def _whole(self, piece: str, frame: _Frame) -> str:
        """The argument that begins with `piece`: a number with all its digits, else one piece."""
        if frame.command not in _WHOLE_NUMBERS:
            return piece
        pattern = _SIGNED if frame.command == "^" and piece in "+-" else _NUMBER
        match = pattern.match(self._text, self._starts[self._place - 1])
        if match is None:
            return piece
        self._advance(match.end())
        return match[0]

    def _advance(self, end: int) -> None:
        while self._starts[self._place] < end:
            self._place += 1

    def _closer(self) -> str:
        """What would close the innermost frame that waits for a bracket."""
        return next(frame.closer for frame in reversed(self._frames) if frame.closer)

    def _close(self, piece: str) -> None:
        while not self._frames[-1].closer:
            self._frames.pop()
            self._kept.append("}")
        frame = self._frames.pop()
        self._kept.append("}" if frame.is_argument else piece)
        if frame.is_argument:
            self._filled()

    def _filled(self) -> None:
        """One argument of the innermost command is there; close those that are complete by it."""
        self._frames[-1].missing -= 1
        while not self._frames[-1].closer and not self._frames[-1].missing:
            self._frames.pop()
            self._kept.append("}")
            self._frames[-1].missing -= 1


def brace_arguments(tokens: list[str]) -> str:
    """The text of `tokens` with a pair of braces around every argument; one pass."""
    return _Bracer(tokens).run()
