"""Choose from a tally: weight first, bounded confidence between equals, the earliest attempt."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from tirkit.types import Tally, TallyEntry, Verdict

SAME_WEIGHT = 1e-9
"""Relative difference below which two sums of weights are a tie; sums of floats are not exact."""
TIE_BY_CONFIDENCE = "mean confidence"
TIE_BY_ATTEMPT = "earliest attempt"

TieBreak = Callable[[Sequence[TallyEntry]], tuple[Sequence[TallyEntry], str]]
"""Which of some equals are left, and what decided, in words; all of them where it cannot tell."""


def elect(tally: Tally, tie_break: TieBreak | None = None) -> Verdict:
    """The answer with the most weight, or a verdict that says why there is none.

    Args:
        tally: votes, grouped.
        tie_break: asked first where several have the most weight; what it leaves open goes to the
            higher mean confidence, then to the lowest attempt index.
    """
    if not tally.entries:
        return Verdict(None, _nobody(tally), 0.0, tally)
    weights = {id(entry): entry.weight for entry in tally.entries}
    top, total = max(weights.values()), sum(weights.values())
    leading = [
        entry
        for entry in tally.entries
        if math.isclose(weights[id(entry)], top, rel_tol=SAME_WEIGHT)
    ]
    winner, tie_broken_by = settle(leading, tie_break)
    share = weights[id(winner)] / total
    reason = f"{winner.count} of {tally.votes} votes"
    if not math.isclose(share, winner.count / tally.votes, rel_tol=SAME_WEIGHT):
        reason += f" with {share:.2f} of the weight"
    if tie_broken_by:
        others = ", ".join(str(entry.answer) for entry in leading if entry is not winner)
        reason += f", tied with {others}; decided by {tie_broken_by}"
    return Verdict(winner.answer, reason + remarks(tally), min(share, 1.0), tally, tie_broken_by)


def settle(
    leading: Sequence[TallyEntry], tie_break: TieBreak | None = None
) -> tuple[TallyEntry, str]:
    """The winner among equals and what decided, "" for a single one."""
    if len(leading) == 1:
        return leading[0], ""
    if tie_break is not None:
        leading, decided_by = tie_break(leading)
        if len(leading) == 1:
            return leading[0], decided_by
    leading = _surest(leading)
    if len(leading) == 1:
        return leading[0], TIE_BY_CONFIDENCE
    return min(leading, key=lambda entry: entry.votes[0].attempt_index), TIE_BY_ATTEMPT


def remarks(tally: Tally) -> str:
    """What was out of the ordinary with the votes, to stand behind a reason, or ""."""
    notes = Counter(vote.note for entry in tally.entries for vote in entry.votes if vote.note)
    told = [f"{_votes(count)} {note}" for note, count in sorted(notes.items())]
    if tally.left_out:
        told.append(f"{_votes(tally.left_out)} left out")
    return "".join(f"; {remark}" for remark in told)


def _votes(count: int) -> str:
    return "1 vote" if count == 1 else f"{count} votes"


def _surest(leading: Sequence[TallyEntry]) -> Sequence[TallyEntry]:
    """Those with the highest mean confidence, or all if one of them has none."""
    means = [_mean_confidence(entry) for entry in leading]
    known = [mean for mean in means if mean is not None]
    if len(known) < len(leading):
        return leading
    best = max(known)
    return [
        entry
        for entry, mean in zip(leading, known, strict=True)
        if math.isclose(mean, best, rel_tol=SAME_WEIGHT)
    ]


def _mean_confidence(entry: TallyEntry) -> float | None:
    """Mean over the votes whose confidence is a finite number, or None without any."""
    known = [
        min(max(vote.confidence, 0.0), 1.0)
        for vote in entry.votes
        if vote.confidence is not None and math.isfinite(vote.confidence)
    ]
    return sum(known) / len(known) if known else None


def _nobody(tally: Tally) -> str:
    if tally.left_out:
        return f"no vote counted{remarks(tally)}"
    if tally.silent == 0:
        return "no attempt finished"
    return f"none of the {tally.silent} finished attempts gave an admissible answer"
