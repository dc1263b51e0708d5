"""For sync tests and fixtures: session fixtures may hold a loop in this thread."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio.from_thread import start_blocking_portal

T = TypeVar("T")


def in_own_loop(function: Callable[..., Awaitable[T]], *args: object) -> T:
    """What a coroutine function gives, run in a thread and a loop of its own."""
    with start_blocking_portal("asyncio") as portal:
        return portal.call(function, *args)
