"""Who looks on while a benchmark runs."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from tirkit.bench.runner.terms import BenchRun
from tirkit.events import Listener, ignore
from tirkit.solver import Solver

Beside = Callable[[BenchRun, Solver], Awaitable[None]]
"""Runs beside the problems of a run, with its solver; cancelled when they are done."""

_LOG = logging.getLogger("tirkit.bench")


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: nothing they do may end the run.

    Attributes:
        listener: hears what happens.
        beside: runs beside the problems.
    """

    listener: Listener = ignore
    beside: Beside | None = None

    @asynccontextmanager
    async def beside_run(self, run: BenchRun, solver: Solver) -> AsyncIterator[None]:
        """Let `beside` run as long as the body does."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._look, run, solver)
            yield
            tasks.cancel_scope.cancel()

    async def _look(self, run: BenchRun, solver: Solver) -> None:
        if self.beside is None:
            return
        try:
            await self.beside(run, solver)
        except Exception:  # noqa: BLE001 - somebody else's function; logged
            _LOG.exception("what ran beside the benchmark raised and is gone: %r", self.beside)
