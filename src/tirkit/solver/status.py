"""What a solver is doing, for whoever looks on."""

from dataclasses import dataclass

from tirkit.kernels import KernelStats
from tirkit.scheduler import SchedulerStatus


@dataclass(frozen=True, slots=True)
class SolverStatus:
    """What a solver is doing.

    Attributes:
        attempts: places, and the open problems.
        kernels: of its pool; None if kernels come from something else.
    """

    attempts: SchedulerStatus
    kernels: KernelStats | None = None
