"""How competitors shared out their hours."""

from dataclasses import dataclass

from tirkit.errors import ConfigError
from tirkit.scheduler.stop_rules import after_seconds, when_agreed
from tirkit.scheduler.time_bank.state import Allotment, BankState


def check_positive(policy: object, *names: str) -> None:
    """Refuse a policy with a number that is not positive.

    Raises:
        ConfigError: names the policy and the number.
    """
    for name in names:
        value = getattr(policy, name)
        if not value > 0:
            raise ConfigError(
                f"time bank {type(policy).__name__}: {name} is {value}, it must be positive"
            )


@dataclass(frozen=True, slots=True)
class BaseAndSurplus:
    """A base for each problem; what is not used goes to a shared buffer that others draw on.

    NVIDIA's AIMO-2 winner: 350 s, and at most 210 s from the buffer (arXiv 2504.16891, section
    6.3.4). The buffer is what the problems so far left of their bases, on the wall clock: time
    between problems and overruns are taken from it, and below zero they shorten the base.

    Attributes:
        base: seconds.
        draw: most seconds from the buffer.
    """

    base: float = 350.0
    draw: float = 210.0

    def __post_init__(self) -> None:
        check_positive(self, "base", "draw")

    def buffer(self, state: BankState) -> float:
        """Seconds in the buffer; negative after overruns."""
        return self.base * state.done - state.working_seconds

    def allot(self, state: BankState) -> Allotment:
        """The base and what may be drawn."""
        drawn = min(self.buffer(state), self.draw)
        seconds = max(self.base + drawn, 0.0)
        return Allotment(seconds, f"{self.base:g} s and {drawn:.0f} s of the buffer")


@dataclass(frozen=True, slots=True)
class Deposits(BaseAndSurplus):
    """A base for each problem; only one on which few agree withdraws more than that.

    The AIMO-3 notebook of grubbylu (AI4Math, README): easy problems deposit, hard ones withdraw at
    most 300 s. A problem is settled at its base once `agree` answers are the same.

    Attributes:
        base: seconds; the source does not tell it, ours is that of the other AIMO-3 notebooks.
        draw: most seconds withdrawn.
        agree: answers that must agree for the base to be enough.
    """

    base: float = 300.0
    draw: float = 300.0
    agree: int = 2

    def __post_init__(self) -> None:
        check_positive(self, "base", "draw", "agree")

    def allot(self, state: BankState) -> Allotment:
        """The base, and what may be withdrawn while fewer agree."""
        drawn = min(self.buffer(state), self.draw)
        seconds = max(self.base + drawn, 0.0)
        if drawn <= 0:
            return Allotment(seconds, f"{self.base:g} s, nothing to withdraw")
        stop = after_seconds(self.base) & when_agreed(self.agree)
        reason = f"{self.base:g} s, {drawn:.0f} s more while fewer than {self.agree} agree"
        return Allotment(seconds, reason, stop=stop)


@dataclass(frozen=True, slots=True)
class Clamped:
    """All that the later problems' bases leave, between a base and a cap.

    The public AIMO-3 notebooks: clamp(time left - base x (problems left - 1), base, high), with
    300/900 (Parthenos, the winner, TAMU-TACO), 270/900 in a variant and 240/960 (Andreas Mk IV),
    of 17,400 s. Of an unknown number of problems each gets the base.

    Attributes:
        base: seconds kept for each later problem, and the least for this one.
        high: most seconds.
    """

    base: float = 300.0
    high: float = 900.0

    def __post_init__(self) -> None:
        check_positive(self, "base", "high")
        if self.high < self.base:
            raise ConfigError(f"time bank Clamped: high {self.high} is below base {self.base}")

    def allot(self, state: BankState) -> Allotment:
        """What is left over, clamped."""
        if state.problems_left is None:
            return Allotment(self.base, f"{self.base:g} s of an unknown number of problems")
        later = state.problems_left - 1
        seconds = min(max(state.left_seconds - later * self.base, self.base), self.high)
        return Allotment(
            seconds, f"{state.left_seconds:.0f} s left, {self.base:g} s kept for each of {later}"
        )
