"""Votes weighted by how sure the model was of its tokens."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tirkit.selection import figures
from tirkit.selection.stage import LEAST_WEIGHT, Cast, Stage, answered, check, check_word, scaled

_COLDEST, _HOTTEST = 1e-6, 1e6


@dataclass(frozen=True, slots=True)
class Weighted(Stage):
    """Each vote weighs its attempt's confidence: V(a) = sum of C over the attempts that say a.

    DeepConf's confidence-weighted majority vote (arXiv 2508.15260) with its measures of
    confidence, and the geometric mean probability of the sampled tokens.

    Attributes:
        by: "mean", "tail", "bottom" (lowest tenth of the groups), "lowest" or "probability".
        part: "whole", "prose", "code" or "final".
    """

    by: str = "mean"
    part: str = "whole"
    name: ClassVar[str] = "weighted"

    def __post_init__(self) -> None:
        check_word(self, "by", tuple(figures.CONFIDENCES))
        check_word(self, "part", figures.PARTS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the confidence."""
        known = [figures.confidence(cast.ballot, self.by, self.part) for cast in casts]
        return scaled(casts, known, figures.WANTED[self.by])


@dataclass(frozen=True, slots=True)
class Softmax(Stage):
    """Each vote weighs exp(c / T) / sum of exp(c / T) over the votes at the question.

    CISC's normalised confidence (arXiv 2502.06233), here times the number of votes:
    the mean weight is 1 and no verdict changes.

    Attributes:
        temperature: T; small lets the surest attempt decide, large is a plain vote.
        by: as for `Weighted`.
        part: as for `Weighted`.
    """

    temperature: float = 1.0
    by: str = "mean"
    part: str = "whole"
    name: ClassVar[str] = "softmax"

    def __post_init__(self) -> None:
        check(self, temperature=(_COLDEST, _HOTTEST))
        check_word(self, "by", tuple(figures.CONFIDENCES))
        check_word(self, "part", figures.PARTS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the normalised confidence."""
        known = [figures.confidence(cast.ballot, self.by, self.part) for cast in casts]
        voting = {cast.ballot.index for cast in answered(casts)}
        told = [
            value
            for cast, value in zip(casts, known, strict=True)
            if value is not None and cast.ballot.index in voting
        ]
        if not told:
            return scaled(casts, [None] * len(casts), figures.WANTED[self.by])
        top = max(told)
        total = sum(math.exp((value - top) / self.temperature) for value in told) / len(told)
        factors = [None if value is None else self._factor(value - top, total) for value in known]
        return scaled(casts, factors, figures.WANTED[self.by])

    def _factor(self, below_top: float, total: float) -> float:
        # An attempt without an answer may be surer than all that vote: its factor is not used.
        return max(math.exp(min(below_top / self.temperature, 0.0)) / total, LEAST_WEIGHT)
