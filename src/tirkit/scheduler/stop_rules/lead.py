"""Rules that fire when the remaining attempts cannot change who leads."""

from dataclasses import dataclass, field
from typing import ClassVar

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import Rule, counts
from tirkit.selection.elect import SAME_WEIGHT
from tirkit.selection.tally import MAX_WEIGHT


@dataclass(frozen=True, slots=True)
class WhenLeadIsSafe(Rule):
    """Fires once no outcome of the remaining attempts can change the winner of the vote.

    The leader must stay ahead even if every remaining attempt votes for the runner-up, or for one
    new answer. A lead that could still become a tie is not safe. Exact for plain votes, and with
    `max_weight` for the selector's weights where the weight of a vote depends on its own attempt
    alone and is at most that; answers that are told apart now are taken to stay apart.

    Attributes:
        max_weight: largest weight the selector gives; None counts plain votes.
    """

    name: ClassVar[str] = "when_lead_is_safe"

    max_weight: float | None = field(default=None, kw_only=True)

    def check(self) -> None:
        """`max_weight` above 0 and no larger than a weight may be."""
        if self.max_weight is not None and not 0 < self.max_weight <= MAX_WEIGHT:
            self.refuse("max_weight", f"it must be above 0 and at most {MAX_WEIGHT:g}")

    def reason(self, state: ProblemState) -> str | None:
        """How large the lead is, and how many attempts remain."""
        if self.max_weight is None:
            return self._by_votes(state)
        return self._by_weight(state, self.max_weight)

    @staticmethod
    def _by_votes(state: ProblemState) -> str | None:
        first, second = _first_two(counts(state.tally))
        if first <= second + state.remaining:
            return None
        return f"a lead of {first - second} is safe with {state.remaining} attempts remaining"

    @staticmethod
    def _by_weight(state: ProblemState, max_weight: float) -> str | None:
        weights = sorted((entry.weight for entry in state.weighted.entries), reverse=True)
        first, second = _first_two(weights)
        to_come = state.remaining * max_weight
        # Sums that differ by less are a tie to the selector.
        if not first - second - to_come > SAME_WEIGHT * (first + to_come):
            return None
        return (
            f"a lead of {first - second:.4g} is safe with {state.remaining} attempts of at most "
            f"{max_weight:g} remaining"
        )


@dataclass(frozen=True, slots=True)
class WhenUncatchable(Rule):
    """Fires once no answer can get more votes than the leader; a tie may still come.

    Second place of AIMO-3 goes on only while runner-up + remaining > leader.
    """

    name: ClassVar[str] = "when_uncatchable"

    def reason(self, state: ProblemState) -> str | None:
        """How large the lead is, and how many attempts remain."""
        first, second = _first_two(counts(state.tally))
        if first == 0 or second + state.remaining > first:
            return None
        return f"a lead of {first - second} is not overtaken by {state.remaining} attempts"


def _first_two(values: list[int] | list[float]) -> tuple[float, float]:
    return (values[0] if values else 0), (values[1] if len(values) > 1 else 0)


def when_lead_is_safe(*, max_weight: float | None = None, minimum_attempts: int = 0) -> StopRule:
    """Stop once the remaining attempts cannot change the winner.

    Args:
        max_weight: largest weight of one vote; with it the selector's weights are counted, without
            it plain votes.
        minimum_attempts: finished attempts below which the rule never fires.
    """
    return WhenLeadIsSafe(max_weight=max_weight, minimum_attempts=minimum_attempts)


def when_uncatchable(*, minimum_attempts: int = 0) -> StopRule:
    """Stop once no answer can overtake the leader, also where one could still draw level."""
    return WhenUncatchable(minimum_attempts=minimum_attempts)
