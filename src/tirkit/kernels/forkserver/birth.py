"""One kernel on its way, as the pool's end of a fork server sees it."""

import anyio

from tirkit.errors import KernelError
from tirkit.kernels.exit_watch import PidfdWatch


class Birth:
    """One kernel on its way: from the order to the first sign of life.

    The server tells of the fork and the kernel itself that it is up: where the machine is busy the
    kernel may be heard first.
    """

    def __init__(self) -> None:
        self.settled = anyio.Event()
        self.watch: PidfdWatch | None = None
        self.failure: KernelError | None = None
        self._up = False

    def adopt(self, watch: PidfdWatch) -> None:
        """The kernel's process is there."""
        self.watch = watch
        self._settle()

    def come_up(self) -> None:
        """The kernel listens."""
        self._up = True
        self._settle()

    def _settle(self) -> None:
        if self._up and self.watch is not None:
            self.settled.set()

    def fail(self, failure: KernelError) -> None:
        """The kernel does not come."""
        self.failure = self.failure or failure
        self.settled.set()
