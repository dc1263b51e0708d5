"""Runs a benchmark so that it can be killed at any moment and gone on with."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread

from tirkit.bench.metrics import BenchMetrics, Measuring, ProblemMetrics, measure_problem, sum_up
from tirkit.bench.runner.feed import Feed
from tirkit.bench.runner.halt import Halt
from tirkit.bench.runner.lend import LentEngines
from tirkit.bench.runner.terms import BenchOutcome, BenchRun
from tirkit.bench.runner.watch import Beside, Watch
from tirkit.bench.subsets import MAJORITY
from tirkit.concurrency import first_failure
from tirkit.config import Settings
from tirkit.errors import ConfigError, TirkitError
from tirkit.events import Listener, ignore
from tirkit.records import RecordedRun, RecordWriter
from tirkit.solver import Solver
from tirkit.types import Problem, StopReason, Trajectory

_TRIED_AGAIN = {
    StopReason.CANCELLED,
    StopReason.ENGINE_ERROR,
    StopReason.KERNEL_ERROR,
    StopReason.FAULT,
}
"""Attempts that end so are written with their problem's solution only: a run that is gone on with
starts them again."""


async def run_bench(
    run: BenchRun,
    problems: Sequence[Problem],
    *,
    listener: Listener = ignore,
    beside: Beside | None = None,
    halt: Halt | None = None,
) -> BenchMetrics:
    """Solve what is not solved yet, record it, and measure all of it.

    Problems with the same text and domain are solved once and count each. Finished attempts of an
    interrupted run count as they are. Where nothing is left to do the engine is not started. A
    solution is measured and let go when it is recorded.

    Args:
        run: what runs and where it is recorded.
        problems: in the order of the report; earlier ones are served first.
        listener: hears what happens, for the problems that are worked on now.
        beside: runs beside the problems, with the solver.
        halt: may end the run early; then what is settled is measured.

    Raises:
        ConfigError: the records were made with other settings or of other problems, or nothing
            is settled.
        RecordError: the records are damaged, in use or cannot be written.
        EngineError, KernelError: no attempt at some problem could go on; the others were worked
            on and recorded, unless several failed in a row.
    """
    [outcome] = await run_benches([run], problems, listener=listener, beside=beside, halt=halt)
    if outcome.failures:
        raise outcome.failures[0][1]
    if outcome.metrics is None:
        raise ConfigError("nothing to measure: no problem was settled")
    return outcome.metrics


async def run_benches(
    runs: Sequence[BenchRun],
    problems: Sequence[Problem],
    *,
    listener: Listener = ignore,
    beside: Beside | None = None,
    halt: Halt | None = None,
) -> list[BenchOutcome]:
    """Run one benchmark after the other on the same engine, which is started once if at all.

    Args:
        runs: with their own settings and directories.
        problems: as for `run_bench`, and so are the others.
        listener: hears what happens.
        beside: runs beside the problems, with the solver.
        halt: may end the runs early.

    Returns:
        How each run ended that began; none begins once one was stopped or had failures.

    Raises:
        ConfigError: there is no problem, or as `run_bench`.
        RecordError: as `run_bench`.
        EngineError: the engine could not be started.
    """
    if not problems:
        raise ConfigError("there is no problem to solve")
    halt = halt or Halt()
    benches: list[_Bench] = []
    with halt.scope:
        async with LentEngines() as engines:
            for run in runs:
                benches.append(_Bench(run, problems, halt))
                await benches[-1].run(engines, Watch(listener, beside))
                if halt.finishing or benches[-1].failures:
                    break
    return [bench.outcome() for bench in benches]


def measure_recorded(directory: Path, settings: Settings) -> list[ProblemMetrics]:
    """Measure a recorded run as one with `settings` is; blocks.

    Raises:
        RecordError: there are no records, or they are damaged.
    """
    how = _measuring(settings)
    return [measure_problem(solution, how) for solution in RecordedRun(directory).solutions()]


class _Bench:
    """One run while it runs."""

    def __init__(self, run: BenchRun, problems: Sequence[Problem], halt: Halt) -> None:
        domain = run.settings.answer_domain()
        self._asked = [problem.with_domain(domain) for problem in problems]
        self._run = run
        self._halt = halt
        self._how = _measuring(run.settings)
        self._writer = RecordWriter(run.out, run.recorded_settings())
        self._rows: dict[str, ProblemMetrics] = {}
        self.failures: list[tuple[str, TirkitError]] = []

    async def run(self, engines: LentEngines, watch: Watch) -> None:
        """Solve what is left and measure all that is settled.

        Args:
            engines: what to borrow an engine from, if one is needed.
            watch: who looks on.
        """
        async with self._writer:
            self._check_same_problems()
            settled = self._writer.run.problems
            asked = {problem.content_hash: problem for problem in reversed(self._asked)}
            keys = dict.fromkeys(problem.content_hash for problem in self._asked)
            with first_failure():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._measure_settled, [key for key in keys if key in settled])
                    todo = {key: asked[key] for key in keys if key not in settled}
                    if todo:
                        await self._solve(todo, engines, watch)

    def outcome(self) -> BenchOutcome:
        """How it ended."""
        rows = [self._rows.get(problem.content_hash) for problem in self._asked]
        settled = [row for row in rows if row is not None]
        left = len(rows) - len(settled)
        return BenchOutcome(
            run=self._run,
            metrics=sum_up(settled) if settled else None,
            problems=len(rows),
            left=left,
            failures=tuple(self.failures),
            stopped=self._halt.finishing and left > 0,
        )

    def _check_same_problems(self) -> None:
        recorded = self._writer.run.attempts.keys() | self._writer.run.problems.keys()
        if recorded and recorded.isdisjoint(one.content_hash for one in self._asked):
            raise ConfigError(f"{self._run.out} holds records of other problems: use another --out")

    async def _measure_settled(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._rows[key] = await anyio.to_thread.run_sync(self._measure, key)

    def _measure(self, key: str) -> ProblemMetrics:
        return measure_problem(self._writer.run.solution(key), self._how)

    async def _solve(self, todo: Mapping[str, Problem], engines: LentEngines, watch: Watch) -> None:
        run = self._run
        reasoner = await engines.for_run(run)
        async with Solver(
            run.engine,
            settings=run.settings,
            kernels=run.kernels,
            record=self._record,
            reasoner=reasoner,
            share_engine=True,
        ) as solver:
            solve_one = partial(self._solve_one, solver)
            feed = Feed(solve_one, run.settings.max_in_flight, self._halt, watch.listener)
            async with watch.beside_run(run, solver):
                await feed.run(todo)
            self.failures = feed.failures

    async def _solve_one(
        self, solver: Solver, key: str, problem: Problem, listener: Listener
    ) -> None:
        prior = await anyio.to_thread.run_sync(self._writer.run.trajectories, key)
        solution = await solver.solve(problem, prior=prior, listener=listener)
        await self._writer.append_solution(solution)
        # Grading may wait for symbols to be compared.
        self._rows[key] = await anyio.to_thread.run_sync(measure_problem, solution, self._how)

    async def _record(self, problem: Problem, trajectory: Trajectory) -> None:
        if trajectory.stop_reason not in _TRIED_AGAIN:
            await self._writer.append_attempt(problem, trajectory)


def _measuring(settings: Settings) -> Measuring:
    """As the run compares, looks for and chooses answers; by majority in any case."""
    selectors = tuple(dict.fromkeys((MAJORITY, settings.vote_selector())))
    return Measuring(selectors, settings.comparison, settings.sources())
