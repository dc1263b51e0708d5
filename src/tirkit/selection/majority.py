"""Majority vote: one attempt, one vote."""

from dataclasses import dataclass
from typing import ClassVar

from tirkit.selection.elect import SAME_WEIGHT, TIE_BY_ATTEMPT, TIE_BY_CONFIDENCE
from tirkit.selection.stage import Stage

__all__ = ("SAME_WEIGHT", "TIE_BY_ATTEMPT", "TIE_BY_CONFIDENCE", "MajorityVote")


@dataclass(frozen=True, slots=True)
class MajorityVote(Stage):
    """The answer with the most vote weight wins; by itself every vote weighs 1.

    A tie goes to the higher mean confidence, each confidence held to [0, 1], if every tied answer
    has one; confidence never outweighs a vote. What is still tied goes to the answer of the
    lowest attempt index, which does not depend on the order attempts finished in.
    """

    name: ClassVar[str] = "majority"
