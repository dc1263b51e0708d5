"""Accuracy against the number of attempts, over many problems."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tirkit.bench.estimates import Estimate, bootstrap, pass_at_k
from tirkit.bench.subsets import (
    DRAWS,
    MAJORITY,
    GradedBallots,
    Share,
    powers_up_to,
    selector_at_k,
)
from tirkit.selection import Selector

PASS = "pass"  # noqa: S105 - not a password
"""Name of the curve of pass@k, which no selector can be above."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a curve.

    Attributes:
        k: attempts at each problem.
        accuracy: mean chance of a right verdict over the problems with at least k finished
            attempts; bootstrap interval over problems.
        error: standard error of the value from drawing subsets; 0 where all were counted.
    """

    k: int
    accuracy: Estimate
    error: float


@dataclass(frozen=True, slots=True)
class AccuracyCurve:
    """Accuracy against the number of attempts, for one way to choose.

    Attributes:
        name: the selector's text, or "pass".
        points: by k.
    """

    name: str
    points: tuple[CurvePoint, ...]

    @property
    def whole_up_to(self) -> int:
        """Largest k all problems have attempts for; points beyond are over harder ones alone."""
        most = max((point.accuracy.problems for point in self.points), default=0)
        return max((one.k for one in self.points if one.accuracy.problems == most), default=0)


Shares = Mapping[str, Mapping[int, Share]]
"""By curve and k, of one problem."""


def accuracy_curve(
    problems: Iterable[GradedBallots],
    selectors: Sequence[Selector] = (MAJORITY,),
    ks: Sequence[int] | None = None,
    draws: int = DRAWS,
) -> tuple[AccuracyCurve, ...]:
    """The curve of pass@k, then one for each selector.

    Args:
        problems: with references; taken one at a time, so that they need not fit into memory.
        selectors: ways to choose.
        ks: numbers of attempts; None takes the powers of two.
        draws: see `selector_at_k`.

    Raises:
        ValueError: a k or `draws` is below 1.
    """
    return curves_of([shares(problem, selectors, ks, draws) for problem in problems])


def shares(
    problem: GradedBallots,
    selectors: Sequence[Selector] = (MAJORITY,),
    ks: Sequence[int] | None = None,
    draws: int = DRAWS,
) -> dict[str, dict[int, Share]]:
    """What one problem adds to each curve; arguments as for `accuracy_curve`."""
    attempts, right = len(problem.ballots), problem.right
    asked = powers_up_to(attempts) if ks is None else ks
    reached = [k for k in asked if k <= attempts]
    found = {str(one): selector_at_k(problem, one, asked, draws) for one in selectors}
    return {PASS: {k: Share(pass_at_k(attempts, right, k)) for k in reached}, **found}


def curves_of(problems: Sequence[Shares]) -> tuple[AccuracyCurve, ...]:
    """Curves from what each problem adds."""
    names = dict.fromkeys(name for known in problems for name in known)
    return tuple(
        AccuracyCurve(name, _points([known.get(name, {}) for known in problems])) for name in names
    )


def _points(problems: Sequence[Mapping[int, Share]]) -> tuple[CurvePoint, ...]:
    points = []
    for k in sorted({k for known in problems for k in known}):
        reached = [known[k] for known in problems if k in known]
        error = math.sqrt(math.fsum(one.error**2 for one in reached)) / len(reached)
        points.append(CurvePoint(k, bootstrap([one.value for one in reached]), error))
    return tuple(points)
