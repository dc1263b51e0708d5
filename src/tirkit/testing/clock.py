"""A clock that moves only when told, and an event loop that lives by it."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from selectors import SelectorKey
from typing import TypeVar

import anyio
import anyio.lowlevel

_Result = TypeVar("_Result")

_LATE_SECONDS = 1e-6
"""Timers fire late, as on real clocks; without it rounding could leave one just ahead for ever."""


class FakeClock:
    """A clock that moves only when told.

    Call it for the seconds it shows. It stands in for `time.monotonic`, its `sleep` for
    `anyio.sleep`, and its loops live by it: where everything waits for a timer, a loop moves the
    clock to that timer instead of waiting. Hours of waiting then take no time, in the same order
    as on a real clock.

    Real threads, processes and sockets do not live by it: while a loop waits for one of them and
    for a timer at once, the timer comes first.

    Args:
        seconds: what it shows at first.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds

    def __call__(self) -> float:
        """The seconds it shows."""
        return self._seconds

    def __repr__(self) -> str:
        return f"<FakeClock {self._seconds:g} s>"

    def advance(self, seconds: float) -> None:
        """Move it forward.

        Raises:
            ValueError: it would go back.
        """
        if not seconds >= 0:
            raise ValueError(f"a clock cannot be moved by {seconds} s")
        self._seconds += seconds

    async def sleep(self, seconds: float) -> None:
        """Move it forward and let others run; for code that is alone in waiting."""
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()

    def run(self, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Run something on a loop of this clock; blocks, and works beside a running loop too.

        Args:
            work: an async function without arguments.
        """
        # A thread of its own: a loop may be running, or be held open, in this one.
        options = {"loop_factory": self.loop}
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(lambda: anyio.run(work, backend_options=options))
            return running.result()

    def loop(self) -> asyncio.AbstractEventLoop:
        """A new event loop that lives by this clock; a `loop_factory`."""
        return _Loop(self)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        super().__init__(_Selector(clock))

    def time(self) -> float:
        return self._clock()


class _Selector(selectors.DefaultSelector):
    """Moves the clock instead of waiting; without a timer it waits for other threads."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self._clock.advance(timeout + _LATE_SECONDS)
        return ready
