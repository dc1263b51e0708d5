"""When an attempt must be done."""

from dataclasses import dataclass

import anyio

from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.spec import AttemptSpec


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Two moments on the event loop's clock, in seconds.

    Attributes:
        hard: when the attempt must end.
        soft: when it must begin its last answer.
    """

    hard: float
    soft: float

    @classmethod
    def of(cls, spec: AttemptSpec, limits: AttemptLimits) -> "Deadlines":
        """Those of an attempt that begins now."""
        now = anyio.current_time()
        hard = spec.deadline or float("inf")
        if limits.attempt_seconds is not None:
            hard = min(hard, now + limits.attempt_seconds)
        return cls(hard, hard - min(limits.answer_reserve_seconds, (hard - now) / 4))
