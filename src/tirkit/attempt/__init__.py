"""One try at a problem."""

from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.reasoner import HandoverPoint, Reasoner
from tirkit.attempt.runner import AttemptRunner
from tirkit.attempt.spec import AttemptSpec, derive_seed

__all__ = (
    "AttemptLimits",
    "AttemptRunner",
    "AttemptSpec",
    "HandoverPoint",
    "Reasoner",
    "TrajectoryBuilder",
    "derive_seed",
)
