"""Runs one cell against its deadline: wait, interrupt, a short grace, kill."""

import signal
import time

import anyio
import zmq

from tirkit.kernels.capture import Capture
from tirkit.kernels.exit_watch import ExitWatch
from tirkit.kernels.wire import Message, Wire
from tirkit.types import CodeResult, CodeStatus

_INTERRUPTS = 2
"""A command run by `os.system` swallows the first one; it is sent again within the grace."""

_LOST_MESSAGE_SECONDS = 2.0
"""Reply and end of output follow each other at once, unless zmq dropped one for its size."""

_LAST_WORDS_SECONDS = 0.05
"""What a dead kernel had sent is in our socket already; it only has to be read."""

_KILL_SECONDS = 5.0
"""Longest wait for a killed process to go; it is only late when the disk or memory is."""


class Cell:
    """One cell on its way: sent, and not yet both answered and idle.

    Args:
        wire: the kernel's channels.
        watch: the kernel's process.
        capture: where the output goes.
    """

    def __init__(self, wire: Wire, watch: ExitWatch, capture: Capture) -> None:
        self._wire = wire
        self._watch = watch
        self._capture = capture
        self._id = ""
        self._reply: Message | None = None
        self._idle = False

    async def run(self, code: str, *, timeout_seconds: float, grace_seconds: float) -> CodeResult:
        """Run the cell and see it through to its end; the process may be dead afterwards.

        A cell that is cancelled leaves the process to its owner, in the middle of the cell.
        """
        began = time.monotonic()
        status = CodeStatus.DIED
        with self._watch.cancelling():
            with anyio.move_on_after(timeout_seconds) as deadline:
                await self._send(code)
                await self._finish()
                status = CodeStatus.OK
            if deadline.cancelled_caught:
                status = CodeStatus.TIMED_OUT
                await self._interrupt(grace_seconds)
            if not self._healthy:
                self._watch.signal_group(signal.SIGKILL)
                with anyio.move_on_after(_KILL_SECONDS):
                    await self._watch.wait()
        duration = time.monotonic() - began
        if self._watch.ended:
            await self._last_words()
        return self._capture.result(status, duration, self._note(status, timeout_seconds))

    @property
    def _healthy(self) -> bool:
        """Whether the cell has ended and the kernel has said so on both channels."""
        return self._reply is not None and self._idle

    async def _send(self, code: str) -> None:
        try:
            self._id = await self._wire.execute(code)
        except zmq.Again:
            self._watch.signal_group(signal.SIGKILL)
            await self._watch.wait()

    async def _interrupt(self, grace_seconds: float) -> None:
        for _ in range(_INTERRUPTS):
            self._watch.signal_group(signal.SIGINT)
            with anyio.move_on_after(grace_seconds / _INTERRUPTS):
                await self._finish()
                return

    async def _finish(self) -> None:
        """Wait for the reply and the idle message; once one is here the other must follow."""
        async with anyio.create_task_group() as group:
            late = anyio.CancelScope()
            group.start_soon(self._until_replied, late)
            with late:
                await self._until_idle()
            group.cancel_scope.deadline = anyio.current_time() + _LOST_MESSAGE_SECONDS
        self._capture.close(self._reply.content if self._reply else {}, complete=self._idle)

    async def _until_replied(self, late: anyio.CancelScope) -> None:
        while self._reply is None:
            message = await self._wire.next_shell()
            if message.parent_id == self._id:
                self._reply = message
        late.deadline = anyio.current_time() + _LOST_MESSAGE_SECONDS

    async def _until_idle(self) -> None:
        while not self._idle:
            message = await self._wire.next_iopub()
            if message.parent_id != self._id:
                continue
            if message.kind == "status":
                self._idle = message.content.get("execution_state") == "idle"
            else:
                self._capture.add(message)

    async def _last_words(self) -> None:
        with anyio.move_on_after(_LAST_WORDS_SECONDS):
            self._idle = False
            await self._until_idle()

    def _note(self, status: CodeStatus, timeout_seconds: float) -> str:
        code = self._watch.returncode
        if status is CodeStatus.TIMED_OUT:
            return f"the cell ran longer than {timeout_seconds:g} seconds and was stopped"
        if status is not CodeStatus.DIED or code is None:
            return ""
        if code >= 0:
            return f"the Python process ended with exit code {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
        return f"the Python process was killed by {name}{hint}"
