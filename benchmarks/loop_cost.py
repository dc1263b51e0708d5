"""Processor time per chunk of the whole attempt loop, on the replay engine.

256 attempts in flight, one token a chunk, parser, records and one fsynced row per attempt on, no
kernels. The first row is the replay engine alone, without tirkit's loop: what is above it is ours.
Then the same 1,024 attempts with 32, 256 and 1,024 of them in flight: what coordination costs more
where more is going on. Then each dialect's parser alone, special tokens told apart where it asks
for them.
"""

import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio

from benchmarks import parsers
from benchmarks.parsers import parser_works
from benchmarks.report import Report
from tirkit.attempt import AttemptLimits, AttemptRunner
from tirkit.dialects import FencedDialect
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.prompts import load_prompt
from tirkit.records import RecordWriter
from tirkit.scheduler import Policy, Scheduler, after_attempts
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    CodeResult,
    CodeStatus,
    GenerateRequest,
    Problem,
    Sampling,
    Trajectory,
)

IN_FLIGHT = 256
AT_ONCE = (32, 256, 1_024)
TARGET_SPREAD = 1.3
REPEATS = 5
TARGET_MICROSECONDS = 40.0
PROSE = "We look at the terms one by one, add them up and compare.\nThen `n` grows by 1.\n" * 12
CODE = "```python\nfor n in range(10):\n    print(n, n ** 2)\n```\n"
TEXTS = (PROSE + CODE, PROSE + "So the answer is \\boxed{42}.")
RECORDINGS = tuple(Recording.from_text(text) for text in TEXTS)
ATTEMPT_CHUNKS = sum(len(recording.pieces) for recording in RECORDINGS)
SAMPLING = Sampling(logprobs=0)


def script(request: GenerateRequest) -> Recording:
    return RECORDINGS[int(request.request_id[-1])]


async def engine_alone() -> int:
    async def read(engine: ReplayEngine, number: int) -> None:
        for turn in range(len(TEXTS)):
            request = GenerateRequest(f"{number}/t{turn}", (1, 2, 3), "", 10_000, SAMPLING)
            async for _chunk in engine.stream(request):
                pass

    async with ReplayEngine(script) as engine, anyio.create_task_group() as tasks:
        for number in range(IN_FLIGHT):
            tasks.start_soon(read, engine, number)
    return ATTEMPT_CHUNKS * IN_FLIGHT


async def whole_loop(attempts: int = IN_FLIGHT, at_once: int = IN_FLIGHT) -> int:
    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="0 0\n1 1\n"))
    problem = Problem("What is the answer?")
    with tempfile.TemporaryDirectory() as folder:
        async with RecordWriter(Path(folder), {}) as writer, ReplayEngine(script) as engine:

            async def record(asked: Problem, trajectory: Trajectory) -> None:
                await writer.append_attempt(asked, trajectory)

            runner = AttemptRunner(
                engine, kernels, FencedDialect(load_prompt("default")), AttemptLimits(), SAMPLING
            )
            async with Scheduler(runner, at_once, with_logprobs=True, record=record) as scheduler:
                policy = Policy(attempts, after_attempts(attempts))
                solution = await scheduler.solve(problem, policy)
    assert str(solution.answer) == "42", solution.verdict
    assert len(solution.trajectories) == attempts
    return ATTEMPT_CHUNKS * attempts


def main() -> None:
    report = Report("loop_cost", ("part", "chunks", "CPU us/chunk", "min", "max", "wall us/chunk"))
    add_row(report, "replay engine alone", engine_alone)
    ours = add_row(report, "whole loop, parser and records on", whole_loop)
    report.target(
        f"at most {TARGET_MICROSECONDS:g} us of process CPU per chunk at {IN_FLIGHT} in flight",
        met=ours <= TARGET_MICROSECONDS,
    )
    add_spread(report)
    most = max(
        add_row(report, f"parser of {name}", work) for name, work in parser_works(PROSE).items()
    )
    report.target(
        f"at most {parsers.TARGET_MICROSECONDS:g} us per token in every parser",
        met=most <= parsers.TARGET_MICROSECONDS,
    )
    report.publish()


def add_spread(report: Report) -> None:
    """The same attempts with few and many of them in flight, taken in turns."""
    works = {at_once: partial(whole_loop, max(AT_ONCE), at_once) for at_once in AT_ONCE}
    figures: dict[int, list[tuple[float, float]]] = {at_once: [] for at_once in AT_ONCE}
    for _ in range(REPEATS):
        for at_once, work in works.items():
            figures[at_once].append(measure(work))
    for at_once, measured in figures.items():
        cpu, wall = ([figure[place] for figure in measured] for place in (0, 1))
        told = (statistics.median(cpu), min(cpu), max(cpu), statistics.median(wall))
        chunks = ATTEMPT_CHUNKS * max(AT_ONCE)
        report.rows.append((f"{max(AT_ONCE)} attempts, {at_once} in flight", chunks, *told))
    walls = [statistics.median(wall for _, wall in measured) for measured in figures.values()]
    spread = max(walls) / min(walls)
    report.target(
        f"time per chunk at {', '.join(map(str, AT_ONCE))} in flight within {TARGET_SPREAD} "
        f"({spread:.2f})",
        met=spread <= TARGET_SPREAD,
    )


def add_row(report: Report, name: str, work: Callable[[], Awaitable[int]]) -> float:
    """Measure a part; the median of its processor time per chunk."""
    chunks = anyio.run(work)
    figures = [measure(work) for _ in range(REPEATS)]
    cpu = [figure[0] for figure in figures]
    ours = statistics.median(cpu)
    wall = statistics.median(figure[1] for figure in figures)
    report.rows.append((name, chunks, ours, min(cpu), max(cpu), wall))
    return ours


def measure(work: Callable[[], Awaitable[int]]) -> tuple[float, float]:
    """Microseconds of processor (all threads, user and system) and of wall per chunk."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    chunks = anyio.run(work)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1e6 * cpu / chunks, 1e6 * wall / chunks


if __name__ == "__main__":
    main()
