"""A run's figures in words: for terminals, pages and Markdown alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from tirkit.bench.estimates import Estimate
from tirkit.bench.first_last import TraceCount
from tirkit.bench.metrics import BenchMetrics
from tirkit.bench.work import Work


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of a run.

    Attributes:
        group: what it belongs to, such as "accuracy".
        name: of the figure, such as "maj@8".
        value: as shown, unit included.
        low: lower end of the 95 % interval as shown, or "".
        high: upper end of it, or "".
        note: what it is, in a few words.
    """

    group: str
    name: str
    value: str
    low: str = ""
    high: str = ""
    note: str = ""


def figure_lines(metrics: BenchMetrics) -> tuple[FigureLine, ...]:
    """All figures of a run that are known, in the order of a report."""
    return (
        *_accuracy(metrics),
        *_at_k(metrics),
        *_agreement(metrics),
        *_cost(metrics),
        *_tools(metrics.work),
        *(_traces(metrics.traces) if metrics.traces is not None else ()),
    )


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.1f} %"


def _line(group: str, name: str, share: Estimate, note: str) -> FigureLine:
    return FigureLine(
        group, name, percent(share.value), percent(share.low), percent(share.high), note
    )


def _accuracy(metrics: BenchMetrics) -> Iterator[FigureLine]:
    if metrics.maj_at_k is not None:
        note = f"share of {metrics.graded} graded problems; Wilson interval"
        yield _line("accuracy", "right verdicts", metrics.maj_at_k, note)
    if metrics.pass_at_1 is not None:
        note = "mean share of right attempts per problem; bootstrap over problems"
        yield _line("accuracy", "avg@k", metrics.pass_at_1, note)
    known = metrics.attempt_mean
    if known is not None:
        spread = "" if known.standard_error is None else percent(known.standard_error)
        note = f"of {known.attempts:,} attempts; standard error {spread or 'unknown'}, clustered"
        if known.effective_attempts is not None:
            note += f"; worth {known.effective_attempts:,.0f} independent ones"
        low, high = (percent(known.low), percent(known.high)) if spread else ("", "")
        yield FigureLine("accuracy", "right attempts", percent(known.value), low, high, note)
    yield _line("accuracy", "no answer", metrics.no_answer, "verdicts without one; Wilson interval")
    if metrics.undecided:
        note = "answers neither shown right nor wrong; counted as wrong"
        yield FigureLine("accuracy", "undecided", f"{metrics.undecided:,}", note=note)


def _at_k(metrics: BenchMetrics) -> Iterator[FigureLine]:
    named = {"pass": metrics.pass_at} | metrics.selected
    for name, points in named.items():
        shown = "maj" if name == "majority()" else name
        for k, share in points.items():
            if k > 1 or name == "pass":
                note = f"over {share.problems} problems"
                if share.problems < metrics.graded:
                    note = f"over the {share.problems} problems with so many attempts alone"
                yield _line("at k", f"{shown}@{k}", share, note)


def _agreement(metrics: BenchMetrics) -> Iterator[FigureLine]:
    for name, value, note in (
        ("largest answer", metrics.largest_share, "share of the answers to a problem"),
        ("pairs that agree", metrics.pair_share, "chance that two attempts say the same"),
    ):
        if value is not None:
            yield FigureLine("agreement", name, percent(value), note=f"{note}; mean")
    for name, value, note in (
        ("effective answers", metrics.effective_answers, "inverse Simpson index 1 / sum p^2"),
        ("effective votes", metrics.effective_votes, "Kish's (sum w)^2 / sum w^2 of the verdicts"),
    ):
        if value is not None:
            yield FigureLine("agreement", name, f"{value:.1f}", note=f"{note}; mean")


