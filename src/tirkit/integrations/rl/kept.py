"""Something asynchronous kept open in a thread of its own, for trainers with loops of theirs."""

import atexit
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from threading import Lock
from types import TracebackType
from typing import Generic, Self, TypeVar

from tirkit.errors import ConfigError
from tirkit.integrations.loop_thread import LoopThread

T = TypeVar("T")
R = TypeVar("R")

_CLOSE_SECONDS = 30.0
"""Longest wait for a loop to end; kernels die with this process in any case."""


class Kept(Generic[T]):
    """Keeps something open in a loop and thread of its own, from the first use on.

    A context manager; a process that never leaves it leaves it at its end.

    Args:
        make: makes what is kept, not yet entered; called in its loop.
    """

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._make = make
        self._lock = Lock()
        self._uses: set[Future[object]] = set()
        self._loop: LoopThread | None = None
        self._kept: T | None = None
        self._leave: AbstractContextManager[T] | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            loop, leave = self._loop, self._leave
            self._loop, self._leave, self._closed = None, None, True
        atexit.unregister(self.__exit__)
        for use in list(self._uses):
            use.cancel()
        if loop is None:
            return
        try:
            if leave is not None:
                leave.__exit__(None, None, None)
        finally:
            loop.close(_CLOSE_SECONDS)

    def start(self, use: Callable[[T], Awaitable[R]]) -> "Future[R]":
        """Begin to use it, from any thread; cancelling the future cancels that use.

        The first call waits until it is open.

        Raises:
            ConfigError: it was left already.
            TirkitError: it could not be opened.
        """
        with self._lock:
            kept, loop = self._opened()
            future: Future[R] = loop.portal.start_task_soon(use, kept)
            self._uses.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._uses.discard)
        return future

    def _opened(self) -> tuple[T, LoopThread]:
        if self._closed:
            raise ConfigError("this was closed: what is kept open cannot be used any more")
        if self._loop is None:
            self._loop = LoopThread(name="tirkit-rl")
            # Threads that are made in a daemon thread are daemons too: none holds up the end.
            atexit.register(self.__exit__, None, None, None)
        if self._leave is None:
            portal = self._loop.portal
            leave = portal.wrap_async_context_manager(portal.call(self._make))
            self._kept = leave.__enter__()
            self._leave = leave
        assert self._kept is not None, "entering gave nothing"
        return self._kept, self._loop
