"""One stock ipykernel: its process, its folder and its sockets. The door to jupyter_client."""

import inspect
import logging
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from tirkit.concurrency import shielded
from tirkit.errors import KernelError
from tirkit.kernels import inside, tap
from tirkit.kernels.capture import Capture
from tirkit.kernels.exit_watch import ExitWatch
from tirkit.kernels.folders import remove_tree
from tirkit.kernels.ladder import Cell
from tirkit.kernels.settings import KernelSettings
from tirkit.kernels.wire import Wire
from tirkit.types import CodeResult, CodeStatus

_SOCKET_POLL_SECONDS = 0.02
"""Connecting before the kernel has bound its sockets costs zmq's reconnect wait of 0.1 s."""

_LEAST_LIMIT_CHARS = 2**16
"""What a kernel passes on of each stream before it holds back; more than most caps."""

_BYTES_PER_CHARACTER = 16
"""A message holds up to two limits of text, at up to six bytes per character in JSON."""

_TRIAL_SECONDS = 30.0

_INSIDE = inspect.getsource(tap) + inspect.getsource(inside)

_LOG = logging.getLogger("tirkit.kernels.jupyter")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False

KERNEL_OPTIONS = (
    "--HistoryManager.enabled=False",
    "--IPKernelApp.capture_fd_output=False",  # `inside` does it without losing the last words
    "--InteractiveShell.cache_size=0",  # else Out[] keeps every big result alive
    "--InteractiveShell.colors=nocolor",
    "--InteractiveShell.xmode=Plain",
    "--IPCompleter.use_jedi=False",
)


class KernelProcess:
    """A live kernel in a process group of its own.

    Args:
        settings: the pool's settings.
        folder: private to this kernel, made here and removed by `close`.
        context: the zmq context shared by all kernels of the pool.
    """

    def __init__(
        self, settings: KernelSettings, folder: Path, context: zmq.asyncio.Context
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._home = folder / "work"
        self._context = context
        self._limit = max(_LEAST_LIMIT_CHARS, settings.output_cap_chars)
        self._manager: Any = None
        self._watch: ExitWatch | None = None
        self._wire: Wire | None = None
        self._turn = anyio.Lock()
        self._killed = False
        self._names: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the process runs and nobody has killed it."""
        return self._watch is not None and not self._killed and not self._watch.look()

    @property
    def names(self) -> tuple[str, ...]:
        """Names the cells so far have defined."""
        return self._names

    @property
    def log_path(self) -> Path:
        """Where the process writes while it comes up."""
        return self._folder / "log"

    def on_exit(self, callback: Callable[[], None]) -> None:
        """Call back when the process ends; at once if it has ended."""
        self._started[0].on_exit(callback)

    @property
    def _started(self) -> tuple[ExitWatch, Wire]:
        if self._watch is None or self._wire is None:
            raise KernelError("this kernel was never started: take one from a KernelPool")
        return self._watch, self._wire

    async def start(self) -> None:
        """Bring the kernel up, ready for its first cell. The caller closes it if that fails.

        Raises:
            KernelError: the process ended on the way, or the start-up code failed.
            OSError: the process could not be started.
            zmq.ZMQError: no more sockets.
        """
        self._home.mkdir(parents=True)
        await self._launch()
        await self._connect()
        await self._prepare()

    async def _launch(self) -> None:
        spec = KernelSpec(
            argv=[
                *(self._settings.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
                *KERNEL_OPTIONS,
            ],
            language="python",
            interrupt_mode="signal",
        )
        manager = AsyncKernelManager(
            transport="ipc",
            context=self._context,
            connection_file=str(self._folder / "c.json"),
            log=_LOG,
        )
        # Set here, no kernel spec on disk and no plug-in is looked up.
        manager._kernel_spec = spec  # noqa: SLF001
        manager.provisioner = LocalProvisioner(
            kernel_id=manager.kernel_id or "tirkit", kernel_spec=spec, parent=manager
        )
        self._manager = manager
        environment = self._settings.kernel_environment(self._home, self._folder)
        with self.log_path.open("wb") as log:
            async with shielded(self._settings.start_timeout_seconds):
                await manager.start_kernel(
                    cwd=str(self._home),
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        if manager.provisioner.process is None:
            raise KernelError("jupyter_client did not start the kernel's process in time")
        self._watch = ExitWatch(manager.provisioner.process)

    async def _connect(self) -> None:
        addresses = {
            name: Path(f"{self._manager.ip}-{getattr(self._manager, f'{name}_port')}")
            for name in ("shell", "iopub")
        }
        # The files appear when the kernel binds its sockets; nothing announces it.
        while self.alive and not all(path.exists() for path in addresses.values()):  # noqa: ASYNC110
            await anyio.sleep(_SOCKET_POLL_SECONDS)
        self._wire = Wire(
            self._context,
            self._manager.session,
            shell_address=f"ipc://{addresses['shell']}",
            max_message_bytes=_BYTES_PER_CHARACTER * self._limit,
            iopub_address=f"ipc://{addresses['iopub']}",
        )

    async def _prepare(self) -> None:
        watch, wire = self._started
        with watch.cancelling():
            while (await wire.next_iopub()).kind != "iopub_welcome":
                pass
            arguments = f"get_ipython(), {self._limit}, {self._settings.startup_code!r}"
            result = await self.run_cell(
                f"exec(compile({_INSIDE!r}, '<tirkit>', 'exec'), "
                "(_tirkit := {'__name__': 'tirkit_inside'})) or "
                f"_tirkit['prepare']({arguments}); del _tirkit",
                timeout_seconds=self._settings.start_timeout_seconds,
            )
            if not result.ok:
                raise KernelError(
                    f"the kernel's start-up code failed: correct startup_code\n{result.error}"
                )
            trial = await self.run_cell("6 * 7", timeout_seconds=_TRIAL_SECONDS)
            if trial.value != "42":
                raise KernelError(
                    "the kernel came up but does not compute: install ipykernel>=7,<8 for "
                    f"{self._settings.python}\n{trial.error}\n{trial.stderr}"
                )
        if watch.ended:
            raise KernelError(f"the kernel's process ended with code {watch.returncode}")

    async def run_cell(self, code: str, *, timeout_seconds: float) -> CodeResult:
        """Run one cell; afterwards `alive` tells whether the state survived it.

        Cancelling kills the process: nobody knows what state the cell was in.
        """
        if len(code) > 2 * self._limit:
            return CodeResult(
                CodeStatus.ERROR,
                error=f"the code has {len(code)} characters; {2 * self._limit} can be run at once",
            )
        watch, wire = self._started
        finished = False
        try:
            async with self._turn:
                capture = Capture(self._settings.output_cap_chars, str(self._home))
                result = await Cell(wire, watch, capture).run(
                    code,
                    timeout_seconds=timeout_seconds,
                    grace_seconds=self._settings.grace_seconds,
                )
            finished = True
        finally:
            if not finished:
                self.kill()
        if capture.names is not None:
            self._names = capture.names
        return result

    def kill(self) -> None:
        """Kill the process and its children, without waiting."""
        self._killed = True
        if self._watch is not None:
            self._watch.signal_group(signal.SIGKILL)

    async def close(self) -> None:
        """Kill, wait for the end, and remove every trace. May be called again."""
        self.kill()
        async with shielded():
            if self._watch is not None:
                await self._watch.wait()
            # A cell in flight has been told; it lets go of the sockets before they close.
            async with self._turn:
                if self._wire is not None:
                    self._wire.close()
            if self._manager is not None:
                await self._manager.cleanup_resources()
            await remove_tree(self._folder)
