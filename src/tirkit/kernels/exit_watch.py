"""Notices at once that a kernel's process has ended, without asking Jupyter."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

_POLL_SECONDS = 0.02
"""How often the process is asked where the system has no pidfd (macOS)."""


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
        self._descriptor: int | None = None
        if hasattr(os, "pidfd_open"):
            self._descriptor = os.pidfd_open(process.pid)
            self._loop.add_reader(self._descriptor, self._on_exit)
        else:
            self._poll()

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

    def _poll(self) -> None:
        status = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if status is None:
            self._loop.call_later(_POLL_SECONDS, self._poll)
        else:
            self._on_exit()

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
