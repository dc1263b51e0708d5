"""Rules made of rules: any of them, all of them."""

from dataclasses import dataclass

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule


class Combinable:
    """Gives a rule `|` and `&`."""

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
class AnyRule(Combinable):
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
class AllRules(Combinable):
    """Fires when all of its rules do; gives all their reasons."""

    rules: tuple[StopRule, ...]

    def decide(self, state: ProblemState) -> str | None:
        """All reasons joined, or None."""
        reasons: list[str] = []
        for rule in self.rules:
            reason = rule.decide(state)
            if reason is None:
                return None
            reasons.append(reason)
        return " and ".join(reasons)

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """The earliest wake of its rules."""
        return _next_wake(self.rules, state)

    def __str__(self) -> str:
        return " & ".join(
            f"({rule})" if isinstance(rule, AnyRule) else str(rule) for rule in self.rules
        )
