"""What a solver returns."""

from dataclasses import dataclass

from tirkit.types.judgment import Judgment
from tirkit.types.problem import Problem
from tirkit.types.trajectory import Trajectory, Usage
from tirkit.types.verdict import Answer, Verdict


@dataclass(frozen=True, slots=True)
class Solution:
    """Verdict, all trajectories and what was spent.

    Attributes:
        problem: what was asked.
        verdict: the choice and its tally.
        trajectories: every attempt, cancelled ones included, by index.
        stop_reason: the stop rule that settled the problem, in words.
        duration_seconds: wall time from the first attempt's start to the verdict.
        judgment: what a judge made of answers that did not agree; None where none was asked.
    """

    problem: Problem
    verdict: Verdict
    trajectories: tuple[Trajectory, ...]
    stop_reason: str
    duration_seconds: float
    judgment: Judgment | None = None

    def __repr__(self) -> str:
        return (
            f"<Solution {self.problem.id!r}: {self.answer}, confidence {self.confidence:.2f}, "
            f"{len(self.trajectories)} attempts>"
        )

    @property
    def answer(self) -> Answer | None:
        """The chosen answer, or None."""
        return self.verdict.answer

    @property
    def confidence(self) -> float:
        """The winner's share of the vote weight, in [0, 1]."""
        return self.verdict.confidence

    @property
    def usage(self) -> Usage:
        """Sum over all trajectories, and what judging took."""
        judging = Usage() if self.judgment is None else self.judgment.usage
        return sum((trajectory.spent for trajectory in self.trajectories), judging)
