"""A pool of child processes that compare answers by symbols, each pair within its own bound."""

import atexit
import itertools
import math
import os
import threading
import time
import weakref
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from tirkit.answers.comparison import Comparison
from tirkit.answers.outcome import Equivalence
from tirkit.answers.pool.child import Child, ChildLostError, Overdue
from tirkit.answers.pool.children import Children, Ticket
from tirkit.concurrency import usable_cores
from tirkit.errors import ConfigError

MAX_WORKERS = 4
"""Most children that a pool starts unasked."""
MIN_MEMORY_MB = 256
"""Loading the libraries alone takes a third of this."""
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Settled:
    """What asking a child gave.

    Attributes:
        outcome: UNKNOWN also where the child was killed.
        reason: why it is UNKNOWN, in words.
        holds_seconds: for which bounds asking again would give the same: infinite for what was
            shown or cannot be, the bound for what took too long, 0 where no child could be had.
    """

    outcome: Equivalence
    reason: str = ""
    holds_seconds: float = math.inf


class AnswerPool:
    """Children that compare answers. Safe to use from many threads, and usable after a fork.

    Children start when they are first needed. A pair that takes longer than its bound, or more
    memory than `memory_mb`, costs its child: it is killed and replaced, and the pair is UNKNOWN.

    Args:
        workers: children at once; None is one per core, 4 at most.
        memory_mb: address space of each, in MiB.
        start_timeout_seconds: longest a child may take to load its libraries.
        queue_timeout_seconds: longest a pair waits for a free child; neither this nor the start
            counts against the pair's own bound.

    Raises:
        ConfigError: a number is out of range.
    """

    def __init__(
        self,
        workers: int | None = None,
        memory_mb: int = 1024,
        start_timeout_seconds: float = 60.0,
        queue_timeout_seconds: float = 600.0,
    ) -> None:
        if workers is not None and workers < 1:
            raise ConfigError(f"{workers} workers: use 1 or more, or None for one per core")
        if memory_mb < MIN_MEMORY_MB:
            raise ConfigError(f"memory_mb is {memory_mb}: sympy needs at least {MIN_MEMORY_MB}")
        if not (start_timeout_seconds > 0 and queue_timeout_seconds > 0):
            raise ConfigError("start_timeout_seconds and queue_timeout_seconds must be above 0")
        self.workers = workers or min(MAX_WORKERS, usable_cores())
        """Children at once, at most."""
        self._limiter: RunVar[anyio.CapacityLimiter] = RunVar(f"tirkit answers {next(_NUMBERS)}")
        self._children = Children(
            self.workers, memory_mb, start_timeout_seconds, queue_timeout_seconds
        )
        _POOLS.add(self)

    def compare(self, one: str, other: str, how: Comparison) -> Settled:
        """Compare two canonical forms in a child; blocks, never raises for what they hold."""
        return self._compare(one, other, how, Ticket())

    async def compare_async(self, one: str, other: str, how: Comparison) -> Settled:
        """The same without blocking the loop. A cancel kills the child that has the pair."""
        ticket = Ticket()
        limiter = self._limiter.get(None)
        if limiter is None:
            limiter = anyio.CapacityLimiter(self.workers)
            self._limiter.set(limiter)
        try:
            return await anyio.to_thread.run_sync(
                self._compare, one, other, how, ticket, abandon_on_cancel=True, limiter=limiter
            )
        finally:
            self._children.cancel(ticket)

    @property
    def started(self) -> int:
        """Children started so far."""
        return self._children.started

    def close(self) -> None:
        """Kill all children. Pairs in flight become UNKNOWN, and so does whatever comes later."""
        self._children.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _compare(self, one: str, other: str, how: Comparison, ticket: Ticket) -> Settled:
        request = {"one": min(one, other), "other": max(one, other), "how": asdict(how)}
        left_seconds = how.timeout_seconds
        while True:
            child = self._children.take(ticket)
            if isinstance(child, str):
                return Settled(Equivalence.UNKNOWN, child, 0.0)
            began, seasoned = time.monotonic(), child.answered > 0
            try:
                answer = child.ask(request, left_seconds)
            except Overdue:
                self._children.replace(child, ticket)
                reason = f"not settled within {how.timeout_seconds:g} s"
                return Settled(Equivalence.UNKNOWN, reason, self._holds(ticket, how))
            except ChildLostError:
                self._children.replace(child, ticket)
                left_seconds -= time.monotonic() - began
                if seasoned and left_seconds > 0 and self._holds(ticket, how):
                    continue  # once more: it may have been the fault of an earlier pair
                holds = self._holds(ticket, how) and math.inf
                return Settled(Equivalence.UNKNOWN, "its child process ended", holds)
            except BaseException:
                self._children.replace(child, ticket)
                raise
            return self._settle(child, ticket, answer)

    def _holds(self, ticket: Ticket, how: Comparison) -> float:
        """For which bounds a killed pair would end so again; 0 if it was not to blame."""
        return 0.0 if self._children.closed or ticket.cancelled else how.timeout_seconds

    def _settle(self, child: Child, ticket: Ticket, answer: dict[str, Any]) -> Settled:
        if answer.get("worn") or answer.get("why") == "memory":
            self._children.replace(child, ticket)
        else:
            self._children.give_back(child, ticket)
        return Settled(Equivalence(answer["outcome"]), str(answer.get("why", "")))


_POOLS: "weakref.WeakSet[AnswerPool]" = weakref.WeakSet()
_default: list[AnswerPool] = []
_default_lock = threading.Lock()


def default_pool() -> AnswerPool:
    """The process's own pool, made when it is first asked for and closed at exit."""
    with _default_lock:
        if not _default:
            _default.append(AnswerPool())
            atexit.register(_default[0].close)
        return _default[0]


def _forget_pools() -> None:
    """In a forked process: locks that nobody holds, and no children of the parent's."""
    global _default_lock  # noqa: PLW0603 - a lock may be held by a thread that is not here
    _default_lock = threading.Lock()
    for pool in list(_POOLS):
        pool._children.after_fork()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pools)
