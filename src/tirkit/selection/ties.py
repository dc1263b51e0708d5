"""Other ways to break a tie."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from tirkit.selection.elect import elect
from tirkit.selection.numbers import number
from tirkit.selection.stage import Cast, Stage, check_word
from tirkit.types import Tally, TallyEntry, Verdict

_WORDS = ("calls", "larger", "smaller")


@dataclass(frozen=True, slots=True)
class Ties(Stage):
    """Weight decides; a tie goes by another rule before it goes by confidence.

    Attributes:
        by: "calls", to the answer whose attempts ran more cells in all (grubbylu's AIMO-3 fork);
            "larger", to the larger number (imagination-research, AIMO-2's second place); or
            "smaller". Where a tied answer is no number, the last two cannot tell.
    """

    by: str = "calls"
    name: ClassVar[str] = "ties"
    decides: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_word(self, "by", _WORDS)

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Note how many cells stand behind each vote; weights stay."""
        if self.by != "calls":
            return casts
        return [replace(cast, evidence=float(len(cast.ballot.code))) for cast in casts]

    def select(self, tally: Tally) -> Verdict:
        """Choose the answer with the most weight."""
        return elect(tally, _most_calls if self.by == "calls" else self._by_size)

    def _by_size(self, leading: Sequence[TallyEntry]) -> tuple[Sequence[TallyEntry], str]:
        values = [number(entry.answer) for entry in leading]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return leading, ""
        best = max(known) if self.by == "larger" else min(known)
        left = [entry for entry, value in zip(leading, known, strict=True) if value == best]
        return left, f"{self.by} answer"


def _most_calls(leading: Sequence[TallyEntry]) -> tuple[Sequence[TallyEntry], str]:
    calls = [sum(vote.evidence or 0.0 for vote in entry.votes) for entry in leading]
    most = max(calls)
    left = [entry for entry, count in zip(leading, calls, strict=True) if count == most]
    return left, "code calls"
