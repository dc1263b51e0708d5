"""What selectors and stop rules know of one finished attempt."""

import math
from dataclasses import dataclass

from tirkit.types import Answer, AttemptStats, StopReason, Trajectory, Vote


@dataclass(frozen=True, slots=True)
class Ballot:
    """One finished attempt, as evidence.

    Attributes:
        index: number of the attempt among those of its problem.
        answer: the admissible answer, or None.
        confidence: geometric mean probability of the sampled tokens, in [0, 1]; None if unknown.
        stats: figures over its tokens; None if log-probabilities were off.
        code: of each cell, in order.
        outputs: what each cell printed and gave as its value, in order.
        errors: of each cell whether it failed.
        tokens: sampled, wasted ones included.
        ended_at: seconds since the epoch at which it ended; gives the finishing order.
        stop_reason: why it ended.
        mean_logprob: natural, of the sampled tokens; None if unknown.
        total_logprob: sum of the same.
        texts: what the model wrote, turn by turn; () if unknown.
    """

    index: int
    answer: Answer | None
    confidence: float | None = None
    stats: AttemptStats | None = None
    code: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    errors: tuple[bool, ...] = ()
    tokens: int = 0
    ended_at: float = 0.0
    stop_reason: StopReason = StopReason.ANSWERED
    mean_logprob: float | None = None
    total_logprob: float | None = None
    texts: tuple[str, ...] = ()

    def vote(self, weight: float = 1.0) -> Vote | None:
        """The vote, or None without an answer."""
        if self.answer is None:
            return None
        return Vote(self.index, self.answer, weight, self.confidence)


def ballot_from(trajectory: Trajectory) -> Ballot:
    """The evidence of a recorded attempt."""
    mean = trajectory.mean_logprob
    if mean is not None and math.isnan(mean):
        mean = None
    run = [turn for turn in trajectory.turns if turn.code is not None]
    results = [turn.result for turn in run]
    spent = trajectory.spent
    return Ballot(
        index=trajectory.index,
        answer=trajectory.answer,
        confidence=None if mean is None else math.exp(min(mean, 0.0)),
        stats=trajectory.stats,
        code=tuple(turn.code or "" for turn in run),
        outputs=tuple(
            "" if result is None else "\n".join(filter(None, (result.stdout, result.value)))
            for result in results
        ),
        errors=tuple(result is None or not result.ok for result in results),
        tokens=spent.sampled_tokens + spent.wasted_tokens,
        ended_at=trajectory.started_at + trajectory.duration_seconds,
        stop_reason=trajectory.stop_reason,
        mean_logprob=mean,
        total_logprob=None if mean is None else mean * trajectory.usage.sampled_tokens,
        texts=tuple(turn.text for turn in trajectory.turns),
    )
