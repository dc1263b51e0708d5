"""A cell that runs while the model is still writing it."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from tirkit.attempt.cells import Cells
from tirkit.concurrency import first_failure
from tirkit.dialects.events import CodeCall, Malformed, MalformedKind, ParserEvent
from tirkit.dialects.interface import CodeFollower
from tirkit.dialects.result_text import result_text
from tirkit.kernels.interface import Kernel
from tirkit.kernels.statements import StatementSplitter, lines_in_words, tell_lines_run
from tirkit.types import CodeResult

MayBegin = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part on its way to the kernel.

    Attributes:
        text: what is run.
        lines: number of its last line in the cell.
        chars: characters of the cell up to its end.
        last: whether it is the rest of the cell.
    """

    text: str
    lines: int
    chars: int
    last: bool = False


@asynccontextmanager
async def streamed_cell(
    parser: CodeFollower, cells: Cells, may_begin: MayBegin
) -> AsyncIterator["StreamedCell"]:
    """The cell of the turn that is about to be written; leaving early cancels it.

    Args:
        parser: reads the turn.
        cells: the attempt's code runs.
        may_begin: whether a cell that begins with this code may run, however it goes on.
    """
    send, receive = anyio.create_memory_object_stream[_Part](math.inf)
    with send, receive, first_failure():
        async with anyio.create_task_group() as tasks:
            yield StreamedCell(parser, cells, may_begin, tasks, send, receive)


class StreamedCell:
    """Runs a block's complete statements beside the stream; made by `streamed_cell`.

    It starts with the first statement, unless it may still turn out to be one that must not run.
    Once the turn has ended without a call, no further part begins.
    """

    def __init__(
        self,
        parser: CodeFollower,
        cells: Cells,
        may_begin: MayBegin,
        tasks: TaskGroup,
        send: MemoryObjectSendStream[_Part],
        receive: MemoryObjectReceiveStream[_Part],
    ) -> None:
        self.started = False
        self._parser = parser
        self._cells = cells
        self._may_begin = may_begin
        self._tasks = tasks
        self._send = send
        self._receive = receive
        self._splitter = StatementSplitter()
        self._code: list[str] = []
        self._ended = False
        self._dropped = False
        self._begun = _Part("", 0, 0)
        self._lines_before_rest = 0
        self._result: CodeResult | None = None
        self._finished = anyio.Event()
        self._kernel: Kernel | None = None

    async def follow(self, event: ParserEvent | None) -> ParserEvent | None:
        """Go on after the parser has read more; the event as `end` gives it if that was all."""
        if event is not None:
            return self.end(event)
        if (code := self._parser.take_code()) and self._feed(code) and not self.started:
            so_far = self._so_far()
            if self._may_begin(so_far):
                self.started = True
                kernel = await self._cells.begin(so_far[: self._splitter.given_chars])
                self._kernel = kernel
                self._tasks.start_soon(self._run, kernel)
        return None

    def end(self, event: ParserEvent) -> ParserEvent:
        """The turn has ended: hand on the rest of the cell, or drop what has not begun.

        Returns:
            The event; a malformed call also says which lines had run.
        """
        if not self.started:
            return event
        self._ended = True
        if isinstance(event, CodeCall):
            self._hand_rest(event.code)
        else:
            self._dropped = True
            self._cells.builder.extend_cell(self._so_far()[: self._begun.chars])
        self._send.close()
        return self._told(event) if isinstance(event, Malformed) else event

    async def result(self) -> CodeResult:
        """What the cell gave, as far as it ran."""
        await self._finished.wait()
        assert self._result is not None, "a cell that could not run cancels who waits for it"
        stopped = self._result.error is not None and not self._begun.last
        if stopped and self._kernel is not None and not self._result.state_lost:
            # The kernel has seen only the part that failed.
            names = await self._kernel.undefined_names(self._so_far())
            self._result = replace(self._result, undefined_names=names)
        if self._begun.last and self._splitter.doubtful:
            return tell_lines_run(self._result, self._lines_before_rest)
        return self._result

    def with_result(self, event: Malformed, result: CodeResult) -> Malformed:
        """The event, telling also what the lines gave that had run."""
        if not self._begun.lines:
            return event
        return replace(event, detail=f"{event.detail} and gave:\n{result_text(result)}")

    def _so_far(self) -> str:
        return "".join(self._code)

    def _feed(self, code: str) -> bool:
        """Take more of the cell; whether a part of it became complete."""
        self._code.append(code)
        part = self._splitter.feed(code)
        if part:
            self._send.send_nowait(
                _Part(part, self._splitter.given_lines, self._splitter.given_chars)
            )
        return bool(part)

    def _hand_rest(self, code: str) -> None:
        done = self._so_far()
        assert f"{code}\n".startswith(done), "the parser told other code than that of the call"
        self._cells.builder.extend_cell(code)
        self._feed(code[len(done) :])
        self._lines_before_rest = self._splitter.given_lines
        rest = self._splitter.finish()
        self._send.send_nowait(_Part(rest, self._lines_before_rest, len(code), last=True))

    async def _run(self, kernel: Kernel) -> None:
        async with aclosing(self._parts()) as parts:
            seconds = self._cells.limits.cell_seconds
            self._result = await kernel.run_parts(parts, timeout_seconds=seconds)
        self._finished.set()

    async def _parts(self) -> AsyncGenerator[str, None]:
        async for part in self._receive:
            if self._dropped:
                return
            self._begun = part
            if not self._ended:
                self._cells.builder.extend_cell(self._so_far()[: part.chars])
            yield part.text

    def _told(self, event: Malformed) -> Malformed:
        if not self._begun.lines:
            return event
        lines = lines_in_words(self._begun.lines)
        if event.kind is MalformedKind.TRUNCATED_CODE:
            detail = f"the code was cut off before its end; only {lines} ran"
        else:
            detail = f"{event.detail}; {lines} of the code had already run"
        return replace(event, detail=detail)
