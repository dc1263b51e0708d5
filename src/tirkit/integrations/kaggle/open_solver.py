"""A solver that is kept open, and opened again when its engine has died or hangs."""

import logging
from collections.abc import Callable
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup

from tirkit.errors import ConfigError, TirkitError
from tirkit.integrations.kaggle.best import BestAnswer
from tirkit.scheduler import Allotment
from tirkit.solver import Solver
from tirkit.types import Problem, Solution, StopReason

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_OUTLIVED_IN_A_ROW = 2
"""Problems that do not let go when their time is up, after which the solver is opened again."""
_TRIES = 4
"""Most times a problem is begun, each on a new engine."""
_BROKEN = frozenset({StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR})


class OpenSolver:
    """A solver that is kept open, and opened again when its engine has died or hangs.

    Args:
        make: makes it; called again for each opening.
        keep_seconds: kept back of a problem's time for handing in its answer.
    """

    def __init__(self, make: Callable[[], Solver], keep_seconds: float) -> None:
        self._make = make
        self._keep_seconds = keep_seconds
        self._solver: Solver | None = None
        self._opened = anyio.Event()
        self._broken = anyio.Event()
        self._outlived = 0
        self._tasks: TaskGroup | None = None

    async def run(self) -> None:
        """Keep it open until cancelled; what goes wrong is logged and tried again."""
        async with anyio.create_task_group() as self._tasks:
            pause = _PAUSE_SECONDS
            while True:
                try:
                    await self._keep_open()
                    pause = _PAUSE_SECONDS
                except Exception:  # noqa: BLE001 - logged; there must always be an answer
                    _LOG.exception("the solver failed; it is opened again in %g s", pause)
                await anyio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _keep_open(self) -> None:
        """Open it until it is found broken."""
        self._broken = anyio.Event()
        try:
            async with self._make() as self._solver:
                self._opened.set()
                await self._broken.wait()
        finally:
            self._forget()

    async def wait_open(self) -> None:
        """Wait until it is open."""
        await self._opened.wait()

    async def answer(self, problem: Problem, allotment: Allotment, best: BestAnswer) -> None:
        """Work on a problem until `best` holds its verdict or its time is up, never longer.

        What is still being cleaned up goes on beside the next problem.

        Args:
            problem: what is asked.
            allotment: its time, from now on; waiting for the engine counts.
            best: is told of the answers.
        """
        assert self._tasks is not None, "the first step of `run` makes it"
        ends_at = anyio.current_time() + allotment.seconds
        done = anyio.Event()
        best.on_answer = done.set
        scope = anyio.CancelScope()

        async def work() -> None:
            with scope:
                try:
                    await self._solve(problem, allotment, ends_at, best)
                except Exception:  # noqa: BLE001 - logged; there must always be an answer
                    _LOG.exception("problem %s failed", problem.id)
                finally:
                    done.set()

        self._tasks.start_soon(work)
        with anyio.move_on_at(ends_at) as in_time:
            await done.wait()
        if not in_time.cancelled_caught:
            self._outlived = 0
            return
        scope.cancel()
        self._outlived += 1
        if self._outlived >= _OUTLIVED_IN_A_ROW:
            self._outlived = 0
            self._replace(self._solver, f"problem {problem.id} too outlived its time")

    async def _solve(
        self, problem: Problem, allotment: Allotment, ends_at: float, best: BestAnswer
    ) -> None:
        """Solve it, again on a new engine if the old one died and time is left."""
        for _ in range(_TRIES):
            while (solver := self._solver) is None:
                await self._opened.wait()
            left = ends_at - anyio.current_time()
            if left <= 0:
                return
            budget = replace(allotment, seconds=left).budget(self._keep_seconds)
            best.time_up = anyio.current_time() + (budget.seconds or 0.0)
            try:
                solution = await solver.solve(problem, budget=budget, listener=best.listen)
            except ConfigError:
                raise
            except TirkitError as error:
                self._replace(solver, str(error))
            else:
                if not _broken(solution):
                    return
                self._replace(solver, f"problem {problem.id}: {solution.verdict.reason}")
            if anyio.current_time() >= best.time_up:
                return

    def _replace(self, solver: Solver | None, reason: str) -> None:
        """Have a broken solver closed and a new one opened."""
        if solver is not None and solver is self._solver:
            _LOG.warning("the solver is opened again: %s", reason)
            self._forget()
            self._broken.set()

    def _forget(self) -> None:
        self._solver = None
        if self._opened.is_set():  # else somebody waits for this very event
            self._opened = anyio.Event()


def _broken(solution: Solution) -> bool:
    """Whether there is no answer because the engine or the kernels died, or nothing ever came."""
    if solution.answer is not None:
        return False
    reasons = {one.stop_reason for one in solution.trajectories}
    if reasons & _BROKEN:
        return True
    spent = solution.usage
    nothing_came = spent.sampled_tokens + spent.wasted_tokens == 0
    return (
        nothing_came and StopReason.FAULT not in reasons
    )  # a defect is not mended by a new engine
