"""Reads one turn of the fenced dialect, line by line."""

import re
from collections import deque
from typing import Literal

from tirkit.dialects.code_block import RUN_KINDS, Block
from tirkit.dialects.events import (
    CodeCall,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
)
from tirkit.dialects.fences import Fence, FenceKind, find_fence
from tirkit.dialects.scanner import (
    THINK_CLOSE,
    Line,
    LineScanner,
    Place,
    thinking_open,
)
from tirkit.types import FinishReason

RunAt = Literal["fence", "output"]

_TAG = re.compile(r"</?think>")
_MAX_FALL_BACKS = 8
"""Each one reads lines again; a turn that needs more is nonsense and must not cost more."""

_DETAILS = {
    MalformedKind.TRUNCATED_CODE: (
        "the code block was cut off before its closing fence, so it was not run: "
        "write it again, complete"
    ),
    MalformedKind.HALLUCINATED_OUTPUT: (
        "output blocks are written by the Python kernel alone, so this one was removed: "
        "write a python block and stop after its closing fence"
    ),
    MalformedKind.EMPTY_CODE: (
        "the code block was empty, so nothing was run: put code into it or go on without"
    ),
}


class FenceParser:
    """Parser of `FencedDialect`. Decides at line ends alone, so chunk splits cannot matter.

    Args:
        run_at: what ends the turn: the closing fence, or the output fence behind it.
        code_in_thinking: whether blocks between thinking tags count.
        stop: texts that end the turn where they begin a line of prose.
        prompt_text: the context; it may end inside thinking.
        prefix: what a solution is made to begin with; where the context ends in it, it is read as
            the beginning of the turn, so it may open a code block and hold the code's first lines.
    """

    def __init__(
        self,
        *,
        run_at: RunAt = "fence",
        code_in_thinking: bool = False,
        stop: tuple[str, ...] = (),
        prompt_text: str = "",
        prefix: str = "",
    ) -> None:
        self._run_at = run_at
        self._code_in_thinking = code_in_thinking
        self._stop = stop
        begun = prefix if prompt_text.endswith(prefix) else ""
        self.thinking = thinking_open(prompt_text.removesuffix(begun))
        self.block: Block | None = None
        self._prose: list[str] = []
        self._done: list[str] = []
        self._done_end = 0
        self._replay: deque[Line] = deque()
        self._fall_backs = 0
        self._lines = LineScanner(-len(begun))
        for line in self._lines.take(begun):
            self._read(line)
        self._done.clear()

    @property
    def _listening(self) -> bool:
        return self._code_in_thinking or not self.thinking

    @property
    def in_call(self) -> bool:
        """Whether code has begun whose end has not come."""
        return self.block is not None and self.block.is_code

    def feed(self, text: str) -> ParserEvent | None:
        """Take the next text; None while the turn goes on."""
        if "\n" not in text:
            self._lines.hold(text)
            return None
        for line in self._lines.take(text):
            if (event := self._read(line)) is not None:
                return event
        return None

    def finish(self, reason: FinishReason) -> ParserEvent:
        """The stream ended without an event from `feed`."""
        line = self._lines.rest()
        cut = reason is FinishReason.LENGTH and self.block is not None and self.block.is_code
        event = self._read(line) if line.text and not cut else None
        while event is None and self.block is not None and self.block.is_code:
            if self.block.candidate is None or self._fall_backs >= _MAX_FALL_BACKS:
                return _malformed(MalformedKind.TRUNCATED_CODE, line.end)
            event = self._fall_back(self.block) or self._read_again()
        return event or self._ended()

    def take_code(self) -> str:
        """Code that has come since the last call and is sure to be run if the block is closed.

        None with `run_at="output"`, where a closed block may still be dropped, and none inside
        thinking, whose end drops an open block.
        """
        block = self.block
        if block is None or not block.is_code or block.thinking or self._run_at == "output":
            return ""
        return block.take_sure()

    def read_through(self, text: str) -> None:
        """Take a whole turn, past its events; `block` and `thinking` then tell what is open."""
        for line in self._lines.take(text):
            self._read(line)
        self._read(self._lines.rest())

    def _read(self, line: Line) -> ParserEvent | None:
        return self._line(line) or self._read_again()

    def _read_again(self) -> ParserEvent | None:
        while self._replay:
            if (event := self._line(self._replay.popleft())) is not None:
                return event
        return None

    def _line(self, line: Line) -> ParserEvent | None:
        block = self.block
        if block is None:
            return self._in_prose(line)
        if block.thinking and line.text.lstrip().startswith(THINK_CLOSE):
            self.block = None
            return self._in_prose(line)
        return self._in_code(block, line) if block.is_code else self._in_other(block, line)

    def _in_prose(self, line: Line) -> ParserEvent | None:
        if self._stop and not self.thinking and line.text.startswith(self._stop):
            return self._ended()
        column = self._take_tags(line.text) if "think>" in line.text else 0
        text = line.text[column:]
        fence = find_fence(text) if self._listening else None
        if fence is None or (fence.glued and fence.kind not in RUN_KINDS):
            self._keep(text + "\n")
            return None
        before = fence.column if fence.glued else 0
        self._keep(text[:before] + "\n")
        return self._open(fence, line, line.start + column + before)

    def _keep(self, text: str) -> None:
        if not self.thinking:
            self._prose.append(text)

    def _take_tags(self, text: str) -> int:
        """Follow the thinking tags of a line; the column behind the last one."""
        column = 0
        for tag in _TAG.finditer(text):
            if tag[0] == THINK_CLOSE:
                self.thinking = False
                self._prose.clear()
                if not self._code_in_thinking:
                    self._done.clear()
            else:
                self._keep(text[column : tag.start()])
                self.thinking = True
            column = tag.end()
        return column

    def _open(self, fence: Fence, line: Line, start: int) -> ParserEvent | None:
        if fence.kind is not FenceKind.OUTPUT:
            self.block = Block(fence, self.thinking)
            return None
        if self._run_at == "output" and self._done:
            return self._call(line.end)
        return _malformed(MalformedKind.HALLUCINATED_OUTPUT, max(start, 0))

    def _in_other(self, block: Block, line: Line) -> ParserEvent | None:
        fence = find_fence(line.text)
        if fence is not None and not fence.glued and fence.can_close(block.fence):
            if fence.kind is FenceKind.BARE:
                self.block = None
                return None
            opener = fence.split(block.fence.length)
            if opener.glued and opener.kind in RUN_KINDS:
                self.block = None
                return self._open(opener, line, line.start + opener.column)
        self._keep(line.text + "\n")
        return None

    def _in_code(self, block: Block, line: Line) -> ParserEvent | None:
        fence = find_fence(line.text)
        if fence is not None:
            if block.strings.place(line.text, fence.column) is Place.STRING:
                if block.meet_in_string(fence) and self._fall_backs < _MAX_FALL_BACKS:
                    return self._fall_back(block, line)
            elif block.closed_by(fence, line.text):
                return self._close(block, fence, line)
        block.take(line)
        return None

    def _close(self, block: Block, fence: Fence, line: Line) -> ParserEvent | None:
        """End a code block at a fence that closes it, or that opens the next block."""
        self.block = None
        code = block.code(last=line.text[: fence.column] if fence.glued else "")
        if fence.kind is FenceKind.BARE:
            return self._complete(code, line.end)
        opener = fence.split(block.fence.length)
        end = line.start + (opener.column if opener.glued else 0)
        return self._complete(code, end) or self._open(opener, line, end)

    def _fall_back(self, block: Block, *after: Line) -> ParserEvent | None:
        """End a code block whose string never closed at the first line that looked like its end."""
        assert block.candidate is not None, "nothing to fall back to"
        index = block.candidate
        self.block = None
        self._fall_backs += 1
        self._replay.extendleft(reversed((*block.lines[index + 1 :], *after)))
        return self._complete(block.code(index), block.lines[index].end)

    def _complete(self, code: str, end: int) -> ParserEvent | None:
        self._done.append(code)
        self._done_end = end
        return self._call(end) if self._run_at == "fence" else None

    def _call(self, end: int) -> ParserEvent:
        code = "\n".join(code for code in self._done if code.strip())
        end = max(end, 0)  # a prefix may hold the end of a block that no string should have hidden
        return CodeCall(code, end) if code else _malformed(MalformedKind.EMPTY_CODE, end)

    def _ended(self) -> ParserEvent:
        if self._done:
            return self._call(self._done_end)
        return Finished("" if self.thinking else "".join(self._prose).strip())


def _malformed(kind: MalformedKind, end: int) -> Malformed:
    return Malformed(kind, _DETAILS[kind], end)
