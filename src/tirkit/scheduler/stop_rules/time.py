"""Rules on what a problem has spent: seconds and tokens."""

from dataclasses import dataclass
from typing import ClassVar

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import Rule

_TOKEN_POLL_SECONDS = 0.25
"""How often tokens of running attempts are counted for a token rule."""


@dataclass(frozen=True, slots=True)
class AfterSeconds(Rule):
    """Fires `seconds` after the problem began."""

    name: ClassVar[str] = "after_seconds"

    seconds: float

    def check(self) -> None:
        """`seconds` above 0 and finite."""
        self.check_positive("seconds")

    def reason(self, state: ProblemState) -> str | None:
        """How much time has passed."""
        if state.elapsed_seconds < self.seconds:
            return None
        return f"{self.seconds:g} s passed"

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The time left; None once it has passed, so that nobody is woken for ever."""
        left = self.seconds - state.elapsed_seconds
        return left if left > 0 else None


@dataclass(frozen=True, slots=True)
class AfterTokens(Rule):
    """Fires once the problem's attempts have drawn `tokens` tokens, running ones included."""

    name: ClassVar[str] = "after_tokens"

    tokens: int

    def check(self) -> None:
        """`tokens` from 1 on."""
        self.check_whole("tokens")

    def reason(self, state: ProblemState) -> str | None:
        """How many were drawn."""
        if state.sampled_tokens < self.tokens:
            return None
        return f"{state.sampled_tokens} tokens drawn"

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """A fixed poll while there are tokens left: running attempts draw them without telling."""
        return _TOKEN_POLL_SECONDS if state.sampled_tokens < self.tokens else None


def after_seconds(seconds: float, *, minimum_attempts: int = 0) -> StopRule:
    """Stop so many seconds after the problem began."""
    return AfterSeconds(seconds, minimum_attempts=minimum_attempts)


def after_tokens(tokens: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once the problem's attempts have drawn so many tokens."""
    return AfterTokens(tokens, minimum_attempts=minimum_attempts)
