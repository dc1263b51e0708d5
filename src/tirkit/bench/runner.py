"""Runs a benchmark so that it can be killed at any moment and gone on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from tirkit.bench.metrics import BenchMetrics, measure
from tirkit.concurrency import first_failure
from tirkit.config import Settings
from tirkit.engines import Engine
from tirkit.events import Listener, ignore
from tirkit.records import RecordWriter
from tirkit.solver import Solver
from tirkit.types import Problem, Solution, StopReason, Trajectory

_TRIED_AGAIN = {
    StopReason.CANCELLED,
    StopReason.ENGINE_ERROR,
    StopReason.KERNEL_ERROR,
    StopReason.FAULT,
}
"""Attempts that end so are written with their problem's solution only: a run that is gone on with
starts them again."""

_NOT_COMPARED = {"kernels", "max_in_flight"}
"""Settings of the machine, not of the experiment: a run may be gone on with elsewhere."""


@dataclass(frozen=True, slots=True)
class BenchRun:
    """What runs and where it is recorded.

    Attributes:
        engine: not entered.
        settings: of every problem.
        out: directory of the records; made if it does not exist.
    """

    engine: Engine
    settings: Settings
    out: Path

    def recorded_settings(self) -> dict[str, Any]:
        """What a run must share with the one it goes on with."""
        settings = self.settings.model_dump(mode="json", exclude=_NOT_COMPARED)
        return {"engine": self.engine.name, **settings}


async def run_bench(
    run: BenchRun, problems: Sequence[Problem], *, listener: Listener = ignore
) -> BenchMetrics:
    """Solve what is not solved yet, record it, and measure all of it.

    Problems with the same text and domain are solved once and count each. Finished attempts of an
    interrupted run count as they are.

    Args:
        run: what runs and where it is recorded.
        problems: in the order of the report; earlier ones are served first.
        listener: hears what happens, for the problems that are worked on now.

    Raises:
        ConfigError: the records were made with other settings.
        RecordError: the records are damaged, in use or cannot be written.
        EngineError, KernelError: no attempt at some problem could go on; what was finished is
            recorded.
    """
    writer = RecordWriter(run.out, run.recorded_settings())

    async def record(problem: Problem, trajectory: Trajectory) -> None:
        if trajectory.stop_reason not in _TRIED_AGAIN:
            await writer.append_attempt(problem, trajectory)

    async with writer:
        solved = dict(writer.resumed.solutions)
        domain = run.settings.answer_domain()
        asked = [problem.with_domain(domain) for problem in problems]
        todo = {
            problem.content_hash: problem for problem in asked if problem.content_hash not in solved
        }
        if todo:
            async with Solver(run.engine, settings=run.settings, record=record) as solver:
                solved |= await _solve(solver, writer, todo, listener)
    ordered = [solved[problem.content_hash] for problem in asked]
    # Grading may wait for symbols to be compared.
    return await anyio.to_thread.run_sync(measure, ordered)


async def _solve(
    solver: Solver, writer: RecordWriter, todo: dict[str, Problem], listener: Listener
) -> dict[str, Solution]:
    solved: dict[str, Solution] = {}
    # A problem has at least one attempt: more problems at once than attempts would only wait.
    places = anyio.Semaphore(solver.settings.max_in_flight)

    async def solve_one(key: str, problem: Problem) -> None:
        try:
            prior = writer.resumed.attempts.get(key, ())
            solved[key] = await solver.solve(problem, prior=prior, listener=listener)
            await writer.append_solution(solved[key])
        finally:
            places.release()

    with first_failure():
        async with anyio.create_task_group() as tasks:
            for key, problem in todo.items():
                await places.acquire()
                tasks.start_soon(solve_one, key, problem)
    return solved
