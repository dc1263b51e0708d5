"""What one problem may spend."""

import math
from dataclasses import dataclass, replace

from tirkit.errors import ConfigError
from tirkit.scheduler.policy import Policy
from tirkit.scheduler.stop_rules import StopRule, after_seconds, after_tokens


@dataclass(frozen=True, slots=True)
class Budget:
    """What one problem may spend; what is None is left as the settings have it.

    Attributes:
        tokens: drawn by all its attempts together, running ones included.
        seconds: wall time from the moment the problem enters the scheduler, queue time and stalls
            of the engine included. It makes a shorter limit of the settings no longer.
        attempts: most attempts, in place of the settings' number.
        stop: settles the problem too, beside the settings' rule.

    Raises:
        ConfigError: a number is not positive and finite.
    """

    tokens: int | None = None
    seconds: float | None = None
    attempts: int | None = None
    stop: StopRule | None = None

    def __post_init__(self) -> None:
        for name in ("tokens", "seconds", "attempts"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ConfigError(f"budget {name} is {value}: it must be positive and finite")

    def within(self, policy: Policy) -> Policy:
        """The policy of a problem that has this budget."""
        rule = policy.stop_rule
        if self.stop is not None:
            rule |= self.stop
        if self.tokens is not None:
            rule |= after_tokens(self.tokens)
        seconds = policy.seconds
        if self.seconds is not None:
            rule |= after_seconds(self.seconds)
            seconds = min(self.seconds, math.inf if seconds is None else seconds)
        attempts = policy.attempts if self.attempts is None else self.attempts
        return replace(policy, attempts=attempts, stop_rule=rule, seconds=seconds)
