"""Votes weighted by the rank of their confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from tirkit.selection import figures
from tirkit.selection.stage import Cast, Stage, check, check_word, scaled


@dataclass(frozen=True, slots=True)
class Borda(Stage):
    """The attempt of rank r among N, the surest first, weighs (N - r + 1)^p.

    Self-certainty with Borda voting (arXiv 2502.18581). Attempts without an answer
    hold their rank too. Self-certainty is the mean divergence of the token distributions from a
    uniform one; over the best tokens an engine tells, it ranks as the mean confidence does.
    Attempts that are equally sure share the weights of their ranks.

    Attributes:
        power: p; 0 is a plain vote, 0.5 what the authors' program takes unless told.
        by: as for `Weighted`.
        part: as for `Weighted`.
    """

    power: float = 0.5
    by: str = "mean"
    part: str = "whole"
    name: ClassVar[str] = "borda"

    def __post_init__(self) -> None:
        check(self, power=(0, 100))
        check_word(self, "by", tuple(figures.CONFIDENCES))
        check_word(self, "part", figures.PARTS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the rank's weight, relative to that of the first rank."""
        known = [figures.confidence(cast.ballot, self.by, self.part) for cast in casts]
        ranked = sorted((value for value in known if value is not None), reverse=True)
        weights: dict[float, float] = {}
        below = len(ranked)
        for value, equals in groupby(ranked):
            count = len(list(equals))
            ranks = range(below, below - count, -1)
            weights[value] = sum((rank / len(ranked)) ** self.power for rank in ranks) / count
            below -= count
        factors = [None if value is None else weights[value] for value in known]
        return scaled(casts, factors, figures.WANTED[self.by])
