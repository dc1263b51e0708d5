"""Solving without a loop of one's own."""

from typing import Any

from anyio.from_thread import start_blocking_portal

from tirkit.engines import Engine
from tirkit.events import Listener, ignore
from tirkit.solver.solver import Solver
from tirkit.types import Problem, Solution


def solve(
    problem: Problem | str,
    engine: Engine | str = "local",
    preset: str | None = None,
    *,
    listener: Listener = ignore,
    **options: Any,  # noqa: ANN401 - handed to Solver, which checks them
) -> Solution:
    """Solve one problem and block until it is done.

    Works from any thread, also inside a running event loop (a notebook), which it blocks: the
    work runs in a thread with a loop of its own. The engine is started and stopped for this one
    problem; for several problems use `Solver`.

    Args:
        problem: what is asked.
        engine: an engine, or its name.
        preset: as for `Solver`.
        listener: hears what happens, in the other thread.
        **options: as for `Solver`.
    """

    async def run() -> Solution:
        async with Solver(engine, preset, **options) as solver:
            return await solver.solve(problem, listener=listener)

    with start_blocking_portal("asyncio") as portal:
        return portal.call(run)
