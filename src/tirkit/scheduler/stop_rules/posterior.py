"""Rules on how likely it is that the answer ahead stays ahead, however many attempts were made.

They know the tally alone and take attempts to be drawn independently.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.probability import beta_risk, mode_risk
from tirkit.scheduler.stop_rules.rule import Rule, counts

_DIRICHLET_ANSWERS = 5
"""Most common answers the Dirichlet posterior looks at, as published."""


@dataclass(frozen=True, slots=True)
class BetaPosterior(Rule):
    """Fires once the leader beats the runner-up with probability `threshold`.

    1 - I_{1/2}(v1 + 1, v2 + 1) >= threshold for the two highest counts (Adaptive-Consistency,
    arXiv 2305.11860; 0.95 there). 4-0 gives 0.969, 4-1 gives 0.891, 7-2 gives 0.945.
    """

    name: ClassVar[str] = "beta_posterior"

    threshold: float

    def check(self) -> None:
        """`threshold` between 0 and 1."""
        self.check_share("threshold", one=False)

    def reason(self, state: ProblemState) -> str | None:
        """The two counts and the probability."""
        votes = counts(state.tally)
        if not votes:
            return None
        first, second = [*votes, 0][:2]
        sure = 1 - beta_risk(first, second)
        if sure < self.threshold:
            return None
        return f"{first} votes to {second} lead for good with probability {sure:.4f}"


@dataclass(frozen=True, slots=True)
class DirichletPosterior(Rule):
    """Fires once the leader is the likeliest of the five most common answers by `threshold`.

    The shares of the answers are Dirichlet(votes + 1); fewer than three answers are as the Beta
    posterior (Adaptive-Consistency, arXiv 2305.11860; 0.95 and Monte Carlo there). Here the
    probability is an integral over one variable, taken numerically: the same on every machine.
    """

    name: ClassVar[str] = "dirichlet_posterior"

    threshold: float

    def check(self) -> None:
        """`threshold` between 0 and 1."""
        self.check_share("threshold", one=False)

    def reason(self, state: ProblemState) -> str | None:
        """The counts and the probability."""
        votes = counts(state.tally)[:_DIRICHLET_ANSWERS]
        if not votes:
            return None
        first, *others = [*votes, 0] if len(votes) == 1 else votes
        # To beat all is no likelier than to beat the best of them, and that is quickly told.
        if 1 - beta_risk(first, others[0]) < self.threshold:
            return None
        sure = 1 - _risk(first, others)
        if sure < self.threshold:
            return None
        return f"{_versus(votes)} votes lead for good with probability {sure:.4f}"


def _risk(first: int, others: list[int]) -> float:
    if len(others) == 1:
        return beta_risk(first, others[0])
    return mode_risk(first + 1, tuple(votes + 1 for votes in others))


@dataclass(frozen=True, slots=True)
class BayesFactor(Rule):
    """Fires once the Bayes factor for "the leader is the mode" reaches `threshold`.

    m P / (1 - P), where P is the probability that the leader has the largest share under
    Dirichlet(votes + 1) and m how many answers there are (Best-of-infinity, arXiv 2509.21091).
    Answers not seen yet are one more with `unknown` votes, 0.3 in the published code; without it
    a single answer has an infinite factor, so that a least number of attempts must be given. A
    tie has the factor 1. P is integrated numerically where the authors draw samples.

    Attributes:
        unknown: votes of all answers not seen yet.
    """

    name: ClassVar[str] = "bayes_factor"

    threshold: float
    unknown: float = field(default=0.3, kw_only=True)

    def check(self) -> None:
        """`threshold` above 1, `unknown` from 0 on."""
        if not 1 < self.threshold < math.inf:
            self.refuse("threshold", "it must be above 1 and finite")
        if not 0 <= self.unknown < math.inf:
            self.refuse("unknown", "it must be at least 0 and finite")
        if self.unknown == 0 and self.minimum_attempts < 2:
            self.refuse("unknown", "with that it needs minimum_attempts of 2 or more")

    def reason(self, state: ProblemState) -> str | None:
        """The counts and the factor."""
        votes = counts(state.tally)
        if not votes:
            return None
        first, *others = votes
        if others and others[0] == first:
            return None
        answers = len(votes) + (self.unknown > 0)
        # P / (1 - P) is largest against the runner-up alone.
        pair = beta_risk(first, others[0]) if others else 0.0
        if _factor(answers, pair) < self.threshold:
            return None
        shapes = [votes + 1.0 for votes in others]
        if self.unknown > 0:
            shapes.append(self.unknown + 1)
        factor = _factor(answers, mode_risk(first + 1.0, tuple(sorted(shapes))))
        if factor < self.threshold:
            return None
        return f"{_versus(votes)} votes have a Bayes factor of {factor:.4g}"


def _factor(answers: int, risk: float) -> float:
    return answers * (1 - risk) / risk if risk > 0 else math.inf


_MOST_SHOWN = 6


def _versus(votes: list[int]) -> str:
    shown = "-".join(map(str, votes[:_MOST_SHOWN]))
    return shown + ("-…" if len(votes) > _MOST_SHOWN else "")


def beta_posterior(threshold: float = 0.95, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once the leader beats the runner-up with this probability."""
    return BetaPosterior(threshold, minimum_attempts=minimum_attempts)


def dirichlet_posterior(threshold: float = 0.95, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once the leader is the likeliest of the five most common answers by so much."""
    return DirichletPosterior(threshold, minimum_attempts=minimum_attempts)


def bayes_factor(threshold: float, *, unknown: float = 0.3, minimum_attempts: int = 0) -> StopRule:
    """Stop once the Bayes factor for "the leader is the mode" is so large.

    Args:
        threshold: above 1.
        unknown: votes of all answers not seen yet; 0 for none, with a least number of attempts.
        minimum_attempts: finished attempts below which the rule never fires.
    """
    return BayesFactor(threshold, unknown=unknown, minimum_attempts=minimum_attempts)
