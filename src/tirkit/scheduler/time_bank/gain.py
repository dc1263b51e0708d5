"""Time by expected gain: how much more likely a second here settles a problem than elsewhere."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tirkit.errors import ConfigError
from tirkit.scheduler.time_bank.policies import check_positive
from tirkit.scheduler.time_bank.state import Allotment, BankState

PRIOR_SECONDS = (45.0, 72.0, 97.0, 122.0, 150.0, 184.0, 226.0, 285.0)
"""What eight imagined problems needed: quantiles 5, 15, …, 75 % of a log-normal with median 166 s
(13.3k tokens at 80 tokens/s, gpt-oss-120b with Python) and log-deviation 0.8, which is ours."""
_PRIOR_NEVER = 2
"""Two more are never settled: 39.3 of 50 was the mean score of 21 runs (arXiv 2603.27844)."""
_SHORTEST_SECONDS = 1e-3
_FEWEST_TO_COME = 10
"""Of an unknown number of problems: as many as have come, and so many at least, are yet to come."""


@dataclass(frozen=True, slots=True)
class Point:
    """A limit all problems could be given.

    Attributes:
        limit: seconds.
        gain: share of problems settled within it.
        cost: seconds a problem takes under it on average, since most end before.
    """

    limit: float
    gain: float
    cost: float


@dataclass(frozen=True, slots=True)
class ExpectedGain:
    """Time where it is expected to settle most problems for a second.

    G(c), the share of problems settled within c seconds, is estimated by Kaplan and Meier from
    what the earlier problems took and from `prior`; problems that ran out of time count as not
    settled by then. Under a limit of c a problem takes U(c) = integral of 1 - G from 0 to c on
    average, so going on from c to d gains (G(d) - G(c)) / (U(d) - U(c)) problems a second. Only
    limits on the upper hull of (U, G) are ever worth it, where that gain falls with each step.
    With n problems and L seconds left, a problem gets the largest such limit c whose cost can be
    paid while the others keep the one before, b: U(c) + (n - 1) U(b) <= L. Where time is too short
    for all, some problems are thus worked on well instead of all of them badly. Where all can have
    the largest limit m, the rest is shared among those it does not settle: each gets
    (L / n - U(m)) / (1 - G(m)) seconds more.

    The same state always gives the same seconds.

    Attributes:
        prior: seconds that imagined problems needed; more of them weigh more.
        prior_never: imagined problems that are never settled.
        high: most seconds.
    """

    prior: tuple[float, ...] = PRIOR_SECONDS
    prior_never: int = _PRIOR_NEVER
    high: float = 900.0

    def __post_init__(self) -> None:
        check_positive(self, "high")
        if not self.prior or not all(0 < needed < math.inf for needed in self.prior):
            raise ConfigError("time bank ExpectedGain: prior must hold positive numbers of seconds")
        if self.prior_never < 0:
            raise ConfigError(f"time bank ExpectedGain: prior_never is {self.prior_never}")

    def allot(self, state: BankState) -> Allotment:
        """The limit of this problem."""
        needed = [(seconds, True) for seconds in self.prior]
        needed += [(math.inf, False)] * self.prior_never
        needed += [(max(one.seconds, _SHORTEST_SECONDS), one.settled) for one in state.spent]
        points = hull(growth(needed, self.high))
        count = state.problems_left
        if count is None:
            count = max(state.done, _FEWEST_TO_COME)
        chosen, others = self._affordable(points, state.left_seconds, count)
        seconds = chosen.limit
        if others is points[-1]:
            unsettled = max(1 - chosen.gain, 1 / len(needed))
            seconds += (state.left_seconds / count - chosen.cost) / unsettled
        return Allotment(
            min(seconds, self.high),
            f"{chosen.gain:.0%} of problems are settled in {chosen.limit:.0f} s; "
            f"{count} left, the others at {others.cost:.0f} s of {state.left_seconds:.0f} s",
        )

    @staticmethod
    def _affordable(points: Sequence[Point], left: float, count: int) -> tuple[Point, Point]:
        """The limit of this problem and that of the others."""
        best = (points[1], points[0])
        for before, after in pairwise(points):
            if after.cost + (count - 1) * before.cost <= left:
                best = (after, before)
            if after is points[-1] and after.cost * count <= left:
                best = (after, after)
        return best


def growth(needed: Sequence[tuple[float, bool]], high: float) -> list[Point]:
    """G and U at every limit at which a problem was settled, from (0, 0) on.

    Args:
        needed: of each problem, the seconds it took and whether it was settled then.
        high: limits above are not looked at.
    """
    points = [Point(0.0, 0.0, 0.0)]
    alive = 1.0
    settled = sorted({seconds for seconds, done in needed if done and 0 < seconds <= high})
    for limit in settled:
        last = points[-1]
        at_risk = sum(seconds >= limit for seconds, _ in needed)
        ended = sum(done and seconds == limit for seconds, done in needed)
        cost = last.cost + alive * (limit - last.limit)
        alive *= 1 - ended / at_risk
        points.append(Point(limit, 1 - alive, cost))
    if len(points) == 1:
        points.append(Point(high, 0.0, high))
    return points


def hull(points: Sequence[Point]) -> list[Point]:
    """The upper hull of gain over cost: each step gains less for a second than the one before."""
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and not _turns_down(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _turns_down(one: Point, two: Point, three: Point) -> bool:
    first = (two.gain - one.gain) * (three.cost - two.cost)
    second = (three.gain - two.gain) * (two.cost - one.cost)
    return first > second
