"""Ctrl-C and SIGTERM as requests: the first Ctrl-C finishes, the next one and SIGTERM stop."""

import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskStatus

from tirkit.bench import Halt

STOPPED_BY_USER = 130
"""Exit code of a command that was interrupted, as shells have it: 128 and the number of SIGINT."""

Say = Callable[[str], None]
_TAKEN = (signal.SIGINT, signal.SIGTERM)


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(f"tirkit: {line}", file=sys.stderr, flush=True)


@asynccontextmanager
async def halted_by_signals(halt: Halt, tell: Say = say) -> AsyncIterator[None]:
    """Turn signals into calls of `halt` as long as the body runs; the main thread only.

    Signals that come while the body cleans up are told and change nothing, so what it owns is
    closed in any case. Where the body was stopped the process is about to end: from then on they
    are ignored, and cannot change how.
    """
    async with anyio.create_task_group() as tasks:
        await tasks.start(_take_signals, halt, tell)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()
    if halt.stopping:
        for number in _TAKEN:
            signal.signal(number, signal.SIG_IGN)


async def _take_signals(halt: Halt, tell: Say, *, task_status: TaskStatus[None]) -> None:
    with anyio.open_signal_receiver(*_TAKEN) as signals:
        task_status.started()
        async for number in signals:
            if halt.stopping:
                tell("already stopping: kernels and the engine are being closed")
            elif halt.finishing or number == signal.SIGTERM:
                halt.stop()
                tell("stopping now; finished attempts are recorded")
            else:
                _finish(halt, tell)


def _finish(halt: Halt, tell: Say) -> None:
    count = halt.finish()
    if count:
        noun = "problem" if count == 1 else "problems"
        tell(f"finishing {count} {noun}; Ctrl-C again stops now")
    else:
        tell("stopping: no problem is being worked on")
