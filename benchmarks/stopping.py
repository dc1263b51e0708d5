"""What every stop rule and selector costs and gains: 50 simulated problems, 64 attempts each.

The population has the published figures of AIMO-3 (`tirkit.lab.aimo3`), the engine the measured
rates of one H100. Every candidate meets the same attempts.
"""

import json
import os
import sys
from dataclasses import asdict

from benchmarks.report import RESULTS, Report
from tirkit.bench.estimates import Estimate
from tirkit.lab import (
    FULL,
    Candidate,
    Frontier,
    Point,
    Simulation,
    aimo3_population,
    all_candidates,
    frontier_html,
    frontier_png,
    simulated_trials,
)

ATTEMPTS = 64
AT_ONCE = 16
"""Attempts in flight at a problem, where a preset does not say."""
ORDERS = 20
"""Times the whole is drawn."""
SAVED_TARGET = 0.3
DEFAULT = "preset default"
COLUMNS = (
    "candidate",
    "right of 50",
    "against full vote",
    "tokens/problem",
    "saved, %",
    "s/problem",
    "on the frontier",
)


def candidates() -> list[Candidate]:
    """All of them; the demonstration preset is for another model."""
    return [one for one in all_candidates() if one.name != "preset tiny"]


def frontier(
    tried: list[Candidate], problems: int = 50, attempts: int = ATTEMPTS, orders: int = ORDERS
) -> Frontier:
    """Try them; a dot per candidate and order goes to standard error."""

    def progress() -> None:
        print(".", end="", file=sys.stderr, flush=True)

    return Frontier(
        simulated_trials(
            aimo3_population(problems),
            tried,
            attempts,
            Simulation(max_in_flight=AT_ONCE),
            orders=orders,
            progress=progress,
        )
    )


def row(point: Point, problems: int) -> tuple[object, ...]:
    """One line of the table."""
    return (
        point.name + (f" (without {point.left_out})" if point.left_out else ""),
        interval(point.accuracy, problems, "{:.2f}"),
        interval(point.gain, problems, "{:+.2f}"),
        f"{point.tokens.value / 1000:.0f}k",
        interval(point.saved, 100, "{:.0f}"),
        round(point.seconds.value),
        "yes" if point.best else "",
    )


def interval(estimate: Estimate, scale: float, form: str) -> str:
    """A figure and its 95 % interval."""
    value, low, high = (
        form.format(scale * one) for one in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} … {high})"


def judge(report: Report, tried: Frontier, points: list[Point]) -> None:
    """Hold the default preset against what was asked of it."""
    default = next(point for point in points if point.name == DEFAULT)
    margin = tried.margin(DEFAULT)
    shown = "no rule or preset is as cheap"
    if margin.accuracy is not None:
        points_apart = interval(margin.accuracy, tried.problems, "{:+.2f}")
        shown = f"{points_apart} against {margin.rival}, the best of those as cheap"
    report.target(
        f"default preset on or above the frontier of all others: {shown}", met=margin.reached
    )
    report.target(
        f"default preset saves at least {SAVED_TARGET:.0%} of the full vote's tokens: "
        f"{interval(default.saved, 100, '{:.0f} %')}",
        met=default.saved.low >= SAVED_TARGET,
    )
    report.target(
        "default preset loses nothing measurable against the full vote, points of 50: "
        f"{interval(default.gain, tried.problems, '{:+.2f}')}",
        met=default.gain.high >= 0,
    )
    free = [
        point
        for point in points
        if point.kind == "rule" and point.saved.low >= SAVED_TARGET and point.gain.high >= 0
    ]
    report.target(
        f"rules over all {ATTEMPTS} attempts that save as much at no measurable loss: "
        + (", ".join(point.name for point in free) or "none"),
        met=bool(free),
    )


def main() -> None:
    os.environ.setdefault("COLUMNS", "140")  # where nobody looks at a terminal, too
    tried = frontier(candidates())
    points = tried.points()
    report = Report("stopping", COLUMNS)
    report.rows += [row(point, tried.problems) for point in points]
    judge(report, tried, points)
    report.publish()
    told = [asdict(point) for point in points]
    (RESULTS / "stopping_points.json").write_text(json.dumps(told, indent=1))
    (RESULTS / "stopping.html").write_text(frontier_html(points, f"Stopping, against the {FULL}"))
    (RESULTS / "stopping.png").write_bytes(frontier_png(points))


if __name__ == "__main__":
    main()
