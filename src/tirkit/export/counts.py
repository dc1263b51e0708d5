"""What became of every attempt and problem of an export."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class ExportCounts:
    """What became of every attempt and problem.

    Attributes:
        problems: settled ones that were read.
        attempts: at them.
        rows: that were written.
        attempts_dropped: by reason. Attempts that are left over when pairs or windows are made
            are not dropped.
        problems_dropped: by reason: all of one's attempts, or no pair or window could be made.
        windows_dropped: windows that were drawn again, by reason.
        overlaps: problems that stand in a benchmark: their id, the benchmark, the question there
            and the words both hold.
        near: problems that are near an earlier one: their id and its id.
        already_there: whether the export was there before, from the same runs and settings.
    """

    problems: int = 0
    attempts: int = 0
    rows: int = 0
    attempts_dropped: Counter[str] = field(default_factory=Counter)
    problems_dropped: Counter[str] = field(default_factory=Counter)
    windows_dropped: Counter[str] = field(default_factory=Counter)
    overlaps: list[dict[str, str]] = field(default_factory=list)
    near: list[dict[str, str]] = field(default_factory=list)
    already_there: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As `counts.json` holds it."""
        return {
            "problems": self.problems,
            "attempts": self.attempts,
            "rows": self.rows,
            "attempts_dropped": dict(self.attempts_dropped.most_common()),
            "problems_dropped": dict(self.problems_dropped.most_common()),
            "windows_dropped": dict(self.windows_dropped.most_common()),
            "overlaps": self.overlaps,
            "near": self.near,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The counts of an export that is there.

        Raises:
            KeyError: something is missing.
        """
        return cls(
            problems=told["problems"],
            attempts=told["attempts"],
            rows=told["rows"],
            attempts_dropped=Counter(told["attempts_dropped"]),
            problems_dropped=Counter(told["problems_dropped"]),
            windows_dropped=Counter(told["windows_dropped"]),
            overlaps=told["overlaps"],
            near=told["near"],
            already_there=True,
        )

    def reasons(self) -> str:
        """Why attempts and problems were left out, most first, in one line."""
        told = [
            f"{name} {', '.join(f'{count} {why}' for why, count in counts.most_common())}"
            for name, counts in (
                ("attempts:", self.attempts_dropped),
                ("problems:", self.problems_dropped),
            )
            if counts
        ]
        return "; ".join(told) or "there is no settled problem"
