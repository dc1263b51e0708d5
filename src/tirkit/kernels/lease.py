"""Exclusive use of one kernel at a time by one attempt."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import anyio

from tirkit.errors import ConfigError, KernelError
from tirkit.kernels.live import LiveKernel
from tirkit.kernels.ticket import Ticket
from tirkit.types import CodeResult


class KernelLease:
    """Exclusive use of one kernel at a time; made by `KernelPool.lease`.

    Args:
        attempt_id: who holds it, for messages.
        request: asks the pool for a kernel.
        request_again: asks for one in place of a lost one, before all who have not begun.
        release: gives a ticket back, with its kernel if it got one.
        cells: limits the cells running at a time over all leases.
    """

    def __init__(
        self,
        attempt_id: str,
        request: Callable[[], Ticket],
        request_again: Callable[[], Ticket],
        release: Callable[[Ticket], None],
        cells: anyio.Semaphore,
    ) -> None:
        self.attempt_id = attempt_id
        self._request = request
        self._request_again = request_again
        self._release = release
        self._cells = cells
        self._turn = anyio.Lock()
        self._ticket = request()
        self._used = False
        self._lost: tuple[str, ...] | None = None
        self._closed = False

    def __repr__(self) -> str:
        kernel = self._ticket.kernel_number
        state = "closed" if self._closed else "waiting" if kernel is None else f"kernel {kernel}"
        return f"<KernelLease {self.attempt_id or '(unnamed)'}: {state}>"

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
        if not (math.isfinite(timeout_seconds) and timeout_seconds > 0):
            raise ConfigError(f"timeout_seconds is {timeout_seconds}: use a number above 0")
        queued = time.monotonic()
        async with self._turn:
            kernel = await self._kernel()
            async with self._cells:
                waited = time.monotonic() - queued
                self._used = True
                result = await kernel.run_cell(code, timeout_seconds=timeout_seconds)
            if not kernel.alive:
                self._replace(kernel)
            lost, self._lost = self._lost, None
        return replace(
            result,
            queue_seconds=waited,
            state_lost=lost is not None,
            lost_names=lost or (),
        )

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
