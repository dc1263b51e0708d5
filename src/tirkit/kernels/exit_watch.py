"""Notices at once that a kernel's process has ended, without asking Jupyter."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

_POLL_SECONDS = 0.02
"""How often the process is asked where there is no pidfd (macOS, or no file left to open)."""


class ExitWatch:
    """Follows one process that leads its own group, from the event loop.

    The group is killed when its leader ends: until the leader is reaped, its number cannot be
    given to anyone else. Must be made inside a running loop, and closed by `wait` or by the exit.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._ended = anyio.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._descriptor = _pidfd(process.pid)
        if self._descriptor is None:
            self._poll()
        else:
            self._loop.add_reader(self._descriptor, self._on_exit)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._ended.is_set()

    @property
    def returncode(self) -> int | None:
        """Exit code, or minus the signal's number; None while the process lives."""
        return self._process.returncode

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await self._ended.wait()

    def on_exit(self, callback: Callable[[], None]) -> None:
        """Call back, in the loop, when the process ends; at once if it has ended."""
        if self.ended:
            callback()
        else:
            self._callbacks.append(callback)

    @contextmanager
    def cancelling(self) -> Iterator[anyio.CancelScope]:
        """A scope that is cancelled when the process ends."""
        with anyio.CancelScope() as scope:
            self.on_exit(scope.cancel)
            try:
                yield scope
            finally:
                if scope.cancel in self._callbacks:
                    self._callbacks.remove(scope.cancel)

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the process and the children it started; nothing happens after its end."""
        if not self.ended:
            self._killpg(number)

    def _killpg(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            # macOS answers "not permitted" where only zombies are left in the group.
            return

    def look(self) -> bool:
        """Whether the process has ended, asked of the system rather than of the loop."""
        if not self.ended:
            options = os.WEXITED | os.WNOHANG | os.WNOWAIT
            if os.waitid(os.P_PID, self._process.pid, options) is not None:
                self._on_exit()
        return self.ended

    def _poll(self) -> None:
        if not self.look():
            self._loop.call_later(_POLL_SECONDS, self._poll)

    def _on_exit(self) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
        self._killpg(signal.SIGKILL)
        self._process.wait()  # returns at once: the process is a zombie
        self._ended.set()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    except OSError:
        return None
