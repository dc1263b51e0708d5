"""Majority vote: weight first, bounded confidence between equals, then the earliest attempt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.selection.ballot import Ballot
from tirkit.types import Tally, TallyEntry, Verdict, Vote

SAME_WEIGHT = 1e-9
"""Relative difference below which two sums of weights are a tie; sums of floats are not exact."""
TIE_BY_CONFIDENCE = "mean confidence"
TIE_BY_ATTEMPT = "earliest attempt"


@dataclass(frozen=True, slots=True)
class MajorityVote:
    """The answer with the most vote weight wins.

    A tie goes to the higher mean confidence, each confidence held to [0, 1], if every tied answer
    has one; confidence never outweighs a vote. What is still tied goes to the answer of the
    lowest attempt index, which does not depend on the order attempts finished in.
    """

    def weigh(self, ballots: Sequence[Ballot]) -> Sequence[Vote]:
        """One vote of weight 1 for each answer."""
        return [vote for ballot in ballots if (vote := ballot.vote()) is not None]

    def select(self, tally: Tally) -> Verdict:
        """Choose the answer with the most weight, or say that nobody voted."""
        if not tally.entries:
            return Verdict(None, _nobody(tally.silent), 0.0, tally)
        top = max(entry.weight for entry in tally.entries)
        leading = [
            entry for entry in tally.entries if math.isclose(entry.weight, top, rel_tol=SAME_WEIGHT)
        ]
        winner, tie_broken_by = _break_tie(leading)
        share = winner.weight / sum(entry.weight for entry in tally.entries)
        reason = f"{winner.count} of {tally.votes} votes"
        if tie_broken_by:
            others = ", ".join(str(entry.answer) for entry in leading if entry is not winner)
            reason += f", tied with {others}; decided by {tie_broken_by}"
        return Verdict(winner.answer, reason, min(share, 1.0), tally, tie_broken_by)


def _break_tie(leading: Sequence[TallyEntry]) -> tuple[TallyEntry, str]:
    """The winner among equals and what decided, "" for a single one."""
    if len(leading) == 1:
        return leading[0], ""
    means = [_mean_confidence(entry) for entry in leading]
    known = [mean for mean in means if mean is not None]
    if len(known) == len(leading):
        best = max(known)
        surest = [
            entry
            for entry, mean in zip(leading, known, strict=True)
            if math.isclose(mean, best, rel_tol=SAME_WEIGHT)
        ]
        if len(surest) == 1:
            return surest[0], TIE_BY_CONFIDENCE
        leading = surest
    return min(leading, key=lambda entry: entry.votes[0].attempt_index), TIE_BY_ATTEMPT


def _mean_confidence(entry: TallyEntry) -> float | None:
    """Mean over the votes whose confidence is a finite number, or None without any."""
    known = [
        min(max(vote.confidence, 0.0), 1.0)
        for vote in entry.votes
        if vote.confidence is not None and math.isfinite(vote.confidence)
    ]
    return sum(known) / len(known) if known else None


def _nobody(silent: int) -> str:
    if silent == 0:
        return "no attempt finished"
    return f"none of the {silent} finished attempts gave an admissible answer"
