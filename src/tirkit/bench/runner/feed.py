"""Begins problems as long as attempts at them could run at once, earlier ones first."""

from collections.abc import Awaitable, Callable, Mapping

import anyio

from tirkit.bench.runner.halt import Halt
from tirkit.concurrency import first_failure
from tirkit.errors import ConfigError, EngineError, KernelError, TirkitError
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    Event,
    Listener,
    ProblemStarted,
    guarded,
    ignore,
)
from tirkit.types import Problem

SolveOne = Callable[[str, Problem, Listener], Awaitable[None]]

MOST_FAILED_IN_A_ROW = 3
"""After so many failed problems with none solved between, the engine is taken to be gone."""


class Feed:
    """Works on problems, each begun only when the ones before it leave room for its attempts.

    So the problems in flight are few, whatever the number of problems: they are what a stop has to
    wait for, and what is held in memory. A problem no attempt could go on with is noted, and the
    others go on; any other failure ends all.

    Args:
        solve_one: solves a problem under its key, telling a listener.
        most_attempts: attempts at once.
        halt: may end the feed.
        listener: hears what happens.
    """

    def __init__(
        self, solve_one: SolveOne, most_attempts: int, halt: Halt, listener: Listener = ignore
    ) -> None:
        self.failures: list[tuple[str, TirkitError]] = []
        """Problem ids and why no attempt at them could go on."""
        self._solve_one = solve_one
        self._most_attempts = most_attempts
        self._halt = halt
        self._listener = guarded(listener)
        self._attempts = 0
        self._failed_in_a_row = 0

    async def run(self, todo: Mapping[str, Problem]) -> None:
        """Work on the problems in their order, until they are done or the feed is to end."""
        with first_failure():
            async with anyio.create_task_group() as tasks:
                for key, problem in todo.items():
                    while self._is_full() and not self._is_over():
                        await self._halt.changed()
                    if self._is_over():
                        return
                    entered = anyio.Event()
                    self._halt.in_flight += 1
                    tasks.start_soon(self._work, key, problem, entered)
                    # Only then its attempts are counted.
                    await entered.wait()

    def _is_full(self) -> bool:
        most = self._most_attempts
        # A problem whose attempts are over may still be judged: it counts, too.
        return self._attempts >= most or self._halt.in_flight >= most

    def _is_over(self) -> bool:
        return self._halt.finishing or self._failed_in_a_row >= MOST_FAILED_IN_A_ROW

    async def _work(self, key: str, problem: Problem, entered: anyio.Event) -> None:
        def listen(event: Event) -> None:
            match event:
                case ProblemStarted():
                    entered.set()
                case AttemptStarted():
                    self._attempts += 1
                case AttemptFinished():
                    self._attempts -= 1
                    self._halt.wake()
            self._listener(event)

        try:
            await self._solve_one(key, problem, listen)
            self._failed_in_a_row = 0
        except (EngineError, KernelError, ConfigError) as error:
            self._failed_in_a_row += 1
            self.failures.append((problem.id, error))
        finally:
            entered.set()
            self._halt.in_flight -= 1
            self._halt.wake()
