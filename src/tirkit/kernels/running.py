"""One running kernel, however it was born: runs cells, dies on request, cleans up."""

import signal
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from tirkit.concurrency import shielded
from tirkit.kernels.capture import Capture
from tirkit.kernels.exit_watch import ExitWatch
from tirkit.kernels.ladder import Cell
from tirkit.kernels.part import OnePart
from tirkit.kernels.settings import KernelSettings
from tirkit.kernels.streams import OutputPipes
from tirkit.kernels.wire import Wire
from tirkit.types import CodeResult

_LEAST_LIMIT_CHARS = 2**16
"""What a kernel passes on of each stream before it holds back; more than most caps."""

_BYTES_PER_CHARACTER = 6
"""A character takes at most this in JSON."""

_KEPT_IMAGE_BYTES = 2**20


def limit_chars(settings: KernelSettings) -> int:
    """How much of a text a kernel passes on from the head, and how much from the tail."""
    return max(_LEAST_LIMIT_CHARS, settings.output_cap_chars)


def most_reply_bytes(settings: KernelSettings) -> int:
    """Longest reply an honest kernel sends: value, error and message, each capped, and images."""
    texts = 5 * limit_chars(settings) * _BYTES_PER_CHARACTER
    return 2**16 + texts + settings.keep_images * (_KEPT_IMAGE_BYTES + 2**10)


@dataclass(frozen=True, slots=True)
class KernelParts:
    """What a running kernel consists of.

    Attributes:
        watch: its process.
        wire: its shell channel.
        pipes: its standard streams.
        home: its working directory.
        connection: what a Jupyter client needs to connect.
        clean: removes what the kernel leaves behind once its process is gone.
    """

    watch: ExitWatch
    wire: Wire
    pipes: OutputPipes
    home: Path
    connection: Mapping[str, str | int]
    clean: Callable[[], Awaitable[None]]


class RunningKernel:
    """A live kernel. Owns its parts."""

    def __init__(self, settings: KernelSettings, parts: KernelParts) -> None:
        self._settings = settings
        self._parts = parts
        self._turn = anyio.Lock()
        self._killed = False
        self._options: dict[str, object] = {}
        self._names: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the process runs and nobody has killed it."""
        return not self._killed and not self._parts.watch.look()

    @property
    def names(self) -> tuple[str, ...]:
        """Names the cells so far have defined."""
        return self._names

    @property
    def pid(self) -> int | None:
        """Number of the kernel's process as we see it; None after its end."""
        return self._parts.watch.pid

    @property
    def connection(self) -> Mapping[str, str | int]:
        """What a Jupyter client needs to connect."""
        return self._parts.connection

    def on_exit(self, callback: Callable[[], None]) -> None:
        """Call back when the process ends; at once if it has ended."""
        self._parts.watch.on_exit(callback)

    def reseed(self, seed: int) -> None:
        """Seed every random state before the next cell."""
        self._options["seed"] = seed

    async def run_cell(self, code: str, *, timeout_seconds: float) -> CodeResult:
        """Run one cell; afterwards `alive` tells whether the state survived it."""
        return await self.run_parts(OnePart(code), timeout_seconds=timeout_seconds)

    async def run_parts(self, parts: AsyncIterable[str], *, timeout_seconds: float) -> CodeResult:
        """Run one cell that arrives in parts; see `tirkit.kernels.Kernel`.

        Cancelling kills the process: nobody knows what state the cell was in.
        """
        own, settings = self._parts, self._settings
        finished = False
        try:
            async with self._turn:
                capture = Capture(
                    settings.output_cap_chars,
                    str(own.home),
                    settings.keep_images,
                    settings.total_cap_chars,
                )
                options, self._options = self._options, {}
                result = await Cell(own.wire, own.watch, own.pipes, capture).run(
                    parts,
                    options,
                    most_chars=2 * limit_chars(settings),
                    timeout_seconds=timeout_seconds,
                    grace_seconds=settings.grace_seconds,
                )
            finished = True
        finally:
            if not finished:
                self.kill()
        if capture.names is not None:
            self._names = capture.names
        return result

    async def undefined_names(self, code: str) -> tuple[str, ...]:
        """Names the code would define that are not defined; () if the kernel does not say."""
        own = self._parts
        async with self._turn:
            capture = Capture(self._settings.output_cap_chars)
            await Cell(own.wire, own.watch, own.pipes, capture).undefined_names(code)
        return capture.undefined

    def kill(self) -> None:
        """Kill the process and its children, without waiting."""
        self._killed = True
        self._parts.watch.signal_all(signal.SIGKILL)

    async def close(self) -> None:
        """Kill, wait for the end, and remove every trace. May be called again."""
        self.kill()
        async with shielded():
            await self._parts.watch.wait()
            # A cell in flight has been told; it lets go of the socket before that closes.
            async with self._turn:
                self._parts.wire.close()
                self._parts.pipes.close()
            await self._parts.clean()
