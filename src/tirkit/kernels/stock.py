"""Makes stock kernels: one new interpreter each. Slow to start (about a second), simple."""

import errno
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import zmq
import zmq.asyncio

from tirkit.concurrency import shielded
from tirkit.errors import KernelError
from tirkit.kernels.folders import make_private_folder, remove_tree
from tirkit.kernels.live import KernelMaker, LiveKernel
from tirkit.kernels.process import KernelProcess
from tirkit.kernels.settings import KernelSettings

_MAX_SOCKETS = 65536
"""zmq's own default of 1023 sockets ends at about 250 kernels."""

_LOG_BYTES = 4000
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE})


@asynccontextmanager
async def stock_kernels(settings: KernelSettings) -> AsyncIterator[KernelMaker]:
    """Own the folder and the zmq context of all kernels of a pool.

    Raises:
        KernelError: no folder for sockets could be made.
    """
    folder = make_private_folder(settings.directory)
    context = zmq.asyncio.Context()
    context.set(zmq.MAX_SOCKETS, _MAX_SOCKETS)
    try:
        yield StockKernels(settings, folder, context)
    finally:
        context.destroy(linger=0)
        async with shielded():
            await remove_tree(folder)


class StockKernels:
    """Starts one interpreter per kernel."""

    def __init__(
        self, settings: KernelSettings, folder: Path, context: zmq.asyncio.Context
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._context = context

    async def start(self, number: int) -> LiveKernel:
        """A kernel ready for its first cell.

        Raises:
            KernelError: no kernel came up; the message names the remedy.
        """
        settings = self._settings
        if shutil.which(settings.python) is None:
            raise KernelError(
                f"there is no interpreter {settings.python!r}: "
                "set KernelSettings.python to one with ipykernel"
            )
        kernel = KernelProcess(settings, self._folder / str(number), self._context)
        ready = False
        try:
            with anyio.fail_after(settings.start_timeout_seconds):
                await kernel.start()
            ready = True
        except TimeoutError as failure:
            raise KernelError(
                f"no kernel came up within {settings.start_timeout_seconds:g} seconds: raise "
                "start_timeout_seconds or lower concurrent_starts"
            ) from failure
        except (OSError, zmq.ZMQError) as failure:
            raise KernelError(_explain(failure)) from failure
        except KernelError as failure:
            log = _tail_of(kernel.log_path)
            raise KernelError(_explain_exit(str(failure), log, settings.python)) from failure
        finally:
            if not ready:
                await kernel.close()
        return kernel


def _explain(failure: OSError | zmq.ZMQError) -> str:
    if failure.errno in _EXHAUSTED:
        return "too many open files for one more kernel: raise `ulimit -n` or lower max_kernels"
    return f"the kernel's process could not be started ({os.strerror(failure.errno or 0)})"


def _explain_exit(reason: str, log: str, python: str) -> str:
    if "No module named" in log and "ipykernel" in log:
        return f"ipykernel is not installed for {python}: run `{python} -m pip install ipykernel`"
    return f"{reason}\n{log}".strip()


def _tail_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_BYTES))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
