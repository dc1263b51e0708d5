"""The figures of a whole run, in words."""

from collections.abc import Iterator

from tirkit.bench.estimates import Estimate
from tirkit.bench.first_last import TraceCount
from tirkit.bench.metrics import BenchMetrics
from tirkit.bench.work import Work
from tirkit.report.payload import Figure
from tirkit.types import StopReason


def run_figures(metrics: BenchMetrics) -> Iterator[Figure]:
    """The figures of settled problems, the most telling first."""
    yield from _accuracy(metrics)
    yield from _silence(metrics)
    yield from _agreement(metrics)
    if metrics.traces is not None:
        yield from _traces(metrics.traces)
    yield from _cost(metrics)
    yield from _code(metrics.work)
    yield from _ends(metrics)


def _accuracy(metrics: BenchMetrics) -> Iterator[Figure]:
    graded = f"over {metrics.graded} of {metrics.problems} problems, those with a reference"
    if metrics.maj_at_k is not None:
        yield _share("accuracy", metrics.maj_at_k, f"right verdicts, {graded}; Wilson interval")
    if metrics.pass_at_1 is not None:
        note = f"share of right attempts, mean {graded}; bootstrap interval"
        yield _share("avg@k", metrics.pass_at_1, note)
    for k, estimate in metrics.pass_at.items():
        if k > 1:
            note = f"one of {k} attempts is right, over {estimate.problems} problems"
            yield _share(f"pass@{k}", estimate, f"{note}; bootstrap interval")


def _silence(metrics: BenchMetrics) -> Iterator[Figure]:
    note = "problems whose verdict has no answer; Wilson interval"
    yield _share("no answer", metrics.no_answer, note)
    yield from _part(
        "silent attempts", metrics.unanswered_attempts, "finished without an admissible answer"
    )
    if metrics.undecided:
        note = "answers that could be shown neither right nor wrong; counted as wrong"
        yield Figure("undecided", f"{metrics.undecided:,}", note=note)


def _agreement(metrics: BenchMetrics) -> Iterator[Figure]:
    yield from _part(
        "agreement", metrics.largest_share, "share of a problem's most frequent answer"
    )
    yield from _mean("answers a problem", metrics.effective_answers, "effective: inverse Simpson")
    yield from _mean("votes a problem", metrics.effective_votes, "effective: Kish's sample size")


def _traces(traces: TraceCount) -> Iterator[Figure]:
    if not traces.answered:
        return
    yield Figure(
        "changed to right",
        _percent(traces.wrong_right / traces.answered),
        note="attempts whose first answer was wrong and whose last is right",
    )
    yield Figure(
        "changed to wrong",
        _percent(traces.right_wrong / traces.answered),
        note="attempts whose first answer was right and whose last is wrong",
    )
    if traces.all_tokens:
        share = traces.first_tokens / traces.all_tokens
        note = "of an attempt's tokens were sampled when its first answer appeared"
        yield Figure("first answer after", _percent(share), note=note)


def _cost(metrics: BenchMetrics) -> Iterator[Figure]:
    note = "sampled by all attempts at it, wasted ones included; mean"
    yield Figure("tokens a problem", f"{metrics.mean_problem_tokens:,.0f}", note=note)
    if metrics.mean_attempt_tokens is not None:
        mean = f"{metrics.mean_attempt_tokens:,.0f}"
        yield Figure("tokens an attempt", mean, note="sampled by a finished attempt; mean")
    seconds = f"{metrics.mean_problem_seconds:,.1f}"
    yield Figure("seconds a problem", seconds, note="to its verdict; mean")
    saved = metrics.saved
    for tokens, ended, what in (
        (saved.by_stopping, saved.cancelled, "the verdict"),
        (saved.by_guards, saved.guarded, "guards"),
    ):
        if ended:
            note = f"estimated: {ended:,} attempts were ended early"
            yield Figure(f"tokens saved by {what}", f"{tokens:,}", note=note)
    if metrics.killed.attempts:
        yield from _part("killed work", metrics.killed_tokens, "tokens of attempts cancelled")


def _code(work: Work) -> Iterator[Figure]:
    if not work.cells:
        return
    yield Figure("code runs", f"{work.cells:,}", note=f"by {work.with_code:,} attempts")
    for name, count, note in (
        ("code errors", work.errors, "runs that raised"),
        ("code timeouts", work.timeouts, "runs whose deadline passed"),
        ("kernel deaths", work.deaths, "runs under which the kernel died"),
    ):
        if count:
            share = _percent(count / work.cells)
            yield Figure(name, f"{count:,}", note=f"{note}: {share} of all")
    seconds = f"{work.queue_seconds:,.1f} s"
    yield Figure("waited for kernels", seconds, note="by code, over all attempts")


def _ends(metrics: BenchMetrics) -> Iterator[Figure]:
    work = metrics.work
    for name, count, note in (
        ("killed", metrics.ended.get(StopReason.CANCELLED, 0), "attempts cancelled"),
        ("ended by guards", metrics.ended.get(StopReason.GUARD, 0), "attempts"),
        ("truncated", work.truncated, "attempts ended by a limit on tokens, context or turns"),
        ("malformed calls", work.malformed, "turns with a call that was got wrong"),
        ("forced answers", work.forced, "turns in which the model was asked to answer now"),
    ):
        if count:
            yield Figure(name, f"{count:,}", note=note)


def _share(name: str, estimate: Estimate, note: str) -> Figure:
    low, high = _percent(estimate.low), _percent(estimate.high)
    return Figure(name, _percent(estimate.value), low, high, note)


def _part(name: str, share: float | None, note: str) -> Iterator[Figure]:
    if share is not None:
        yield Figure(name, _percent(share), note=note)


def _mean(name: str, value: float | None, note: str) -> Iterator[Figure]:
    if value is not None:
        yield Figure(name, f"{value:.1f}", note=f"{note}; mean over problems")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
