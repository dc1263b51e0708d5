"""Accuracy against the number of attempts."""

from collections.abc import Sequence

from tirkit.bench.curves import PASS, AccuracyCurve, CurvePoint, curves_of
from tirkit.bench.metrics import ProblemMetrics
from tirkit.report.payload import Curve, Point
from tirkit.selection import MajorityVote

_NAMES = {PASS: "pass@k", str(MajorityVote()): "maj@k"}
_SAME_SHARE = 0.9
"""Of the problems a point must be over: where attempts were cancelled, those with many that
finished are the hard ones, and a curve over ever fewer of them would sink."""


def run_curves(rows: Sequence[ProblemMetrics]) -> tuple[tuple[Curve, ...], str]:
    """The curves of settled problems, and what is to be said of them."""
    made = curves_of([row.selected for row in rows if row.correct is not None])
    most = max((point.accuracy.problems for one in made for point in one.points), default=0)
    if not most:
        return (), "accuracy against attempts needs finished attempts and reference answers"
    kept = [(curve.name, _even(curve, most)) for curve in made]
    note = ""
    if sum(len(points) for _, points in kept) < sum(len(curve.points) for curve in made):
        last = max(point.k for _, points in kept for point in points)
        note = (
            f"accuracy against attempts ends at {last}: fewer problems have more attempts that "
            "finished, and they are the hard ones"
        )
    shown = (Curve(_NAMES.get(name, f"{name}@k"), _points(points)) for name, points in kept)
    return tuple(shown), note


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
