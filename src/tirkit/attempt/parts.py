"""What attempts work with, and how one ends."""

from dataclasses import dataclass

from tirkit.answers import BOXES, Source
from tirkit.attempt.limits import AttemptLimits
from tirkit.dialects.interface import Dialect
from tirkit.engines.interface import Engine
from tirkit.guards import Guard
from tirkit.kernels.interface import KernelSource
from tirkit.types import Answer, Sampling, StopReason


@dataclass(frozen=True, slots=True)
class AttemptParts:
    """What attempts work with.

    Attributes:
        engine: entered by the caller.
        kernels: entered by the caller; a kernel is leased at an attempt's first code call.
        dialect: how the model calls code.
        limits: what each attempt may spend.
        sampling: how tokens are drawn.
        guards: watch each attempt and may end it.
        sources: where answers are looked for, in this order.
    """

    engine: Engine
    kernels: KernelSource
    dialect: Dialect
    limits: AttemptLimits
    sampling: Sampling
    guards: tuple[Guard, ...] = ()
    sources: tuple[Source, ...] = BOXES


@dataclass(frozen=True, slots=True)
class End:
    """Why an attempt ends, and with what."""

    reason: StopReason
    detail: str = ""
    answer: Answer | None = None
