"""Rules on how the votes are spread over the answers."""

import math
from dataclasses import dataclass
from typing import ClassVar

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import Rule, counts, leader


@dataclass(frozen=True, slots=True)
class ConsensusShare(Rule):
    """Fires once one answer has the share `share` of the weight the selector gives.

    DeepConf online (arXiv 2508.15260): V(best) / sum of V >= tau, 0.95 there, after 16 warm-up
    attempts. A single vote has all the weight: give `minimum_attempts`.
    """

    name: ClassVar[str] = "consensus_share"

    share: float

    def check(self) -> None:
        """`share` above 0 and at most 1."""
        self.check_share("share")

    def reason(self, state: ProblemState) -> str | None:
        """The share, of how many votes, and of which answer."""
        entries = state.weighted.entries
        if not entries:
            return None
        best = max(entries, key=lambda entry: entry.weight)
        total = math.fsum(entry.weight for entry in entries)
        share = best.weight / total
        if share < self.share:
            return None
        return f"{best.answer} has {share:.4f} of the weight of {state.weighted.votes} votes"


@dataclass(frozen=True, slots=True)
class MajorityShare(Rule):
    """Fires once one answer has the share `share` of two votes or more.

    The "majority" criterion beside Adaptive-Consistency (arXiv 2305.11860; 0.8 in its code).
    """

    name: ClassVar[str] = "majority_share"

    share: float

    def check(self) -> None:
        """`share` above 0 and at most 1."""
        self.check_share("share")

    def reason(self, state: ProblemState) -> str | None:
        """How many of how many votes, and for what."""
        best, votes = leader(state.tally), state.tally.votes
        if best is None or votes < 2 or best.count / votes < self.share:
            return None
        return f"{best.count} of {votes} votes are for {best.answer}"


@dataclass(frozen=True, slots=True)
class LowEntropy(Rule):
    """Fires once the entropy of two votes or more, over its maximum, is at most `entropy`.

    The "entropy" criterion beside Adaptive-Consistency (arXiv 2305.11860; 0.75 in its code): in
    bits over log2 of the number of answers; a single answer is held against one vote for another.
    """

    name: ClassVar[str] = "low_entropy"

    entropy: float

    def check(self) -> None:
        """`entropy` above 0 and at most 1."""
        self.check_share("entropy")

    def reason(self, state: ProblemState) -> str | None:
        """The entropy, and of how many votes."""
        votes = counts(state.tally)
        if sum(votes) < 2:
            return None
        held = votes if len(votes) > 1 else [*votes, 1]
        total = sum(held)
        entropy = -math.fsum(count / total * math.log2(count / total) for count in held)
        share = entropy / math.log2(len(held))
        if share > self.entropy:
            return None
        return f"the entropy of {sum(votes)} votes is {share:.4f} of its maximum"


def consensus_share(share: float = 0.95, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once one answer has so much of the weight the selector gives."""
    return ConsensusShare(share, minimum_attempts=minimum_attempts)


def majority_share(share: float = 0.8, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once one answer has so large a share of the votes."""
    return MajorityShare(share, minimum_attempts=minimum_attempts)


def low_entropy(entropy: float = 0.75, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once the votes' entropy is at most so much of its maximum."""
    return LowEntropy(entropy, minimum_attempts=minimum_attempts)
