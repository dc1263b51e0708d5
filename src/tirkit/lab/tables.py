"""Votes and frontiers as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table

from tirkit.bench.estimates import Estimate
from tirkit.lab.points import Point
from tirkit.lab.vote import VoteReport


def vote_table(report: VoteReport) -> Table:
    """One line per problem and the sums below."""
    table = Table(show_footer=True, footer_style="bold")
    accuracy = "" if report.accuracy is None else f"{_percent(report.accuracy)} right"
    before = "" if report.recorded_accuracy is None else f"{_percent(report.recorded_accuracy)}"
    columns = (
        ("problem", f"{report.problems} problems"),
        ("recorded", before),
        ("now", accuracy),
        ("reference", ""),
        ("change", f"+{report.gained} -{report.lost}"),
        ("attempts", ""),
        ("tokens", f"{report.tokens.value:,.0f} mean, {100 * report.saved:.0f} % saved"),
        ("seconds", f"{report.seconds.value:,.1f} mean"),
        ("settled because", f"{report.incomplete} incomplete" if report.incomplete else ""),
    )
    for number, (name, footer) in enumerate(columns):
        figure = name in {"attempts", "tokens", "seconds"}
        table.add_column(
            name,
            footer,
            justify="right" if figure else "left",
            overflow="fold",
            no_wrap=number == 0,
        )
    styles = {"gained": "green", "lost": "red", "changed": "yellow"}
    for row in report.rows:
        table.add_row(
            row.problem_id,
            row.recorded or "—",
            row.answer or "—",
            row.reference or "",
            row.change,
            str(row.finished),
            f"{row.tokens:,}",
            f"{row.seconds:,.1f}",
            row.reason if row.complete else f"{row.reason} (incomplete)",
            style=styles.get(row.change),
        )
    return table


def frontier_table(points: Sequence[Point]) -> Table:
    """One line per candidate, cheapest first; those no other beats are bold."""
    table = Table()
    table.add_column("candidate", overflow="fold")
    for name in ("right", "gain, points", "tokens", "saved", "seconds"):
        table.add_column(name, justify="right")
    for point in points:
        name = f"{point.name} (without {point.left_out})" if point.left_out else point.name
        table.add_row(
            name,
            _percent(point.accuracy),
            f"{100 * point.gain.value:+.1f} "
            f"({100 * point.gain.low:+.1f} to {100 * point.gain.high:+.1f})",
            f"{point.tokens.value:,.0f}",
            _percent(point.saved),
            f"{point.seconds.value:,.0f}",
            style="bold" if point.best else None,
        )
    return table


def _percent(estimate: Estimate) -> str:
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:.1f} % ({low:.0f} to {high:.0f})"
