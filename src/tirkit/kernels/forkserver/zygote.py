"""The pool's end of one fork server: starts it, orders forks, hears of exits."""

import asyncio
import contextlib
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import anyio

from tirkit.concurrency import shielded
from tirkit.errors import KernelError
from tirkit.kernels.exit_watch import ChildWatch, PidfdWatch
from tirkit.kernels.folders import tail_of
from tirkit.kernels.forkserver.birth import Birth
from tirkit.kernels.forkserver.messages import Boot, Fork, receive, send
from tirkit.kernels.reasons import TOO_MANY_FILES, explain_exit

_PROGRAM = Path(__file__).parent
_STOP_SECONDS = 5.0


class ServerLostError(KernelError):
    """The fork server went away under an order; another one can take it."""


class Zygote:
    """A fork server. Made by `start`; must be closed.

    Attributes:
        confinement: what the server says of the walls around its kernels.
        boot_seconds: how long it took to load everything.
        forks: kernels ordered so far.
        live: kernels that have not ended.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", end: socket.socket, python: str, log: Path
    ) -> None:
        self._python = python
        self._end = end
        self._log = log
        self._watch = ChildWatch(process)
        self._watch.on_exit(self._on_end)
        self._ready = anyio.Event()
        self._refused = ""
        self._births: dict[int, Birth] = {}
        self._kernels: dict[int, PidfdWatch] = {}
        self.confinement: Mapping[str, Any] = {}
        self.boot_seconds = 0.0
        self.forks = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end, self._on_message)

    @property
    def alive(self) -> bool:
        """Whether the server can still fork."""
        return not self._watch.look()

    @property
    def live(self) -> int:
        """Kernels that have not ended."""
        return len(self._kernels)

    @classmethod
    async def start(
        cls, python: str, environment: Mapping[str, str], boot: Boot, log: Path
    ) -> Self:
        """Start a server and wait until it can fork.

        Args:
            python: the interpreter, with ipykernel and what is to be preloaded.
            environment: all of its environment, and of its kernels.
            boot: how to set up.
            log: where it writes what goes wrong.

        Raises:
            KernelError: it refused, or ended on the way; the message names the remedy.
            OSError: the process could not be started.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log.open("wb") as output:
            try:
                ours.setblocking(False)  # noqa: FBT003
                # Started in the loop's own thread: the server dies with the thread it came from.
                process = subprocess.Popen(  # noqa: S603, ASYNC220 - a few milliseconds
                    [python, "-P", "-s", str(_PROGRAM), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env=dict(environment),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        zygote = cls(process, ours, python, log)
        ready = False
        try:
            send(ours, boot)
            await zygote._ready.wait()
            if zygote._refused:
                raise KernelError(zygote._refused)
            ready = True
        except ConnectionError as failure:
            await zygote._watch.wait()
            raise KernelError(zygote.last_words()) from failure
        finally:
            if not ready:
                await zygote.aclose()
        return zygote

    def last_words(self) -> str:
        """Why the server ended, as far as it is known."""
        code = self._watch.returncode
        reason = f"the fork server ended with code {code}"
        return explain_exit(reason, tail_of(self._log), self._python)

    async def fork(self, order: Fork, pipes: list[int]) -> PidfdWatch:
        """Order a kernel and wait until it listens.

        Args:
            order: what the kernel is told.
            pipes: descriptors of its stdout and stderr; the caller closes its own copies.

        Raises:
            ServerLostError: the server has ended.
            OSError: the order could not be sent.
            KernelError: the kernel did not come up.
        """
        birth = self._births[order.number] = Birth()
        self.forks += 1
        came = False
        try:
            try:
                send(self._end, order, pipes)
            except ConnectionError as failure:
                await self._watch.wait()
                raise ServerLostError(self.last_words()) from failure
            await birth.settled.wait()
            if birth.failure is not None:
                raise birth.failure
            assert birth.watch is not None
            came = True
            return birth.watch
        finally:
            self._births.pop(order.number, None)
            if birth.watch is not None and not came:
                birth.watch.signal_all(signal.SIGKILL)

    async def aclose(self) -> None:
        """Stop the server and all its kernels, and wait for their end."""
        self._loop.remove_reader(self._end)
        self._end.close()
        async with shielded():
            with anyio.move_on_after(_STOP_SECONDS):
                await self._watch.wait()
            self._watch.signal_all(signal.SIGKILL)
            await self._watch.wait()
        for watch in list(self._kernels.values()):
            watch.report(-signal.SIGKILL)

    def _on_message(self) -> None:
        while True:
            try:
                received = receive(self._end)
            except BlockingIOError:
                return
            if received is None:
                self._loop.remove_reader(self._end)
                return
            self._take(*received)

    def _take(self, message: dict[str, Any], descriptors: list[int]) -> None:
        match message:
            case {"ready": _}:
                self.confinement = message["confinement"]
                self.boot_seconds = message["boot_seconds"]
                self._ready.set()
            case {"refused": str(reason)}:
                self._refused = reason
                self._ready.set()
            case {"forked": int(number)}:
                self._adopt(number, descriptors)
            case {"up": int(number)}:
                if birth := self._births.get(number):
                    birth.come_up()
            case {"failed": int(number), "reason": str(reason)}:
                if birth := self._births.get(number):
                    birth.fail(KernelError(f"the kernel did not come up: {reason}"))
            case {"exit": int(number), "code": int(code)}:
                self._lose(number, code)

    def _adopt(self, number: int, descriptors: list[int]) -> None:
        birth = self._births.get(number)
        if not descriptors:
            # The system keeps it back from who has too many.
            with contextlib.suppress(OSError):
                send(self._end, {"drop": number})
            if birth:
                birth.fail(KernelError(TOO_MANY_FILES))
            return
        watch = self._kernels[number] = PidfdWatch(descriptors[0])
        if birth:
            birth.adopt(watch)
        else:
            watch.signal_all(signal.SIGKILL)  # whoever ordered it has gone

    def _lose(self, number: int, code: int) -> None:
        if watch := self._kernels.pop(number, None):
            watch.report(code)
        if birth := self._births.get(number):
            birth.fail(KernelError(f"the kernel ended with code {code} while it came up"))

    def _on_end(self) -> None:
        """The server has ended; what it had told before still stands in the socket."""
        if self._end.fileno() >= 0:
            self._on_message()
        if not self._ready.is_set():
            self._refused = self.last_words()
            self._ready.set()
        for birth in self._births.values():
            birth.fail(ServerLostError(self.last_words()))
