"""When a problem is settled: small frozen rules that combine with `|` and `&`.

A rule sees a state, holds none, and says in words why it fired.
"""

from dataclasses import dataclass, field, fields
from typing import Protocol

from tirkit.errors import ConfigError
from tirkit.scheduler.state import ProblemState

_TOKEN_POLL_SECONDS = 0.25
"""How often tokens of running attempts are counted for a token rule."""


class StopRule(Protocol):
    """Decides when a problem is settled."""

    def decide(self, state: ProblemState) -> str | None:
        """The reason to stop now, or None to go on."""

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """Seconds until time alone may change the decision; None if it cannot."""

    def __or__(self, other: "StopRule") -> "StopRule": ...

    def __and__(self, other: "StopRule") -> "StopRule": ...


class _Combinable:
    __slots__ = ()

    def __or__(self, other: StopRule) -> StopRule:
        return AnyRule((*_parts(AnyRule, self), *_parts(AnyRule, other)))

    def __and__(self, other: StopRule) -> StopRule:
        return AllRules((*_parts(AllRules, self), *_parts(AllRules, other)))


def _parts(kind: "type[AnyRule | AllRules]", rule: object) -> "tuple[StopRule, ...]":
    return rule.rules if isinstance(rule, kind) else (rule,)  # type: ignore[return-value]


def _next_wake(rules: "tuple[StopRule, ...]", state: ProblemState) -> float | None:
    wakes = [wake for rule in rules if (wake := rule.wake_after_seconds(state)) is not None]
    return min(wakes, default=None)


@dataclass(frozen=True, slots=True)
class AnyRule(_Combinable):
    """Fires when one of its rules does; gives the first one's reason."""

    rules: tuple[StopRule, ...]

    def decide(self, state: ProblemState) -> str | None:
        """The first reason, or None."""
        return next((reason for rule in self.rules if (reason := rule.decide(state))), None)

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The earliest wake of its rules."""
        return _next_wake(self.rules, state)

    def __str__(self) -> str:
        return " | ".join(map(str, self.rules))


@dataclass(frozen=True, slots=True)
class AllRules(_Combinable):
    """Fires when all of its rules do; gives all their reasons."""

    rules: tuple[StopRule, ...]

    def decide(self, state: ProblemState) -> str | None:
        """All reasons joined, or None."""
        reasons = [rule.decide(state) for rule in self.rules]
        return " and ".join(reason for reason in reasons if reason) if all(reasons) else None

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The earliest wake of its rules."""
        return _next_wake(self.rules, state)

    def __str__(self) -> str:
        return " & ".join(
            f"({rule})" if isinstance(rule, AnyRule) else str(rule) for rule in self.rules
        )


@dataclass(frozen=True, slots=True)
class _Guarded(_Combinable):
    """A rule that waits for some attempts to finish first.

    Attributes:
        minimum_attempts: finished attempts below which the rule never fires.
    """

    minimum_attempts: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            lowest = 0 if item.name == "minimum_attempts" else 1
            if value < lowest:
                raise ConfigError(
                    f"stop rule {type(self).__name__}: {item.name} is {value}, "
                    f"it must be at least {lowest}"
                )

    def decide(self, state: ProblemState) -> str | None:
        """The reason to stop, or None to go on."""
        if state.finished < self.minimum_attempts:
            return None
        return self._reason(state)

    def wake_after_seconds(self, state: ProblemState) -> float | None:  # noqa: ARG002
        """None: only a finished attempt changes the decision."""
        return None

    def _reason(self, state: ProblemState) -> str | None:
        raise AssertionError(f"{type(self).__name__} has no rule for {state.problem_id}")

    def __str__(self) -> str:
        shown = [str(getattr(self, item.name)) for item in fields(self) if not item.kw_only]
        if self.minimum_attempts:
            shown.append(f"minimum_attempts={self.minimum_attempts}")
        return f"{_NAMES[type(self)]}({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class AfterAttempts(_Guarded):
    """Fires once `attempts` attempts have finished, answered or not."""

    attempts: int

    def _reason(self, state: ProblemState) -> str | None:
        if state.finished < self.attempts:
            return None
        return f"{state.finished} attempts finished"


@dataclass(frozen=True, slots=True)
class AfterSeconds(_Guarded):
    """Fires `seconds` after the problem began."""

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.minimum_attempts < 0:
            raise ConfigError(f"stop rule after_seconds({self.seconds}): it must be positive")

    def _reason(self, state: ProblemState) -> str | None:
        if state.elapsed_seconds < self.seconds:
            return None
        return f"{self.seconds:g} s passed"

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The time left."""
        return max(self.seconds - state.elapsed_seconds, 0.0)


@dataclass(frozen=True, slots=True)
class AfterTokens(_Guarded):
    """Fires once the problem's attempts have drawn `tokens` tokens, running ones included."""

    tokens: int

    def _reason(self, state: ProblemState) -> str | None:
        if state.sampled_tokens < self.tokens:
            return None
        return f"{state.sampled_tokens} tokens drawn"

    def wake_after_seconds(self, state: ProblemState) -> float | None:  # noqa: ARG002
        """A fixed poll: running attempts draw tokens without telling."""
        return _TOKEN_POLL_SECONDS


@dataclass(frozen=True, slots=True)
class WhenAgreed(_Guarded):
    """Fires once `votes` attempts gave equivalent answers."""

    votes: int

    def _reason(self, state: ProblemState) -> str | None:
        best = max(state.tally.entries, key=lambda entry: entry.count, default=None)
        if best is None or best.count < self.votes:
            return None
        return f"{best.count} attempts agree on {best.answer}"


@dataclass(frozen=True, slots=True)
class WhenLeadIsSafe(_Guarded):
    """Fires once no outcome of the remaining attempts can change the winner of a majority vote.

    Exact for plain votes: the leader must stay ahead even if every remaining attempt votes for
    the runner-up, or for one new answer. A lead that could still become a tie is not safe.
    """

    def _reason(self, state: ProblemState) -> str | None:
        counts = sorted((entry.count for entry in state.tally.entries), reverse=True)
        if not counts:
            return None
        second = counts[1] if len(counts) > 1 else 0
        if counts[0] <= second + state.remaining:
            return None
        return f"a lead of {counts[0] - second} is safe with {state.remaining} attempts remaining"


def after_attempts(attempts: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many attempts have finished, answered or not."""
    return AfterAttempts(attempts, minimum_attempts=minimum_attempts)


def after_seconds(seconds: float, *, minimum_attempts: int = 0) -> StopRule:
    """Stop so many seconds after the problem began."""
    return AfterSeconds(seconds, minimum_attempts=minimum_attempts)


def after_tokens(tokens: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once the problem's attempts have drawn so many tokens."""
    return AfterTokens(tokens, minimum_attempts=minimum_attempts)


def when_agreed(votes: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many attempts gave equivalent answers."""
    return WhenAgreed(votes, minimum_attempts=minimum_attempts)


def when_lead_is_safe(*, minimum_attempts: int = 0) -> StopRule:
    """Stop once the remaining attempts cannot change the winner."""
    return WhenLeadIsSafe(minimum_attempts=minimum_attempts)


_NAMES: dict[type, str] = {
    AfterAttempts: "after_attempts",
    AfterSeconds: "after_seconds",
    AfterTokens: "after_tokens",
    WhenAgreed: "when_agreed",
    WhenLeadIsSafe: "when_lead_is_safe",
}
