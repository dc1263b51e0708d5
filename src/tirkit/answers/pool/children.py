"""The children of a pool: who has one, who waits for one, which is replaced."""

import contextlib
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from tirkit.answers.pool.child import Child, ChildLostError, Overdue

RETRY_SECONDS = 10.0
"""How long no start is tried again after one has failed."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Ticket:
    """A pair on its way; cancelling it kills the child that has it."""

    child: Child | None = None
    cancelled: bool = False
    granted: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


class Children:
    """Up to so many children, each with one pair at a time; first come, first served.

    Args:
        most: children at once.
        memory_mb: address space of each, in MiB.
        start_timeout_seconds: longest a child may take to load its libraries.
        queue_timeout_seconds: longest a pair waits for a free child.
    """

    def __init__(
        self,
        most: int,
        memory_mb: int,
        start_timeout_seconds: float,
        queue_timeout_seconds: float,
    ) -> None:
        self._most = most
        self._memory_mb = memory_mb
        self._start_timeout_seconds = start_timeout_seconds
        self._queue_timeout_seconds = queue_timeout_seconds
        self.started = 0
        """Children started so far."""
        self.closed = False
        self._reset()

    def _reset(self) -> None:
        """No children, nobody waiting, locks that nobody holds."""
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._held = 0
        self._waiting: deque[Ticket] = deque()
        self._no_start_before = 0.0

    def take(self, ticket: Ticket) -> Child | str:
        """A child that is ready, or why there is none, in words."""
        if refusal := self._wait_turn(ticket):
            return refusal
        try:
            child = self._start_or_reuse(ticket)
            if not isinstance(child, str):
                child.wait_ready(self._start_timeout_seconds)
                return child
        except (ChildLostError, Overdue, OSError) as failure:
            return self._start_failed(ticket, failure)
        except BaseException:
            if ticket.child is not None:
                self.replace(ticket.child, ticket)
            else:
                self._release(ticket)
            raise
        self._release(ticket)
        return child

    def give_back(self, child: Child, ticket: Ticket) -> None:
        """Let the next pair have the child."""
        with self._lock:
            ticket.child = None
            self._busy.discard(child)
            closed = self.closed
            if not closed:
                self._idle.append(child)
        if closed:
            child.close()
        self._release(ticket)

    def replace(self, child: Child, ticket: Ticket) -> None:
        """Kill the child; the one that takes its place loads while nobody waits for it."""
        with self._lock:
            ticket.child = None
            self._busy.discard(child)
        child.close()
        with self._lock, contextlib.suppress(OSError):
            if not self.closed:
                self._idle.append(self._start())
        self._release(ticket)

    def cancel(self, ticket: Ticket) -> None:
        """Take the pair out of the queue, or kill the child that has it; nothing if it is done."""
        with self._lock:
            ticket.cancelled = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            ticket.woken.set()
            if ticket.child is not None:
                ticket.child.kill()

    def close(self) -> None:
        """Kill all children. Pairs in flight become UNKNOWN, and so does whatever comes later."""
        with self._lock:
            self.closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
            waiting, self._waiting = list(self._waiting), deque()
        for child in busy:
            child.kill()
        for child in idle:
            child.close()
        for ticket in waiting:
            ticket.woken.set()

    def after_fork(self) -> None:
        """In a forked process: the children are the parent's; begin with none."""
        inherited = [*self._idle, *self._busy]
        self._reset()
        for child in inherited:
            child.forget()

    def _wait_turn(self, ticket: Ticket) -> str:
        """Wait for the right to have a child; why there is none, or ""."""
        with self._lock:
            if self._held < self._most:
                self._held += 1
                ticket.granted = True
                return ""
            if self.closed or ticket.cancelled:
                return "the pool is closed" if self.closed else "cancelled"
            ticket.woken.clear()
            self._waiting.append(ticket)
        try:
            ticket.woken.wait(self._queue_timeout_seconds)
        except BaseException:
            if not self._leave_queue(ticket):
                self._release(ticket)
            raise
        return "no child process became free" if self._leave_queue(ticket) else ""

    def _leave_queue(self, ticket: Ticket) -> bool:
        """Stop waiting; whether it was in vain."""
        with self._lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            return not ticket.granted

    def _start_or_reuse(self, ticket: Ticket) -> Child | str:
        with self._lock:
            if self.closed:
                return "the pool is closed"
            if ticket.cancelled:
                return "cancelled"
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return self._mark(child, ticket)
                child.close()
            if time.monotonic() < self._no_start_before:
                return "no child process could be started"
            return self._mark(self._start(), ticket)

    def _mark(self, child: Child, ticket: Ticket) -> Child:
        self._busy.add(child)
        ticket.child = child
        return child

    def _start(self) -> Child:
        self.started += 1
        return Child(self._memory_mb)

    def _start_failed(self, ticket: Ticket, failure: Exception) -> str:
        child, ticket.child = ticket.child, None
        if child is not None:
            child.close()
        with self._lock:
            if child is not None:
                self._busy.discard(child)
            willed = self.closed or ticket.cancelled
            if not willed:
                self._no_start_before = time.monotonic() + RETRY_SECONDS
        self._release(ticket)
        if not willed:
            _log.warning(
                "no child process for symbolic answers could be started (%s %s): pairs that need "
                "one are unknown; is math-verify installed, and memory_mb enough?",
                type(failure).__name__,
                failure,
            )
        return "no child process could be started"

    def _release(self, ticket: Ticket) -> None:
        """Pass the right to a child on to who has waited longest."""
        with self._lock:
            ticket.granted = False
            if self._waiting:
                following = self._waiting.popleft()
                following.granted = True
                following.woken.set()
            else:
                self._held -= 1
