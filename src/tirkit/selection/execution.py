"""What an attempt's code did decides how much its vote counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tirkit.selection.ballot import Ballot
from tirkit.selection.numbers import shows
from tirkit.selection.stage import Cast, Stage, check, sifted

_MOST = 1e6


@dataclass(frozen=True, slots=True)
class Executed(Stage):
    """Votes whose attempt's code does not stand behind them count less, or at 0 not at all.

    `no_code=0` is NuminaMath's pruning (AIMO-1's first place dropped attempts without code that
    ran); `unprinted=0` lets only answers count that carry AIMO-3's "From Python" mark: the final
    answer stood in what some cell printed. Where no vote would be left, all count as before.

    Attributes:
        no_code: factor for an attempt that ran no code.
        failed: factor for one whose last cell failed.
        unprinted: factor for one that ran code, and no cell printed its answer.
    """

    no_code: float = 1.0
    failed: float = 1.0
    unprinted: float = 1.0
    name: ClassVar[str] = "executed"

    def __post_init__(self) -> None:
        check(self, no_code=(0, _MOST), failed=(0, _MOST), unprinted=(0, _MOST))

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the factors; leave out what is 0."""
        factors = [self._factor(cast) for cast in casts]
        kept = sifted(casts, [factor > 0 for factor in factors], "that code stands behind")
        stands = {cast.ballot.index: factor for cast, factor in zip(casts, factors, strict=True)}
        return [
            cast.times(factor) if (factor := stands[cast.ballot.index]) else cast for cast in kept
        ]

    def _factor(self, cast: Cast) -> float:
        ballot = cast.ballot
        if cast.answer is None:
            return 1.0
        if not ballot.code:
            return self.no_code
        failed = self.failed if ballot.errors and ballot.errors[-1] else 1.0
        if failed == 0 or self.unprinted == 1:
            return failed
        printed = any(shows(output, cast.answer) for output in ballot.outputs)
        return failed * (1.0 if printed else self.unprinted)


@dataclass(frozen=True, slots=True)
class Calls(Stage):
    """Each vote weighs max(cells - failed cells, 1).

    `calls() | entropy(floor=0.1)` is the weight max(calls - errors, 1) / H that Andreas Bisiadis
    tried for AIMO-3 and dropped.
    """

    name: ClassVar[str] = "calls"

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the cells that worked."""
        return [cast.times(max(working_cells(cast.ballot), 1)) for cast in casts]


def working_cells(ballot: Ballot) -> int:
    """Cells that did not fail."""
    return len(ballot.code) - sum(ballot.errors)
