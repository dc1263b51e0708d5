"""Cancels a piece of async work at every one of its awaits, one run per await."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

import anyio

_MOST_AWAITS = 5000
"""Longer work than this is cut into smaller pieces by its test."""


async def cancel_at_every_await(
    make: Callable[[], Coroutine[Any, Any, object]],
    check: Callable[[int], Awaitable[None]],
    *,
    step: int = 1,
    first: int = 1,
) -> int:
    """Run `make()` again and again, cancelled at its first await, its second, …, until it ends.

    Only suspensions of the work's own task count. After each run, also after the last and
    undisturbed one, `check` is awaited with the number of the await that was cancelled and raises
    if anything leaked.

    Args:
        make: the work, fresh for each run; it must let the cancel through.
        check: looks for what must not be left behind.
        step: cancel at every `step`-th await only.
        first: the await to begin with.

    Returns:
        How many runs were cancelled.

    Raises:
        AssertionError: the work swallowed a cancel, or never came to an end.
    """
    for cancelled, cancel_at in enumerate(range(first, _MOST_AWAITS, step)):
        counted = _Counted(make(), cancel_at)
        with counted.scope:
            await counted
        await check(cancel_at)
        if not counted.scope.cancel_called:
            return cancelled
    raise AssertionError(f"the work was still awaiting after {_MOST_AWAITS} awaits")


class _Counted:
    """Awaits some work and cancels its scope at the n-th suspension."""

    def __init__(self, work: Coroutine[Any, Any, object], cancel_at: int) -> None:
        self.scope = anyio.CancelScope()
        self._work = work
        self._left = cancel_at

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self._work.__await__()
        advance: Callable[[], Any] = steps.__next__
        while True:
            try:
                waiting_for = advance()
            except StopIteration as done:
                return done.value
            self._left -= 1
            if self._left == 0:
                self.scope.cancel()
            try:
                value = yield waiting_for
            except BaseException as error:  # noqa: BLE001 - handed to the work as it is
                advance = _throw(steps, error)
            else:
                advance = _send(steps, value)


def _send(steps: Generator[Any, Any, object], value: object) -> Callable[[], Any]:
    return lambda: steps.send(value)


def _throw(steps: Generator[Any, Any, object], error: BaseException) -> Callable[[], Any]:
    return lambda: steps.throw(error)
