"""Cuts a text into the code a model wrote and what it was shown.

Blocks end where the program that wrote them let them end: at the first closing mark, also inside a
string. What that program ran is wanted, not what the model may have meant.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tirkit.bench.rerun.error_text import read_shown
from tirkit.bench.rerun.traces import Ended, RecordedCell

_BETWEEN = re.compile(
    r"(?:\s|<\|(?:im_end|eom_id|eot_id|call)\|>|<\|im_start\|>(?:user|tool|assistant))*+"
)
"""What may stand between code and its output: white space and the ends of messages."""

_STATUS = re.compile(r"\s*(completed|error|timeout|failed)\b")
_STREAMS = tuple(
    re.compile(rf"^\[{name}\]\n(.*?)\n?\[/{name}\]", re.DOTALL | re.MULTILINE)
    for name in ("stdout", "stderr")
)
_ARGUMENTS = ("code", "script", "source", "python", "input", "command")


@dataclass(frozen=True, slots=True)
class CodeMarks:
    """What stands around code, as regular expressions; `^` is the beginning of a line.

    Attributes:
        open: begins it.
        close: ends it.
        as_json: whether it may stand in the arguments of a tool call, a JSON object.
    """

    open: str
    close: str
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class OutputMarks:
    """What stands around an output, as regular expressions; `^` is the beginning of a line.

    Attributes:
        open: begins it.
        close: ends it.
        in_streams: whether a word of how the code ended stands first, then [stdout] and [stderr].
    """

    open: str
    close: str
    in_streams: bool = False


@dataclass(frozen=True)
class Grammar:
    """The marks a form may use.

    Attributes:
        codes: around code; the first that opens counts.
        outputs: around an output, which stands right behind its code.
    """

    codes: tuple[CodeMarks, ...]
    outputs: tuple[OutputMarks, ...]

    @cached_property
    def _code_open(self) -> re.Pattern[str]:
        return _any_of(marks.open for marks in self.codes)

    @cached_property
    def _output_open(self) -> re.Pattern[str]:
        return _any_of(marks.open for marks in self.outputs)

    def cells(self, text: str) -> Iterator[RecordedCell]:
        """The cells of a text in order; code without an end is the last one and was not run."""
        text = text.replace("\r\n", "\n")
        place = 0
        while (opened := self._code_open.search(text, place)) is not None:
            marks = self.codes[_number(opened)]
            end = re.compile(marks.close, re.MULTILINE).search(text, opened.end())
            if end is None:
                yield RecordedCell(text[opened.end() :].strip("\n"), ended=Ended.NOT_RUN)
                return
            code = _code(text[opened.end() : end.start()], as_json=marks.as_json)
            cell, place = self._output(code, text, end.end())
            yield cell

    def _output(self, code: str, text: str, place: int) -> tuple[RecordedCell, int]:
        """The cell with the output behind it, if there is one, and where the text goes on."""
        between = _BETWEEN.match(text, place)
        opened = self._output_open.match(text, between.end() if between else place)
        if opened is None:
            return RecordedCell(code), place
        marks = self.outputs[_number(opened)]
        end = re.compile(marks.close, re.MULTILINE).search(text, opened.end())
        shown = text[opened.end() : end.start() if end else len(text)]
        cell = read_streams(code, shown) if marks.in_streams else read_shown(code, shown)
        return cell, end.end() if end else len(text)


def read_streams(code: str, shown: str) -> RecordedCell:
    """A cell whose output is in streams."""
    status = _STATUS.match(shown)
    found = (stream.search(shown) for stream in _STREAMS)
    cell = read_shown(code, "\n".join(match[1] for match in found if match is not None))
    word = status[1] if status else ""
    ended = Ended.TIMED_OUT if word == "timeout" else cell.ended
    if word in {"error", "failed"} and ended is Ended.OK:
        ended = Ended.ERROR
    return RecordedCell(code, cell.output, cell.error, ended)


def arguments_code(arguments: object) -> str | None:
    """The code in the arguments of a tool call, an object or its JSON; None if there is none."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return None
    if not isinstance(arguments, dict):
        return None
    texts = (arguments.get(name) for name in _ARGUMENTS)
    return next((text for text in texts if isinstance(text, str)), None)


def _code(text: str, *, as_json: bool) -> str:
    """The code between two marks: as it stands, or out of the arguments of a tool call."""
    bare = text.strip("\n")
    if not as_json or not bare.lstrip().startswith("{"):
        return bare
    try:
        call = json.loads(bare)
    except (ValueError, RecursionError):
        return bare
    arguments = call.get("arguments", call.get("parameters")) if isinstance(call, dict) else None
    found = arguments_code(arguments)
    return bare if found is None else found


def _any_of(patterns: Iterator[str]) -> re.Pattern[str]:
    """One pattern whose only groups say which of the patterns was found."""
    return re.compile("|".join(f"({pattern})" for pattern in patterns), re.MULTILINE)


def _number(match: re.Match[str]) -> int:
    return (match.lastindex or 1) - 1