def _cost(metrics: BenchMetrics) -> Iterator[FigureLine]:
    work, killed, saved = metrics.work, metrics.killed, metrics.saved
    yield FigureLine("cost", "tokens", f"{metrics.mean_problem_tokens:,.0f}", note="per problem")
    if metrics.mean_attempt_tokens is not None:
        told = f"{metrics.mean_attempt_tokens:,.0f}"
        yield FigureLine("cost", "tokens of an attempt", told, note="that finished; mean")
    yield FigureLine("cost", "seconds", f"{metrics.mean_problem_seconds:,.1f}", note="per problem")
    for name, seconds in (
        ("generating", work.generate_seconds),
        ("running code", work.execute_seconds),
        ("waiting for kernels", work.queue_seconds),
    ):
        yield FigureLine("cost", name, f"{seconds:,.0f} s", note="summed over all attempts")
    if killed.attempts and metrics.killed_tokens is not None:
        note = f"{killed.attempts:,} attempts, {killed.sampled_tokens:,} tokens"
        if metrics.killed_seconds is not None:
            note += f", {percent(metrics.killed_seconds)} of the seconds"
        share = percent(metrics.killed_tokens)
        yield FigureLine("cost", "killed work", share, note=f"of the tokens: {note}")
    for name, count, tokens in (
        ("saved by stopping", saved.cancelled, saved.by_stopping),
        ("saved by guards", saved.guarded, saved.by_guards),
    ):
        if count:
            note = f"estimated over {count:,} attempts that were ended"
            yield FigureLine("cost", name, f"{tokens:,} tokens", note=note)


def _tools(work: Work) -> Iterator[FigureLine]:
    cells = f"of {work.cells:,} code runs"
    for name, part, whole, note in (
        ("attempts with code", work.with_code, work.attempts, f"of {work.attempts:,} attempts"),
        ("errors", work.errors, work.cells, cells),
        ("timeouts", work.timeouts, work.cells, cells),
        ("kernel deaths", work.deaths, work.cells, cells),
        ("truncated attempts", work.truncated, work.attempts, "by tokens, context or turns"),
        ("malformed turns", work.malformed, work.turns, f"of {work.turns:,} turns"),
        ("forced answers", work.forced, work.attempts, "attempts asked to answer now"),
    ):
        if whole:
            told = f"{part:,} ({percent(part / whole)})"
            yield FigureLine("tools and limits", name, told, note=note)
    if work.attempts:
        told = f"{work.cells / work.attempts:.1f}"
        yield FigureLine("tools and limits", "code runs", told, note="per attempt")


def _traces(traces: TraceCount) -> Iterator[FigureLine]:
    answered = traces.answered
    attempts = answered + traces.none
    for name, count, note in (
        ("one answer, right", traces.one_right, ""),
        ("one answer, wrong", traces.one_wrong, ""),
        ("first right, last right", traces.right_right, ""),
        ("first wrong, last right", traces.wrong_right, "lost by stopping at the first answer"),
        ("first right, last wrong", traces.right_wrong, "won by stopping at the first answer"),
        ("first wrong, last wrong", traces.wrong_wrong, ""),
        ("no answer in the text", traces.none, ""),
    ):
        if attempts:
            told = f"{count:,} ({percent(count / attempts)})"
            yield FigureLine("first and last answer", name, told, note=note)
    for name, tokens in (
        ("tokens until the first", traces.first_tokens),
        ("tokens until the last", traces.last_tokens),
        ("tokens in all", traces.all_tokens),
    ):
        if answered:
            told = f"{tokens / answered:,.0f}"
            note = "mean over attempts with an answer"
            yield FigureLine("first and last answer", name, told, note=note)
    for name, count in (
        ("no code", traces.no_code),
        ("last code failed", traces.code_failed),
        ("last code printed no answer", traces.no_number),
        ("last code printed a wrong one", traces.wrong_number),
        ("last code printed the right one", traces.right_number),
    ):
        if attempts:
            told = f"{count:,} ({percent(count / attempts)})"
            yield FigureLine("what code came to", name, told)
