"""What the pool needs of a kernel, however it was born."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tirkit.kernels.settings import KernelSettings
from tirkit.types import CodeResult


class LiveKernel(Protocol):
    """One running kernel process."""

    @property
    def alive(self) -> bool:
        """Whether the process runs and nobody has killed it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names the cells so far have defined."""

    async def run_cell(self, code: str, *, timeout_seconds: float) -> CodeResult:
        """Run one cell; afterwards `alive` tells whether the state survived it."""

    def on_exit(self, callback: Callable[[], None]) -> None:
        """Call back when the process ends; at once if it has ended."""

    def kill(self) -> None:
        """Kill the process and its children, without waiting."""

    async def close(self) -> None:
        """Kill, wait for the end, and remove every trace. May be called again."""


class KernelMaker(Protocol):
    """Makes kernels. Raises KernelError where it cannot."""

    async def start(self, number: int) -> LiveKernel:
        """A kernel ready for its first cell.

        Args:
            number: unique in the pool.

        Raises:
            KernelError: no kernel came up; the message names the remedy.
        """


OpenMaker = Callable[[KernelSettings], AbstractAsyncContextManager[KernelMaker]]
"""Opens a maker for the life of a pool."""
