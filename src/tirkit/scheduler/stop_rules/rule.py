"""What single rules share: a least number of attempts, checks of their numbers, their text."""

import math
from dataclasses import dataclass, field, fields
from typing import ClassVar

from tirkit.errors import ConfigError
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.combine import Combinable
from tirkit.types import Tally, TallyEntry


@dataclass(frozen=True, slots=True)
class Rule(Combinable):
    """A rule that may wait for some attempts to finish first.

    Attributes:
        minimum_attempts: finished attempts below which the rule never fires.
    """

    name: ClassVar[str] = ""
    """How texts call the rule."""

    minimum_attempts: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        self.check_whole("minimum_attempts", lowest=0)
        self.check()

    def check(self) -> None:
        """Refuse numbers the rule cannot work with.

        Raises:
            ConfigError: names the number and what it must be.
        """

    def decide(self, state: ProblemState) -> str | None:
        """The reason to stop, or None to go on."""
        if state.finished < self.minimum_attempts:
            return None
        return self.reason(state)

    def reason(self, state: ProblemState) -> str | None:
        """The same, once enough attempts have finished."""
        raise AssertionError(f"{type(self).__name__} has no rule for {state.problem_id}")

    def wake_after_seconds(self, state: ProblemState) -> float | None:  # noqa: ARG002
        """None: only a finished attempt changes the decision."""
        return None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(shown_fields(self))})"

    def check_whole(self, what: str, *, lowest: int = 1) -> None:
        """Refuse a field that is no whole number from `lowest` on."""
        check_whole(f"stop rule {self.name}", what, getattr(self, what), lowest)

    def check_share(self, what: str, *, one: bool = True) -> None:
        """Refuse a field that is not above 0 and below 1, or 1 where that is allowed."""
        value = getattr(self, what)
        if not (0 < value < 1 or (one and value == 1)):  # also refuses NaN
            bound = "at most" if one else "below"
            self.refuse(what, f"it must be above 0 and {bound} 1")

    def check_positive(self, what: str) -> None:
        """Refuse a field that is no finite number above 0."""
        if not 0 < getattr(self, what) < math.inf:
            self.refuse(what, "it must be positive and finite")

    def refuse(self, what: str, wanted: str) -> None:
        """Raise for a field.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(f"stop rule {self.name}: {what} is {getattr(self, what)}, {wanted}")


def check_whole(name: str, what: str, value: object, lowest: int) -> None:
    """Refuse what is no whole number from `lowest` on.

    Raises:
        ConfigError: says of what the number is, which, and what it must be.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise ConfigError(
            f"{name}: {what} is {value}, it must be a whole number of at least {lowest}"
        )


def shown_fields(rule: object) -> list[str]:
    """The arguments of a rule's text: all positional ones, and the others where they are set."""
    positional, named = [], []
    for item in fields(rule):  # type: ignore[arg-type]
        value = getattr(rule, item.name)
        text = repr(value) if isinstance(value, str) else str(value)
        if not item.kw_only:
            positional.append(text)
        elif value != item.default:
            named.append(f"{item.name}={text}")
    return positional + sorted(named, key=lambda text: text.startswith("minimum_attempts="))


def leader(tally: Tally) -> TallyEntry | None:
    """The answer most attempts gave, the tally's first among several; None without votes."""
    return max(tally.entries, key=lambda entry: entry.count, default=None)


def counts(tally: Tally) -> list[int]:
    """How many attempts gave each answer, most first."""
    return sorted((entry.count for entry in tally.entries), reverse=True)
