"""Accuracy against cost, with intervals, and which candidates no other one beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tirkit.bench.estimates import BOOTSTRAP_DRAWS, Estimate
from tirkit.errors import ConfigError
from tirkit.lab.candidates import FULL
from tirkit.lab.trials import Trials

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """One candidate's figures, with 95 % bootstrap intervals over problems and orders.

    The figures are means over the orders, and the intervals are theirs: a single run of a
    competition spreads wider.

    Attributes:
        name: the candidate.
        kind: "full", "rule", "selector", "preset" or "own".
        stop: its stop rule, "" for none.
        selector: its selector.
        attempts: most attempts at a problem; None for as many as there are.
        accuracy: share of right verdicts.
        tokens: mean per problem.
        seconds: mean per problem.
        gain: accuracy less that of the full vote, in the same draws.
        saved: share of the full vote's tokens that were not drawn, in the same draws.
        best: whether no other candidate is at least as right for fewer tokens, or more right for
            as few.
        left_out: parts of a preset that were not tried.
        unheard: share of the decisions for which the record lacked attempts.
    """

    name: str
    kind: str
    stop: str
    selector: str
    attempts: int | None
    accuracy: Estimate
    tokens: Estimate
    seconds: Estimate
    gain: Estimate
    saved: Estimate
    best: bool
    left_out: str = ""
    unheard: float = 0.0


@dataclass(frozen=True, slots=True)
class Margin:
    """How a candidate stands to the frontier of the others.

    Attributes:
        name: the candidate.
        rival: the most accurate of the others that draw no more tokens; None if none does.
        accuracy: the candidate's accuracy less its rival's, in the same draws; None without one.
    """

    name: str
    rival: str | None
    accuracy: Estimate | None

    @property
    def reached(self) -> bool:
        """Whether the candidate lies on the frontier or above it."""
        return self.accuracy is None or self.accuracy.value >= 0


class Frontier:
    """Candidates that were tried on the same problems in the same orders.

    Args:
        trials: theirs; one of them must be the full vote.

    Raises:
        ConfigError: the full vote is missing, or two candidates have the same name.
    """

    def __init__(self, trials: Sequence[Trials]) -> None:
        import numpy as np  # noqa: PLC0415 - slow to load, and not for every command

        self._trials = {one.candidate.name: one for one in trials}
        if FULL not in self._trials or len(self._trials) < len(trials):
            raise ConfigError(f"a frontier needs the {FULL} and candidates of different names")
        orders, problems = np.shape(self._trials[FULL].right)
        draw = np.random.default_rng(0)
        self.orders, self.problems = int(orders), int(problems)
        # Two levels: problems are drawn with replacement, and each one's orders again.
        times = draw.multinomial(problems, [1 / problems] * problems, size=BOOTSTRAP_DRAWS)
        drawn = draw.multinomial(times * orders, [1 / orders] * orders)
        weights = drawn.transpose(0, 2, 1).reshape(BOOTSTRAP_DRAWS, orders * problems)
        self._weights = weights / (orders * problems)
        self._right = {name: np.array(one.right) for name, one in self._trials.items()}
        self._tokens = {name: np.array(one.tokens) for name, one in self._trials.items()}
        self._seconds = {name: np.array(one.seconds) for name, one in self._trials.items()}

    def points(self) -> list[Point]:
        """One per candidate, cheapest first."""
        best = self._best()
        points = [self._point(one, one.candidate.name in best) for one in self._trials.values()]
        return sorted(points, key=lambda point: point.tokens.value)

    def margin(self, name: str, kinds: Sequence[str] = ("rule", "preset")) -> Margin:
        """How a candidate stands to the frontier of all others of some kinds.

        Raises:
            ConfigError: there is no such candidate.
        """
        if name not in self._trials:
            raise ConfigError(f"no candidate {name!r}")
        cost = self._tokens[name].mean()
        rivals = [
            other
            for other, trials in self._trials.items()
            if other != name
            and trials.candidate.kind in kinds
            and self._tokens[other].mean() <= cost
        ]
        if not rivals:
            return Margin(name, None, None)
        rival = max(rivals, key=lambda other: float(self._right[other].mean()))
        return Margin(name, rival, self._mean(self._right[name] - self._right[rival]))

    def _point(self, trials: Trials, best: bool) -> Point:  # noqa: FBT001 - a column of the point
        one, name = trials.candidate, trials.candidate.name
        most = one.policy.attempts
        return Point(
            name=name,
            kind=one.kind,
            stop=one.stop,
            selector=one.selector,
            attempts=most if one.kind == "preset" else None,
            accuracy=self._mean(self._right[name]),
            tokens=self._mean(self._tokens[name]),
            seconds=self._mean(self._seconds[name]),
            gain=self._mean(self._right[name] - self._right[FULL]),
            saved=self._saved(name),
            best=best,
            left_out=one.left_out,
            unheard=trials.unheard / (self.orders * self.problems),
        )

    def _best(self) -> set[str]:
        ranked = sorted(
            self._trials,
            key=lambda name: (self._tokens[name].mean(), -self._right[name].mean()),
        )
        best: set[str] = set()
        highest = -1.0
        for name in ranked:
            accuracy = float(self._right[name].mean())
            if accuracy > highest:
                best.add(name)
                highest = accuracy
        return best

    def _mean(self, table: "Table") -> Estimate:
        return self._estimate(float(table.mean()), self._weights @ table.ravel())

    def _saved(self, name: str) -> Estimate:
        mine, full = self._tokens[name], self._tokens[FULL]
        spent = (self._weights @ mine.ravel()) / (self._weights @ full.ravel())
        return self._estimate(1 - float(mine.sum() / full.sum()), 1 - spent)

    def _estimate(self, value: float, drawn: "Table") -> Estimate:
        ranked = sorted(drawn.tolist())
        tail = len(ranked) // 40
        return Estimate(value, ranked[tail], ranked[-tail - 1], self.problems)
