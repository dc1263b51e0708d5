"""Rules that let another rule fire only under a condition."""

import math
import statistics
from dataclasses import dataclass, field

from tirkit.errors import ConfigError
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.combine import Combinable
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import check_whole, leader, shown_fields


@dataclass(frozen=True, slots=True)
class NotBefore(Combinable):
    """Lets a rule fire once enough attempts, answers and seconds have come together.

    Attributes:
        rule: the rule.
        attempts: finished ones.
        answers: admissible ones.
        seconds: since the problem began.
    """

    rule: StopRule
    attempts: int = field(default=0, kw_only=True)
    answers: int = field(default=0, kw_only=True)
    seconds: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        _check_rule("not_before", self.rule)
        check_whole("stop rule not_before", "attempts", self.attempts, 0)
        check_whole("stop rule not_before", "answers", self.answers, 0)
        if not 0 <= self.seconds < math.inf:
            raise ConfigError(
                f"stop rule not_before: seconds is {self.seconds}, it must be at least 0 and finite"
            )

    def decide(self, state: ProblemState) -> str | None:
        """The rule's reason, or None."""
        if (
            state.finished < self.attempts
            or state.tally.votes < self.answers
            or state.elapsed_seconds < self.seconds
        ):
            return None
        return self.rule.decide(state)

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The time left, and then the rule's own wake."""
        left = self.seconds - state.elapsed_seconds
        return left if left > 0 else self.rule.wake_after_seconds(state)

    def __str__(self) -> str:
        return f"not_before({', '.join(shown_fields(self))})"


@dataclass(frozen=True, slots=True)
class LengthMatched(Combinable):
    """Lets a rule fire only if the attempts that run are not much longer than those that voted.

    Short attempts vote first; where long ones tend to another answer, a rule that fires on the
    first votes never hears it. The rule may fire if no attempt is running, or the share
    `finished_share` of those begun has finished, or one vote for the leader took `length_ratio`
    times the median of the tokens the running ones have drawn so far.

    Attributes:
        rule: the rule.
        finished_share: in (0, 1].
        length_ratio: above 0.
    """

    rule: StopRule
    finished_share: float = field(default=0.5, kw_only=True)
    length_ratio: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        _check_rule("length_matched", self.rule)
        if not 0 < self.finished_share <= 1:
            raise ConfigError(
                f"stop rule length_matched: finished_share is {self.finished_share}, it must be "
                "above 0 and at most 1"
            )
        if not 0 < self.length_ratio < math.inf:
            raise ConfigError(
                f"stop rule length_matched: length_ratio is {self.length_ratio}, it must be "
                "positive and finite"
            )

    def decide(self, state: ProblemState) -> str | None:
        """The rule's reason and why it may fire, or None."""
        reason = self.rule.decide(state)
        matched = None if reason is None else self._matched(state)
        return f"{reason} ({matched})" if matched else None

    def _matched(self, state: ProblemState) -> str | None:
        if not state.running:
            return "no attempt is running"
        begun = state.finished + len(state.running)
        if state.finished >= self.finished_share * begun:
            return f"{state.finished} of {begun} attempts have finished"
        if not state.running_tokens:
            return None
        longest, median = _longest_vote(state), statistics.median(state.running_tokens)
        if longest < self.length_ratio * median:
            return None
        return f"a vote of {longest} tokens, running attempts have {median:g}"

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The rule's own wake: running attempts only get longer."""
        return self.rule.wake_after_seconds(state)

    def __str__(self) -> str:
        return f"length_matched({', '.join(shown_fields(self))})"


def _longest_vote(state: ProblemState) -> int:
    best = leader(state.tally)
    if best is None:
        return 0
    voters = {vote.attempt_index for vote in best.votes}
    return max((ballot.tokens for ballot in state.ballots if ballot.index in voters), default=0)


def _check_rule(name: str, rule: object) -> None:
    if not hasattr(rule, "decide"):
        raise ConfigError(f"stop rule {name}: {rule!r} is no stop rule")


def not_before(
    rule: StopRule, *, attempts: int = 0, answers: int = 0, seconds: float = 0.0
) -> StopRule:
    """Let a rule fire once so many attempts have finished, answers come and seconds passed."""
    return NotBefore(rule, attempts=attempts, answers=answers, seconds=seconds)


def length_matched(
    rule: StopRule, *, finished_share: float = 0.5, length_ratio: float = 1.0
) -> StopRule:
    """Let a rule fire only if the running attempts are not much longer than those that voted.

    Args:
        rule: the rule.
        finished_share: of the attempts begun; once so many have finished the rule may fire.
        length_ratio: how long, in medians of the running attempts' tokens, one of the leader's
            votes must be to let it fire before.
    """
    return LengthMatched(rule, finished_share=finished_share, length_ratio=length_ratio)
