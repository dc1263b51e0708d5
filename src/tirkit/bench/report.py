"""A run's metrics as a table."""

from rich.table import Table

from tirkit.bench.estimates import Estimate
from tirkit.bench.metrics import BenchMetrics, ProblemMetrics


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
        table.add_row(*_cells(row), style=None if row.correct is not False else "red")
    return table


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
