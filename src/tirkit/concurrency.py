"""The few concurrency tools everything else is built from.

`asyncio.gather`, `create_task`, `wait_for` and `shield` are banned elsewhere (ruff): a task group
owns every task, and clean-up runs in `shielded`, which always has a deadline.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio

CLEANUP_SECONDS = 10.0
"""Longest a clean-up may hold up a cancel before it is abandoned."""


@asynccontextmanager
async def shielded(seconds: float = CLEANUP_SECONDS) -> AsyncIterator[anyio.CancelScope]:
    """Run the body to its end although the caller is being cancelled, for `seconds` at most.

    anyio cancels again at every await, so a library's own clean-up after a cancel may never run;
    what must happen happens in here. `scope.cancelled_caught` tells whether the deadline cut it.
    """
    with anyio.move_on_after(seconds, shield=True) as scope:
        yield scope


async def close_all(closers: Iterable[Callable[[], Awaitable[object]]]) -> None:
    """Call every closer, shielded, and only then report what failed.

    Raises:
        ExceptionGroup: one or more closers raised; all of them were called.
    """
    failures: list[Exception] = []
    for close in closers:
        async with shielded():
            try:
                await close()
            except Exception as failure:  # noqa: BLE001 - collected, then raised
                failures.append(failure)
    if failures:
        raise ExceptionGroup("closing failed", failures)


@contextmanager
def first_failure() -> Iterator[None]:
    """Raise the first failure of a task group in the body as it is, not wrapped in a group."""
    try:
        yield
    except ExceptionGroup as group:
        failure: Exception = group
        while isinstance(failure, ExceptionGroup):
            failure = failure.exceptions[0]
        raise failure from group


def usable_cores() -> int:
    """Processors this process may run on, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
