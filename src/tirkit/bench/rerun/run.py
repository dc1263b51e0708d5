"""Runs the code of recorded traces again, many at once, each in a kernel of its own."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import anyio
import anyio.to_thread

from tirkit.bench.rerun.compare import Compared, TraceCompare
from tirkit.bench.rerun.difference import Difference, Group
from tirkit.bench.rerun.own import output_of
from tirkit.bench.rerun.traces import Ended, RecordedCell, RecordedTrace
from tirkit.concurrency import first_failure, usable_cores
from tirkit.errors import ConfigError
from tirkit.kernels import KernelSource
from tirkit.types import CodeResult, CodeStatus

_EXCERPT_CHARS = 200
"""Characters of an output that are told; the outputs themselves may be of any length."""


@dataclass(frozen=True, slots=True)
class RerunSettings:
    """How traces are run again.

    Attributes:
        at_once: most traces in work.
        timeout_seconds: what one cell may take, above 0.
        twice: whether a trace that differs is run once more, to tell what differs from itself.

    Raises:
        ConfigError: a value out of range.
    """

    at_once: int = field(default_factory=lambda: 2 * usable_cores())
    timeout_seconds: float = 10.0
    twice: bool = False

    def __post_init__(self) -> None:
        if self.at_once < 1:
            raise ConfigError(f"at_once is {self.at_once}: use 1 or more")
        if not (math.isfinite(self.timeout_seconds) and self.timeout_seconds > 0):
            raise ConfigError(f"timeout_seconds is {self.timeout_seconds}: use a number above 0")


@dataclass(frozen=True, slots=True)
class RerunCell:
    """A cell that was run again.

    Attributes:
        recorded: what was recorded.
        result: what it gives now; None where it was not run.
        compared: how the two compare.
    """

    recorded: RecordedCell
    result: CodeResult | None
    compared: Compared

    @property
    def detail(self) -> str:
        """What tells the case: the exception, else both outputs where they differ."""
        if self.compared.detail or self.compared.difference.group is not Group.DIFFERS:
            return self.compared.detail
        now = "" if self.result is None else output_of(self.result)
        recorded = (self.recorded.output or "")[:_EXCERPT_CHARS]
        return f"{recorded!r} is recorded, now it is {now[:_EXCERPT_CHARS]!r}"


@dataclass(frozen=True, slots=True)
class RerunTrace:
    """A trace that was run again.

    Attributes:
        trace: what was recorded.
        cells: its cells, in order.
    """

    trace: RecordedTrace
    cells: tuple[RerunCell, ...]

    @property
    def differs(self) -> bool:
        """Whether a cell does."""
        return any(cell.compared.difference.group is Group.DIFFERS for cell in self.cells)


async def rerun(
    traces: Iterator[RecordedTrace],
    kernels: KernelSource,
    settings: RerunSettings,
    take: Callable[[RerunTrace], None],
) -> None:
    """Run traces again and hand each to `take` as soon as it is done, whatever their order.

    A trace is read when there is a place for it, so that no more than `at_once` are held. Each gets
    a kernel of its own and keeps it for all its cells.

    Args:
        traces: what was recorded; read in a worker thread.
        kernels: where the code runs.
        settings: how.
        take: gets each trace that was run.

    Raises:
        ConfigError: from reading.
        KernelError: no kernel could be started.
    """
    reading = anyio.Lock()

    async def work() -> None:
        while True:
            async with reading:
                trace = await anyio.to_thread.run_sync(next, traces, None)
            if trace is None:
                return
            take(await rerun_trace(trace, kernels, settings))

    with first_failure():
        async with anyio.create_task_group() as tasks:
            for _ in range(settings.at_once):
                tasks.start_soon(work)


async def rerun_trace(
    trace: RecordedTrace, kernels: KernelSource, settings: RerunSettings
) -> RerunTrace:
    """Run one trace again, and if it differs and that is asked for, once more.

    Raises:
        KernelError: no kernel could be started.
    """
    name = trace.lease or f"{trace.id}-{trace.attempt}"
    results = await _results(trace, kernels, settings, name)
    found = _compared(trace, results)
    if not (settings.twice and found.differs):
        return found
    again = await _results(trace, kernels, settings, f"{name} again")
    cells = tuple(_settled(cell, second) for cell, second in zip(found.cells, again, strict=True))
    return RerunTrace(trace, cells)


async def _results(
    trace: RecordedTrace, kernels: KernelSource, settings: RerunSettings, name: str
) -> list[CodeResult | None]:
    """What each cell gives in a new kernel; None for those that nobody ran."""
    results: list[CodeResult | None] = []
    if all(cell.ended is Ended.NOT_RUN for cell in trace.cells):
        return [None for _ in trace.cells]
    async with kernels.lease(name) as kernel:
        for cell in trace.cells:
            if cell.ended is Ended.NOT_RUN:
                results.append(None)
                continue
            timeout = settings.timeout_seconds
            results.append(await kernel.run(cell.code, timeout_seconds=timeout))
    return results


def _compared(trace: RecordedTrace, results: list[CodeResult | None]) -> RerunTrace:
    compare = TraceCompare()
    cells = []
    for recorded, result in zip(trace.cells, results, strict=True):
        if result is None:
            cells.append(RerunCell(recorded, None, Compared(Difference.NOT_RUN)))
        else:
            cells.append(RerunCell(recorded, result, compare.cell(recorded, result)))
    return RerunTrace(trace, tuple(cells))


def _settled(cell: RerunCell, second: CodeResult | None) -> RerunCell:
    """The cell; as unstable if it differs from what was recorded and from itself."""
    first = cell.result
    if first is None or second is None or cell.compared.difference.group is not Group.DIFFERS:
        return cell
    if _same(first, second):
        return cell
    return RerunCell(cell.recorded, first, Compared(Difference.UNSTABLE, cell.compared.detail))


def _same(one: CodeResult, other: CodeResult) -> bool:
    if one.status is not other.status:
        return False
    if one.status in {CodeStatus.TIMED_OUT, CodeStatus.DIED}:
        return True  # how much was printed until then is chance
    return (output_of(one), one.error) == (output_of(other), other.error)
