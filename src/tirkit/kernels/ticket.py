"""A place in the queue for a kernel."""

import anyio

from tirkit.errors import KernelError
from tirkit.kernels.live import LiveKernel


class Ticket:
    """A place in the queue: becomes a kernel, or a reason why there is none."""

    __slots__ = ("_settled", "failure", "kernel", "kernel_number", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.kernel: LiveKernel | None = None
        self.kernel_number: int | None = None
        self.failure: str | None = None
        self._settled = anyio.Event()

    def give(self, kernel_number: int, kernel: LiveKernel) -> None:
        """Serve the ticket."""
        self.kernel, self.kernel_number = kernel, kernel_number
        self._settled.set()

    def fail(self, reason: str) -> None:
        """Turn the ticket down."""
        self.failure = reason
        self._settled.set()

    async def wait(self) -> LiveKernel:
        """Wait for the kernel.

        Raises:
            KernelError: there is none; the message names the remedy.
        """
        await self._settled.wait()
        if self.kernel is None:
            raise KernelError(self.failure or "no kernel could be started")
        return self.kernel
