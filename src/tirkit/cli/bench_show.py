"""What a benchmark prints at its end."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from tirkit.bench import BenchOutcome, RepeatedMetrics, sum_up_repeats
from tirkit.bench.compare import RunComparison
from tirkit.bench.report import comparison_table, details_table, metrics_table
from tirkit.bench.runner import Figure


def show_outcomes(
    outcomes: Sequence[BenchOutcome],
    comparisons: Sequence[RunComparison],
    *,
    as_json: bool,
    details: bool = False,
) -> None:
    """Print the figures of one run, or of several repeats together and one by one."""
    if as_json:
        compared = {"comparisons": [asdict(one) for one in comparisons]} if comparisons else {}
        print(json.dumps(_told(outcomes) | compared, ensure_ascii=False))
        return
    console = Console()
    repeated = _repeated(outcomes) if len(outcomes) > 1 else None
    if repeated is not None:
        console.print(repeats_table(repeated))
    elif (metrics := outcomes[0].metrics) is not None:
        console.print(metrics_table(metrics))
        if details:
            console.print(details_table(metrics))
    for comparison in comparisons:
        console.print(comparison_table(comparison))


def repeats_table(repeated: RepeatedMetrics) -> Table:
    """The figures of repeats, one line per repeat and all of them together below."""
    shown = {
        "pass@1": repeated.pass_at_1,
        "maj@k": repeated.maj_at_k,
        "no answer": repeated.no_answer,
    }
    figures = {name: figure for name, figure in shown.items() if figure is not None}
    table = Table(show_footer=True, footer_style="bold")
    table.add_column("seed", f"{len(repeated.seeds)} repeats")
    for name, figure in figures.items():
        table.add_column(name, _together(figure), justify="right")
    for number, seed in enumerate(repeated.seeds):
        cells = [f"{100 * figure.values[number]:.1f} %" for figure in figures.values()]
        table.add_row(str(seed), *cells)
    return table


def _together(figure: Figure) -> str:
    spread = "" if figure.spread is None else f" ± {100 * figure.spread:.1f}"
    interval = f"({100 * figure.low:.0f}–{100 * figure.high:.0f})"
    return f"{100 * figure.mean:.1f} %{spread} {interval}"


def _told(outcomes: Sequence[BenchOutcome]) -> dict[str, Any]:
    if len(outcomes) > 1 and (repeated := _repeated(outcomes)) is not None:
        return asdict(repeated)
    metrics = outcomes[0].metrics
    return {} if metrics is None else asdict(metrics)


def _repeated(outcomes: Sequence[BenchOutcome]) -> RepeatedMetrics | None:
    measured = [
        (outcome.run.settings.seed, outcome.metrics)
        for outcome in outcomes
        if outcome.metrics is not None
    ]
    if not measured:
        return None
    seeds, metrics = zip(*measured, strict=True)
    return sum_up_repeats(seeds, metrics)
