"""One run of a benchmark while it runs."""

from collections.abc import Mapping, Sequence
from functools import partial

import anyio
import anyio.to_thread

from tirkit.bench.metrics import Measuring, ProblemMetrics, measure_problem, sum_up
from tirkit.bench.runner.feed import Feed
from tirkit.bench.runner.halt import Halt
from tirkit.bench.runner.lend import LentEngines
from tirkit.bench.runner.terms import BenchOutcome, BenchRun, has_records
from tirkit.bench.runner.watch import Watch
from tirkit.bench.subsets import MAJORITY
from tirkit.concurrency import first_failure
from tirkit.config import Settings
from tirkit.errors import ConfigError, RecordError, TirkitError
from tirkit.events import Listener
from tirkit.records import RecordedRun
from tirkit.records.folder import check_settings
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


class OneRun:
    """One run while it runs."""

    def __init__(self, run: BenchRun, problems: Sequence[Problem], halt: Halt) -> None:
        domain = run.settings.answer_domain()
        self._asked = [problem.with_domain(domain) for problem in problems]
        self._problems: dict[str, Problem] = {}
        for problem in self._asked:
            self._problems.setdefault(problem.content_hash, problem)
        self._run = run
        self._halt = halt
        self._how = measuring(run.settings)
        self._writer = run.writer(self._asked)
        self._rows: dict[str, ProblemMetrics] = {}
        self.failures: list[tuple[str, TirkitError]] = []

    async def run(self, engines: LentEngines, watch: Watch) -> None:
        """Solve what is left and measure all that is settled.

        Args:
            engines: what to borrow an engine from, if one is needed.
            watch: who looks on.
        """
        found = await anyio.to_thread.run_sync(self._found)
        if found is not None and not self._todo(found):
            await self._measure_settled(found)
            return
        async with self._writer as writer:
            # Another process may have gone on with it meanwhile.
            todo = self._todo(writer.run)
            with first_failure():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._measure_settled, writer.run)
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

    def _found(self) -> RecordedRun | None:
        """What the directory holds, which must be of the same settings and problems."""
        if not has_records(self._run):
            return None
        found = RecordedRun(self._run.out)
        try:
            check_settings(self._run.out, self._run.recorded_settings(), has_records=True)
        except OSError as error:
            raise RecordError(f"cannot read {error.filename}: {error.strerror}") from error
        recorded = found.attempts.keys() | found.problems.keys()
        if recorded and recorded.isdisjoint(self._problems):
            raise ConfigError(f"{self._run.out} holds records of other problems: use another --out")
        return found

    def _todo(self, found: RecordedRun) -> dict[str, Problem]:
        settled = found.problems
        return {key: one for key, one in self._problems.items() if key not in settled}

    async def _measure_settled(self, found: RecordedRun) -> None:
        settled = found.problems
        for key in self._problems:
            if key in settled:
                self._rows[key] = await anyio.to_thread.run_sync(self._measure, found, key)

    def _measure(self, found: RecordedRun, key: str) -> ProblemMetrics:
        return measure_problem(found.solution(key), self._how)

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


def measuring(settings: Settings) -> Measuring:
    """As the run compares, looks for and chooses answers; by majority in any case."""
    selectors = tuple(dict.fromkeys((MAJORITY, settings.vote_selector())))
    return Measuring(selectors, settings.comparison, settings.sources())
