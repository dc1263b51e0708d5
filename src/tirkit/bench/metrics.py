"""How good a run was, with how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tirkit.answers import BOXES, Comparison, Equivalence, Source
from tirkit.bench.agreement import agreement, mean_known
from tirkit.bench.curves import PASS, Shares, curves_of, shares
from tirkit.bench.estimates import Estimate, bootstrap, pass_at_k, wilson
from tirkit.bench.first_last import TraceCount, count_traces
from tirkit.bench.grader import EXACT
from tirkit.bench.measured import BenchMetrics, ProblemMetrics
from tirkit.bench.standard_errors import attempt_mean
from tirkit.bench.subsets import MAJORITY, GradedBallots, powers_up_to
from tirkit.bench.work import NOT_BY_ITSELF, Work, sound, total
from tirkit.errors import ConfigError
from tirkit.guards import TokensSaved, tokens_saved
from tirkit.selection import Selector, count
from tirkit.types import Solution, StopReason

__all__ = (
    "BenchMetrics",
    "Measuring",
    "ProblemMetrics",
    "measure",
    "measure_problem",
    "sum_up",
)


@dataclass(frozen=True, slots=True)
class Measuring:
    """How solutions are measured.

    Attributes:
        selectors: ways to choose, of which accuracy is told for every number of attempts.
        comparison: when an answer is the reference.
        sources: the forms in which answers are looked for along an attempt's text; none leaves
            the first answers, the last ones and what code came to untold.
    """

    selectors: tuple[Selector, ...] = (MAJORITY,)
    comparison: Comparison = EXACT
    sources: tuple[Source, ...] = BOXES


DEFAULT = Measuring()


def measure(solutions: Iterable[Solution], how: Measuring = DEFAULT) -> BenchMetrics:
    """Grade solutions against their references and sum up.

    Solutions are taken one at a time and let go: they need not fit into memory together. Attempts
    of a problem that was settled early are those that were quick: compare pass@1 only between runs
    with the same stop rule.

    Raises:
        ConfigError: there is no solution.
    """
    return sum_up(measure_problem(solution, how) for solution in solutions)


def measure_problem(solution: Solution, how: Measuring = DEFAULT) -> ProblemMetrics:
    """Grade one solution."""
    ballots = GradedBallots.of(solution, how.comparison)
    grader, graded = ballots.grader, ballots.grader.has_reference
    ended = solution.trajectories
    finished = [one for one in ended if one.stop_reason not in NOT_BY_ITSELF]
    killed = [one for one in ended if one.stop_reason is StopReason.CANCELLED]
    works = list(map(Work.of, ended))
    grades = [grader.grade(one.answer) for one in finished]
    plain = count(MAJORITY, ballots.ballots, grader.same, exact=how.comparison.exact)
    reasons = sorted(one.stop_reason.value for one in ended)
    traced = graded and bool(how.sources)
    domain = solution.problem.domain
    return ProblemMetrics(
        problem_id=solution.problem.id,
        content_hash=solution.problem.content_hash,
        reference=solution.problem.answer,
        answer=None if solution.answer is None else solution.answer.canonical,
        correct=grader.is_right(solution.answer) if graded else None,
        undecided=grades.count(Equivalence.UNKNOWN),
        attempts=len(ended),
        finished=len(finished),
        right=grades.count(Equivalence.EQUAL) if graded else None,
        unanswered=sum(one.answer is None for one in finished),
        finished_tokens=sum(one.spent.sampled_tokens for one in finished),
        sampled_tokens=sum(work.sampled_tokens for work in works),
        saved=tokens_saved(ended),
        cells=solution.usage.cells,
        seconds=sound(solution.duration_seconds),
        stop_reason=solution.stop_reason,
        confidence=sound(solution.confidence),
        ended={reason: reasons.count(reason) for reason in reasons},
        work=total(works),
        killed=total(map(Work.of, killed)),
        agreement=agreement(plain, solution.verdict.tally),
        selected=shares(ballots, how.selectors) if graded else {},
        traces=count_traces(finished, grader, domain, how.sources) if traced else None,
    )


def sum_up(problems: Iterable[ProblemMetrics]) -> BenchMetrics:
    """The figures over problems that are measured already.

    Raises:
        ConfigError: there is no problem.
    """
    rows = tuple(problems)
    if not rows:
        raise ConfigError("nothing to measure: no problem was settled")
    graded = [row for row in rows if row.correct is not None]
    finished = sum(row.finished for row in rows)
    counts = [(row.finished, row.right or 0) for row in graded]
    pass_at = _pass_at_powers(counts)
    work, killed = total(row.work for row in rows), total(row.killed for row in rows)
    reasons = sorted({reason for row in rows for reason in row.ended})
    traces = [row.traces for row in rows if row.traces is not None]
    agreements = [row.agreement for row in rows]
    return BenchMetrics(
        problems=len(rows),
        graded=len(graded),
        pass_at_1=pass_at.get(1),
        pass_at=pass_at,
        maj_at_k=wilson(sum(bool(row.correct) for row in graded), len(graded)) if graded else None,
        no_answer=wilson(sum(row.answer is None for row in rows), len(rows)),
        unanswered_attempts=_share(sum(row.unanswered for row in rows), finished),
        undecided=sum(row.undecided for row in rows),
        mean_attempt_tokens=_share(sum(row.finished_tokens for row in rows), finished),
        mean_problem_tokens=sum(row.sampled_tokens for row in rows) / len(rows),
        mean_problem_seconds=sum(row.seconds for row in rows) / len(rows),
        saved=sum((row.saved for row in rows), TokensSaved()),
        attempt_mean=attempt_mean(counts) if any(done for done, _ in counts) else None,
        selected=_selected([row.selected for row in graded]),
        ended={reason: sum(row.ended.get(reason, 0) for row in rows) for reason in reasons},
        work=work,
        killed=killed,
        killed_tokens=_share(killed.sampled_tokens, work.sampled_tokens),
        killed_seconds=_share(killed.attempt_seconds, work.attempt_seconds),
        largest_share=mean_known(one.largest_share for one in agreements),
        pair_share=mean_known(one.pair_share for one in agreements),
        effective_answers=mean_known(one.effective_answers for one in agreements),
        effective_votes=mean_known(one.effective_votes for one in agreements),
        traces=sum(traces, TraceCount()) if traces else None,
        rows=rows,
    )


def _selected(problems: Sequence[Shares]) -> dict[str, dict[int, Estimate]]:
    """Estimates by selector and k; pass@k has a place of its own."""
    return {
        curve.name: {point.k: point.accuracy for point in curve.points}
        for curve in curves_of(problems)
        if curve.name != PASS
    }


def _pass_at_powers(counts: Sequence[tuple[int, int]]) -> dict[int, Estimate]:
    """Estimates of pass@k by k from (finished, right) of each graded problem."""
    most = max((finished for finished, _ in counts), default=0)
    return {
        k: bootstrap([pass_at_k(finished, right, k) for finished, right in counts if finished >= k])
        for k in powers_up_to(most)
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
