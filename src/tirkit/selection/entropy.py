"""Votes weighted by how few bits the model's choices were worth: 1 / entropy, bounded."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from tirkit.selection import figures
from tirkit.selection.elect import SAME_WEIGHT, remarks, settle
from tirkit.selection.stage import LEAST_WEIGHT, Cast, Stage, check, check_word, scaled
from tirkit.types import Tally, TallyEntry, Verdict

_MOST_BITS = 100.0


@dataclass(frozen=True, slots=True)
class InverseEntropy(Stage):
    """Each vote weighs 1 / max(H, floor), H in bits over the best tokens the engine told.

    AIMO-3's public notebooks, five tokens: floor 1e-9 as in Parthenos' (44 of 50), where one
    attempt of 0.05 bits outweighs nineteen of 1 bit; floor 0.1 as in Andreas Bisiadis', which
    bounds the weight to 10. `by="mixture"` is the weighting of the "43/50" variant: 0.3 mean + 0.4
    decayed mean + 0.2 standard deviation + 0.9 share of tokens above 2 bits - 0.1 longest run
    below 0.5 bits.

    Attributes:
        floor: bits; 1 / floor is the greatest weight.
        by: "mean", "tail", "last" (256 tokens) or "mixture".
        part: "whole", "prose", "code" or "final".
    """

    floor: float = 0.1
    by: str = "mean"
    part: str = "whole"
    name: ClassVar[str] = "entropy"

    def __post_init__(self) -> None:
        check(self, floor=(LEAST_WEIGHT, _MOST_BITS))
        check_word(self, "by", tuple(figures.ENTROPIES))
        check_word(self, "part", figures.PARTS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the inverse."""
        known = [figures.entropy(cast.ballot, self.by, self.part) for cast in casts]
        factors = [None if bits is None else 1 / max(bits, self.floor) for bits in known]
        return scaled(casts, factors, figures.WANTED_ENTROPIES[self.by])


@dataclass(frozen=True, slots=True)
class VotesAndEntropy(Stage):
    """The answer of the highest score wins, where votes count first and entropy among near equals.

    score(a) = votes * share of the votes + inverse / H + bonus if a has the most votes and
    1 / H > 1, where H is the median over the attempts that say a. AIMO-3's second place
    (varianceofx): 2.0, 0.3, 0.5 over the last 256 tokens in the write-up; 3.0, 0.1, 0.3 in the
    program submitted. An answer whose attempts tell no entropy is held to the median of all; if
    none tells any, votes alone decide.

    Attributes:
        votes: factor of the share of the votes.
        inverse: factor of 1 / H, in bits.
        bonus: added for the leader if its H is below 1 bit.
        floor: bits; H is not taken to be less.
        by: as for `InverseEntropy`.
        part: as for `InverseEntropy`.
    """

    votes: float = 2.0
    inverse: float = 0.3
    bonus: float = 0.5
    floor: float = 0.1
    by: str = "last"
    part: str = "whole"
    name: ClassVar[str] = "votes_and_entropy"
    decides: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(self, votes=(0, 1e6), inverse=(0, 1e6), bonus=(0, 1e6))
        check(self, floor=(LEAST_WEIGHT, _MOST_BITS))
        check_word(self, "by", tuple(figures.ENTROPIES))
        check_word(self, "part", figures.PARTS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Note each vote's entropy; weights stay."""
        known = [figures.entropy(cast.ballot, self.by, self.part) for cast in casts]
        want = f"without {figures.WANTED_ENTROPIES[self.by]}"
        return [
            cast.noted(want) if bits is None else replace(cast, evidence=bits)
            for cast, bits in zip(casts, known, strict=True)
        ]

    def select(self, tally: Tally) -> Verdict:
        """Choose the highest score; a tie is broken as in a majority vote."""
        bits = [bits for entry in tally.entries for bits in _told(entry)]
        if not bits:
            return Stage.select(self, tally)
        middle = statistics.median(bits)
        weights = [entry.weight for entry in tally.entries]
        top, total = max(weights), sum(weights)
        scores = []
        for entry, weight in zip(tally.entries, weights, strict=True):
            leads = math.isclose(weight, top, rel_tol=SAME_WEIGHT)
            scores.append(self._score(weight / total, _median(entry, middle), leads=leads))
        best = max(scores)
        leading = [
            entry
            for entry, score in zip(tally.entries, scores, strict=True)
            if math.isclose(score, best, rel_tol=SAME_WEIGHT)
        ]
        winner, tie_broken_by = settle(leading)
        share = winner.weight / total
        reason = (
            f"score {best:.3g} with {winner.count} of {tally.votes} votes and "
            f"{_median(winner, middle):.3g} bits"
        )
        if tie_broken_by:
            reason += f", tied; decided by {tie_broken_by}"
        return Verdict(
            winner.answer, reason + remarks(tally), min(share, 1.0), tally, tie_broken_by
        )

    def _score(self, share: float, bits: float, *, leads: bool) -> float:
        inverse = 1 / max(bits, self.floor)
        bonus = self.bonus if leads and inverse > 1 else 0.0
        return self.votes * share + self.inverse * inverse + bonus


def _told(entry: TallyEntry) -> list[float]:
    return [vote.evidence for vote in entry.votes if vote.evidence is not None]


def _median(entry: TallyEntry, otherwise: float) -> float:
    return statistics.median(_told(entry) or [otherwise])
