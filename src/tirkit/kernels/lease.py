"""Exclusive use of one kernel at a time by one attempt."""

import math
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import anyio

from tirkit.errors import ConfigError, KernelError
from tirkit.kernels.jupyter import open_client
from tirkit.kernels.live import LiveKernel
from tirkit.kernels.part import AdmittedParts, OnePart
from tirkit.kernels.ticket import Ticket
from tirkit.types import CodeResult

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient


class KernelLease:
    """Exclusive use of one kernel at a time; made by `KernelPool.lease`.

    Args:
        attempt_id: who holds it, for messages.
        request: asks the pool for a kernel.
        request_again: asks for one in place of a lost one, before all who have not begun.
        release: gives a ticket back, with its kernel if it got one.
        cells: limits the cells running at a time over all leases.
        seed: of the run; with it the random numbers of the attempt can be had again.
    """

    def __init__(
        self,
        attempt_id: str,
        request: Callable[[], Ticket],
        request_again: Callable[[], Ticket],
        release: Callable[[Ticket], None],
        cells: anyio.Semaphore,
        seed: int | None = None,
    ) -> None:
        self.attempt_id = attempt_id
        self._request = request
        self._request_again = request_again
        self._release = release
        self._cells = cells
        self._seed = seed
        self._kernels_used = 0
        self._turn = anyio.Lock()
        self._ticket = request()
        self._used = False
        self._lost: tuple[str, ...] | None = None
        self._closed = False

    def __repr__(self) -> str:
        kernel = self._ticket.kernel_number
        state = "closed" if self._closed else "waiting" if kernel is None else f"kernel {kernel}"
        return f"<KernelLease {self.attempt_id or '(unnamed)'}: {state}>"

    @property
    def pid(self) -> int | None:
        """Number of the kernel's process, which is another one inside; None without a kernel."""
        kernel = self._ticket.kernel
        return None if kernel is None or self._closed else kernel.pid

    async def run(self, code: str, *, timeout_seconds: float) -> CodeResult:
        """Run one cell. What the code does is a result, never an exception.

        The deadline starts when the kernel gets the cell; waiting for a kernel or for a free
        place among the running cells is told as `queue_seconds`. A cell past its deadline is
        interrupted; if it does not stop within the grace, its process group is killed and the
        lease gets a new kernel for the next cell. Cancelling the call kills the kernel: the next
        cell then says that the state was lost.

        Args:
            code: Python source, or IPython's; every text is safe to pass.
            timeout_seconds: what the cell may take, above 0.

        Raises:
            ConfigError: the timeout is not a finite number above 0.
            KernelError: the lease has ended, or no kernel could be started.
        """
        return await self.run_parts(OnePart(code), timeout_seconds=timeout_seconds)

    async def run_parts(self, parts: AsyncIterable[str], *, timeout_seconds: float) -> CodeResult:
        """Run one cell that arrives in parts, while it is being written.

        Args:
            parts: runs of whole top-level statements, each padded with newlines so that its lines
                carry the numbers they have in the whole cell (`StatementSplitter` makes them).
                The first part that fails ends the cell.
            timeout_seconds: what the parts may take together, above 0; waiting for the next part
                does not count.

        Raises:
            ConfigError: the timeout is not a finite number above 0.
            KernelError: the lease has ended, or no kernel could be started.
        """
        if not (math.isfinite(timeout_seconds) and timeout_seconds > 0):
            raise ConfigError(f"timeout_seconds is {timeout_seconds}: use a number above 0")
        queued = time.monotonic()
        async with self._turn:
            kernel = await self._kernel()
            waited = time.monotonic() - queued
            if not self._used:
                self._begin_with(kernel)
            admitted = AdmittedParts(parts, self._cells)
            try:
                result = await kernel.run_parts(admitted, timeout_seconds=timeout_seconds)
            finally:
                admitted.release()
            if not kernel.alive:
                self._replace(kernel)
            lost, self._lost = self._lost, None
        return replace(
            result,
            queue_seconds=waited + admitted.queue_seconds,
            state_lost=lost is not None,
            lost_names=lost or (),
        )

    async def undefined_names(self, code: str) -> tuple[str, ...]:
        """Names the code would define that are not defined; () if the kernel is gone."""
        async with self._turn:
            kernel = self._ticket.kernel
            if kernel is None or self._closed or not kernel.alive:
                return ()
            return await kernel.undefined_names(code)

    def _begin_with(self, kernel: LiveKernel) -> None:
        self._used = True
        self._kernels_used += 1
        if self._seed is not None:
            name = f"{self._seed}/{self.attempt_id}/{self._kernels_used}"
            kernel.reseed(int.from_bytes(sha256(name.encode()).digest()[:8]))

    @asynccontextmanager
    async def jupyter_client(self) -> AsyncIterator["AsyncKernelClient"]:
        """A jupyter_client for the lease's kernel, with its channels open and subscribed.

        What it runs is not limited in time and ends with the kernel: use it between the lease's
        own cells, not during one.

        Raises:
            KernelError: forked kernels serve other clients only with `iopub_thread=True`; or the
                kernel does not answer.
        """
        async with self._turn:
            kernel = await self._kernel()
            if not kernel.connection:
                raise KernelError(
                    "this kernel serves no other clients: set KernelSettings.iopub_thread=True"
                )
            if not self._used:
                self._begin_with(kernel)
        async with open_client(kernel.connection) as client:
            yield client

    async def _kernel(self) -> LiveKernel:
        """The lease's kernel, or a new one if it is gone since the last cell."""
        if self._closed:
            raise KernelError(f"the lease {self.attempt_id} has ended: take a new one")
        if self._ticket.failure is not None:
            self._ticket = self._request()
        kernel = await self._ticket.wait()
        while not kernel.alive:
            self._replace(kernel)
            kernel = await self._ticket.wait()
        return kernel

    def _replace(self, dead: LiveKernel) -> None:
        """Note what is lost and, unless the lease has ended, ask for a new kernel."""
        if self._used:
            self._lost = tuple(dict.fromkeys((*(self._lost or ()), *dead.names)))
        self._used = False
        if not self._closed:
            old, self._ticket = self._ticket, self._request_again()
            self._release(old)

    def close(self) -> None:
        """Give the kernel up for good; the pool kills it."""
        if not self._closed:
            self._closed = True
            self._release(self._ticket)
