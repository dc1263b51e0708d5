"""Hours shared among problems that come one at a time."""

import math
import time
from collections.abc import Callable

from tirkit.errors import ConfigError
from tirkit.scheduler.time_bank.allot import BankPolicy, Bounds, allot
from tirkit.scheduler.time_bank.state import Allotment, BankState, Spent

Clock = Callable[[], float]
"""Seconds that only grow, from any beginning."""


class TimeBank:
    """Hours shared among problems that come one at a time.

    Everything is on the wall clock: queue time, stalls of the engine and time between problems.
    The clock runs from the moment the bank is made.

    Args:
        policy: says what a problem should get.
        total_seconds: from the beginning to the hard end.
        problems: how many will come; None if nobody knows. More than that may come; from then on
            nobody knows.
        now: the clock.
        used_seconds: gone before the bank was made, such as the start of a notebook.
        bounds: hold under every policy.

    Raises:
        ConfigError: a number is out of range.
    """

    def __init__(
        self,
        policy: BankPolicy,
        total_seconds: float,
        problems: int | None = None,
        *,
        now: Clock = time.monotonic,
        used_seconds: float = 0.0,
        bounds: Bounds | None = None,
    ) -> None:
        if not 0 < total_seconds < math.inf or not used_seconds >= 0:
            raise ConfigError(
                f"time bank of {total_seconds} s with {used_seconds} s used: give positive seconds"
            )
        if problems is not None and problems < 1:
            raise ConfigError(f"time bank for {problems} problems: it must be at least 1")
        self.policy = policy
        self.bounds = bounds or Bounds()
        self._now = now
        self._problems = problems
        self._ends_at = now() + total_seconds - used_seconds
        self._first_at: float | None = None
        self._began_at: float | None = None
        self._left_at_begin = 0.0
        self._spent: list[Spent] = []

    def __repr__(self) -> str:
        return f"<TimeBank {self.left_seconds:.0f} s left, {len(self._spent)} problems done>"

    @property
    def left_seconds(self) -> float:
        """Until the hard end; never negative."""
        return max(self._ends_at - self._now(), 0.0)

    @property
    def problems_left(self) -> int | None:
        """Problems that have not ended; None if nobody knows."""
        if self._problems is None or len(self._spent) >= self._problems:
            return None
        return self._problems - len(self._spent)

    @property
    def spent(self) -> tuple[Spent, ...]:
        """What the problems so far took, in order."""
        return tuple(self._spent)

    def state(self) -> BankState:
        """The bank at this moment."""
        now = self._now()
        since = 0.0 if self._first_at is None else now - self._first_at
        return BankState(max(self._ends_at - now, 0.0), self.problems_left, since, self.spent)

    def begin(self) -> Allotment:
        """Allot time to the next problem, which begins now; one that has not ended ends unsettled.

        With 0 seconds there is nothing left: give the fallback answer at once.
        """
        if self._began_at is not None:
            self.end(settled=False)
        now = self._now()
        if self._first_at is None:
            self._first_at = now
        state = self.state()
        self._began_at, self._left_at_begin = now, state.left_seconds
        return allot(self.policy, state, self.bounds)

    def end(self, *, settled: bool) -> None:
        """The problem has ended, now.

        Args:
            settled: whether it was before its time was up.
        """
        if self._began_at is None:
            return
        seconds = max(self._now() - self._began_at, 0.0)
        self._spent.append(Spent(seconds, settled, self._left_at_begin))
        self._began_at = None
