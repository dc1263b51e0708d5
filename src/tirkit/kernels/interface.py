"""What an attempt may do with a kernel, and what a pool promises."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tirkit.types import CodeResult


class Kernel(Protocol):
    """Exclusive use of one live Jupyter kernel; variables live from cell to cell."""

    async def run(self, code: str, *, timeout_seconds: float) -> CodeResult:
        """Run one cell.

        On the deadline: interrupt, a short grace, then the process group is killed and the lease
        gets a new kernel; the result says what was printed and which state is lost. Cancelling
        the call ends the cell. Never raises for what the code does.

        Raises:
            KernelError: the kernel was lost and no new one could be started.
        """


class KernelSource(Protocol):
    """Hands out kernels. A used kernel is never given to another attempt."""

    def lease(self, attempt_id: str = "") -> AbstractAsyncContextManager[Kernel]:
        """Exclusive use of a fresh kernel; on exit it is discarded, never handed on."""
