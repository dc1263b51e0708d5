"""What an allotment of time is made from, and what it is."""

from dataclasses import dataclass

from tirkit.scheduler.budget import Budget
from tirkit.scheduler.stop_rules import StopRule


@dataclass(frozen=True, slots=True)
class Spent:
    """What an earlier problem took.

    Attributes:
        seconds: wall time from its beginning to its end.
        settled: whether it was settled before its time was up.
        left_seconds: what the bank held as it began.
    """

    seconds: float
    settled: bool
    left_seconds: float


@dataclass(frozen=True, slots=True)
class BankState:
    """A time bank at the moment a problem begins.

    Attributes:
        left_seconds: until the hard end; never negative.
        problems_left: this one included; None if nobody knows.
        working_seconds: since the first problem began, time between problems included.
        spent: by the earlier problems, in order.
    """

    left_seconds: float
    problems_left: int | None = None
    working_seconds: float = 0.0
    spent: tuple[Spent, ...] = ()

    @property
    def done(self) -> int:
        """Problems that have ended."""
        return len(self.spent)


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a problem gets, and why.

    Attributes:
        seconds: wall time; 0 means there is none left: give the fallback answer at once.
        reason: in words, with the numbers it was made from.
        attempts: most attempts, where the policy sets them.
        stop: a further rule that settles the problem, where the policy has one.
    """

    seconds: float
    reason: str
    attempts: int | None = None
    stop: StopRule | None = None

    def budget(self, keep_seconds: float = 0.0) -> Budget:
        """What the scheduler is handed.

        Args:
            keep_seconds: kept back of the time, for handing in the answer; less where there is
                little.

        Raises:
            ConfigError: there is no time left.
        """
        seconds = self.seconds - min(keep_seconds, self.seconds / 4)
        return Budget(seconds=seconds, attempts=self.attempts, stop=self.stop)
