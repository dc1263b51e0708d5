"""A run's metrics, and two runs side by side, as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from tirkit.bench.compare import Difference, RunComparison
from tirkit.bench.estimates import Estimate
from tirkit.bench.figures import figure_lines
from tirkit.bench.metrics import BenchMetrics, ProblemMetrics

_SHOWN_PROBLEMS = 12
"""Names of problems listed in a caption."""


def metrics_table(metrics: BenchMetrics) -> Table:
    """One line per problem and the totals below, for a terminal."""
    table = Table(show_footer=True, footer_style="bold", caption=_saved(metrics))
    done = metrics.maj_at_k
    columns = (
        ("problem", f"{metrics.problems} problems"),
        ("answer", _share(done) + " maj@k" if done else ""),
        ("reference", f"no answer {_share(metrics.no_answer)}"),
        ("right attempts", f"{_share(metrics.pass_at_1)} pass@1" if metrics.pass_at_1 else ""),
        ("tokens", f"{metrics.mean_problem_tokens:.0f} mean"),
        ("seconds", f"{metrics.mean_problem_seconds:.1f} mean"),
    )
    for number, (name, footer) in enumerate(columns):
        table.add_column(name, footer, justify="left" if number < 3 else "right")
    for row in metrics.rows:
        table.add_row(*map(_text, _cells(row)), style=None if row.correct is not False else "red")
    return table


def details_table(metrics: BenchMetrics) -> Table:
    """Every other figure of the run, one a line."""
    table = Table()
    for name in ("figure", "value", "95 % interval", "what it is"):
        table.add_column(name, justify="right" if name in {"value", "95 % interval"} else "left")
    group = ""
    for line in figure_lines(metrics):
        if line.group != group:
            group = line.group
            table.add_section()
        interval = f"{line.low} to {line.high}" if line.low else ""
        table.add_row(*map(_text, (line.name, line.value, interval, line.note)))
    return table


def comparison_table(
    comparison: RunComparison, ours: str = "this run", other: str = "other"
) -> Table:
    """What differs between two runs, with how sure that is.

    Args:
        comparison: the runs.
        ours: name of the first.
        other: name of the second.
    """
    table = Table(caption=_text("\n".join(comparison_notes(comparison, ours, other))))
    headings = ("", ours, other, "difference", "p", "detectable", "more / same / less")
    for number, name in enumerate(headings):
        table.add_column(_text(name), justify="right" if number else "left")
    for cells, difference in comparison_rows(comparison):
        style = "bold" if difference.is_real else None
        table.add_row(*map(_text, cells), style=style)
    return table


def comparison_rows(comparison: RunComparison) -> list[tuple[tuple[str, ...], Difference]]:
    """Name, ours, other, difference with its interval, p, detectable, wins: as texts, by figure."""
    rows = []
    for name, difference, scale, places in (
        ("right verdicts, %", comparison.verdict, 100, 1),
        ("right attempts, %", comparison.attempts, 100, 1),
        ("tokens per problem", comparison.tokens, 1, 0),
        ("seconds per problem", comparison.seconds, 1, 1),
    ):
        if difference is not None:
            rows.append(((name, *_difference(difference, scale, places)), difference))
    return rows


def comparison_notes(comparison: RunComparison, ours: str, other: str) -> list[str]:
    """What a table of the comparison does not show, in sentences."""
    notes = [f"{comparison.problems} problems in both runs, {comparison.graded} of them graded"]
    for what, names in (
        (f"right in {ours} alone", comparison.gained),
        (f"right in {other} alone", comparison.lost),
        (f"only in {ours}", comparison.only_ours),
        (f"only in {other}", comparison.only_other),
        ("with different references", comparison.regraded),
    ):
        if names:
            notes.append(f"{len(names)} {what}: {_listed(names)}")
    return notes


def _difference(difference: Difference, scale: float, places: int) -> tuple[str, ...]:
    def told(value: float) -> str:
        return f"{scale * value:,.{places}f}"

    gap = difference.difference
    signed = f"{scale * gap.value:+,.{places}f} ({told(gap.low)} to {told(gap.high)})"
    p_value = difference.p_value
    return (
        told(difference.ours),
        told(difference.other),
        signed,
        "<0.001" if p_value < 0.001 else f"{p_value:.3f}",
        "" if difference.detectable is None else told(difference.detectable),
        f"{difference.wins} / {difference.ties} / {difference.losses}",
    )


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN_PROBLEMS
    return ", ".join(names[:_SHOWN_PROBLEMS]) + (f" and {rest} more" if rest > 0 else "")


def _text(text: str) -> Text:
    """Text nobody trusts, on its own: without markup, and with what a terminal acts on replaced."""
    return Text("".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text))


def _cells(row: ProblemMetrics) -> tuple[str, ...]:
    right = "" if row.right is None else f"{row.right} of "
    return (
        row.problem_id,
        row.answer or "—",
        row.reference or "",
        f"{right}{row.finished}",
        str(row.sampled_tokens),
        f"{row.seconds:.1f}",
    )


def _saved(metrics: BenchMetrics) -> str | None:
    """What ending attempts early has saved, where any were ended."""
    saved = metrics.saved
    parts = [
        f"{count} attempts ended by {what}: about {tokens} tokens saved"
        for count, what, tokens in (
            (saved.cancelled, "the verdict", saved.by_stopping),
            (saved.guarded, "guards", saved.by_guards),
        )
        if count
    ]
    return "; ".join(parts) or None


def _share(estimate: Estimate) -> str:
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:.1f} % ({low:.0f}–{high:.0f})"
