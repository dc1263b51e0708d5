"""Accuracy against the number of attempts."""

from collections.abc import Sequence

from tirkit.answers.comparison import EXACT
from tirkit.bench.curves import PASS, AccuracyCurve, CurvePoint, Shares, curves_of, shares
from tirkit.bench.subsets import MAJORITY, GradedBallots
from tirkit.config import Settings
from tirkit.report.payload import Curve, Point
from tirkit.selection import Selector
from tirkit.types import Solution

_MOST_ATTEMPTS = 100_000
"""Over all problems; beyond, drawing subsets takes minutes."""
_SAME_SHARE = 0.9
"""Of the problems a point must be over: where attempts were cancelled, those with many that
finished are the hard ones, and a curve over ever fewer would sink."""


class CurveBuild:
    """Gathers what each settled problem adds to the curves.

    Args:
        settings: of the run, if they can be read: tell its selector.
    """

    def __init__(self, settings: Settings | None) -> None:
        self._how = EXACT if settings is None else settings.comparison
        self._selectors: list[Selector] = [MAJORITY]
        self._names = {PASS: "pass@k", str(MAJORITY): "maj@k"}
        own = None if settings is None else settings.vote_selector()
        if own is not None and str(own) not in self._names:
            self._selectors.append(own)
            self._names[str(own)] = f"{own}@k"
        self._problems: list[Shares] = []
        self._attempts = 0

    def add(self, solution: Solution) -> None:
        """Take one more problem, if it has a reference."""
        if solution.problem.answer is None:
            return
        self._attempts += len(solution.trajectories)
        if self._attempts <= _MOST_ATTEMPTS:
            graded = GradedBallots.of(solution, self._how)
            self._problems.append(shares(graded, self._selectors))

    def curves(self) -> tuple[tuple[Curve, ...], str]:
        """The curves, and what is to be said of them."""
        made = curves_of(self._problems)
        most = max((point.accuracy.problems for one in made for point in one.points), default=0)
        if not most:
            return (), "accuracy against attempts needs finished attempts and reference answers"
        kept = [(curve.name, _even(curve, most)) for curve in made]
        notes = []
        if any(
            len(points) < len(curve.points) for (_, points), curve in zip(kept, made, strict=True)
        ):
            last = max(point.k for _, points in kept for point in points)
            notes.append(
                f"accuracy against attempts ends at {last}: too few problems have more attempts "
                "that finished, and others would be compared"
            )
        if self._attempts > _MOST_ATTEMPTS:
            notes.append(f"accuracy against attempts is over {most} problems, the first ones")
        shown = (Curve(self._names.get(name, name), _points(points)) for name, points in kept)
        return tuple(shown), "; ".join(notes)


def _even(curve: AccuracyCurve, problems: int) -> list[CurvePoint]:
    """The points that are over nearly the same problems as the first."""
    return [point for point in curve.points if point.accuracy.problems >= _SAME_SHARE * problems]


def _points(points: Sequence[CurvePoint]) -> tuple[Point, ...]:
    return tuple(
        Point(
            float(point.k),
            round(point.accuracy.value, 4),
            round(point.accuracy.low, 4),
            round(point.accuracy.high, 4),
        )
        for point in points
    )
