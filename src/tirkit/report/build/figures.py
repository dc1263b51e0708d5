"""The figures of a whole run, in words."""

from collections.abc import Iterator

from tirkit.bench.estimates import Estimate
from tirkit.bench.metrics import BenchMetrics
from tirkit.report.payload import Figure


def run_figures(metrics: BenchMetrics) -> Iterator[Figure]:
    """The figures of settled problems, the most telling first."""
    yield from _accuracy(metrics)
    yield _share("no answer", metrics.no_answer, "problems whose verdict has no answer")
    if metrics.unanswered_attempts is not None:
        yield Figure(
            "silent attempts",
            _percent(metrics.unanswered_attempts),
            note="finished attempts without an admissible answer",
        )
    if metrics.undecided:
        yield Figure(
            "undecided",
            f"{metrics.undecided:,}",
            note="answers that could be shown neither right nor wrong; counted as wrong",
        )
    yield from _cost(metrics)


def _accuracy(metrics: BenchMetrics) -> Iterator[Figure]:
    graded = f"over {metrics.graded} of {metrics.problems} problems, those with a reference"
    if metrics.maj_at_k is not None:
        yield _share("accuracy", metrics.maj_at_k, f"right verdicts, {graded}; Wilson interval")
    if metrics.pass_at_1 is not None:
        yield _share(
            "avg@k", metrics.pass_at_1, f"share of right attempts, {graded}; bootstrap interval"
        )
    for k, estimate in metrics.pass_at.items():
        if k > 1:
            note = f"one of {k} attempts is right, over {estimate.problems} problems"
            yield _share(f"pass@{k}", estimate, f"{note}; bootstrap interval")


def _cost(metrics: BenchMetrics) -> Iterator[Figure]:
    yield Figure(
        "tokens a problem",
        f"{metrics.mean_problem_tokens:,.0f}",
        note="sampled by all attempts at it, wasted ones included; mean",
    )
    if metrics.mean_attempt_tokens is not None:
        yield Figure(
            "tokens an attempt",
            f"{metrics.mean_attempt_tokens:,.0f}",
            note="sampled by a finished attempt; mean",
        )
    yield Figure(
        "seconds a problem", f"{metrics.mean_problem_seconds:,.1f}", note="to its verdict; mean"
    )
    saved = metrics.saved
    for tokens, ended, what in (
        (saved.by_stopping, saved.cancelled, "the verdict"),
        (saved.by_guards, saved.guarded, "guards"),
    ):
        if ended:
            note = f"estimated: {ended:,} attempts were ended early"
            yield Figure(f"tokens saved by {what}", f"{tokens:,}", note=note)


def _share(name: str, estimate: Estimate, note: str) -> Figure:
    low, high = _percent(estimate.low), _percent(estimate.high)
    return Figure(name, _percent(estimate.value), low, high, note)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
