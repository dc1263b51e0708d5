"""How good a run was, with how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tirkit.answers import BOXES, Comparison, Equivalence, Source
from tirkit.bench.agreement import Agreement, agreement, mean_known
from tirkit.bench.curves import PASS, Shares, curves_of, shares
from tirkit.bench.estimates import Estimate, bootstrap, pass_at_k, wilson
from tirkit.bench.first_last import TraceCount, count_traces
from tirkit.bench.grader import EXACT
from tirkit.bench.standard_errors import AttemptMean, attempt_mean
from tirkit.bench.subsets import MAJORITY, GradedBallots, Share, powers_up_to
from tirkit.bench.work import NOT_BY_ITSELF, Work, sound, total
from tirkit.errors import ConfigError
from tirkit.guards import TokensSaved, tokens_saved
from tirkit.selection import Selector, count
from tirkit.types import Solution, StopReason


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


@dataclass(frozen=True, slots=True)
class ProblemMetrics:
    """One problem's line in the report.

    Attributes:
        problem_id: the problem.
        content_hash: of the problem, which two runs are matched by.
        reference: its reference answer, or None.
        answer: the verdict's answer in canonical form, or None.
        correct: whether the verdict is right; None without a reference.
        undecided: answers that could be shown neither equal to the reference nor different; they
            count as wrong.
        attempts: attempts started.
        finished: attempts that finished by themselves, neither cancelled nor failed by the engine,
            a kernel or a fault.
        right: finished attempts with the right answer; None without a reference.
        unanswered: finished attempts without an admissible answer.
        finished_tokens: sampled by the finished attempts, kept.
        sampled_tokens: sampled by all attempts, wasted ones included.
        saved: tokens that ending attempts early has saved, estimated.
        cells: code runs of all attempts.
        seconds: wall time to the verdict.
        stop_reason: the rule that settled the problem.
        confidence: the winner's share of the vote weight, in [0, 1].
        ended: how many attempts ended for each reason.
        work: what all attempts did.
        killed: what those did that were cancelled.
        agreement: of the finished attempts' answers.
        selected: by selector's text ("pass" for pass@k) and k, the chance of a right verdict with k
            of the finished attempts; empty without a reference.
        traces: first answers, last answers and what code came to; None without a reference.
    """

    problem_id: str
    reference: str | None
    answer: str | None
    correct: bool | None
    undecided: int
    attempts: int
    finished: int
    right: int | None
    unanswered: int
    finished_tokens: int
    sampled_tokens: int
    saved: TokensSaved
    cells: int
    seconds: float
    stop_reason: str
    content_hash: str = ""
    confidence: float = 0.0
    ended: dict[str, int] = field(default_factory=dict)
    work: Work = field(default_factory=Work)
    killed: Work = field(default_factory=Work)
    agreement: Agreement = field(default_factory=Agreement)
    selected: dict[str, dict[int, Share]] = field(default_factory=dict)
    traces: TraceCount | None = None


@dataclass(frozen=True, slots=True)
class BenchMetrics:
    """How good a run was. A figure is None where there is nothing to take it over.

    Attributes:
        problems: settled problems.
        graded: those of them with a reference answer.
        pass_at_1: avg@k: mean over problems of the share of right attempts among those that
            finished by themselves; bootstrap interval over problems.
        pass_at: for each power of two k, the chance that one of k attempts is right, over the
            graded problems with at least k finished attempts; bootstrap interval.
        maj_at_k: share of graded problems whose verdict is right, whatever number of attempts it
            took; Wilson interval.
        no_answer: share of problems whose verdict has no answer; Wilson interval.
        unanswered_attempts: share of finished attempts without an admissible answer.
        undecided: answers that could be shown neither right nor wrong; counted as wrong.
        mean_attempt_tokens: sampled by a finished attempt.
        mean_problem_tokens: sampled for a problem by all its attempts, wasted ones included.
        mean_problem_seconds: wall time to the verdict.
        saved: tokens that ending attempts early has saved, estimated.
        attempt_mean: share of right attempts with the standard error clustered over problems.
        selected: for each selector and power of two k, the chance that its verdict on k of the
            finished attempts is right ("majority()" is maj@k); bootstrap interval.
        ended: how many attempts ended for each reason.
        work: what all attempts did.
        killed: what those did that were cancelled.
        killed_tokens: their share of all sampled tokens.
        killed_seconds: their share of all attempts' seconds.
        largest_share: mean over problems; see `Agreement`, as for the next three.
        pair_share: likewise.
        effective_answers: likewise.
        effective_votes: likewise.
        traces: sums over the graded problems; see `TraceCount`.
        rows: one per problem, in order.
    """

    problems: int
    graded: int
    pass_at_1: Estimate | None
    pass_at: dict[int, Estimate]
    maj_at_k: Estimate | None
    no_answer: Estimate
    unanswered_attempts: float | None
    undecided: int
    mean_attempt_tokens: float | None
    mean_problem_tokens: float
    mean_problem_seconds: float
    saved: TokensSaved
    attempt_mean: AttemptMean | None
    selected: dict[str, dict[int, Estimate]]
    ended: dict[str, int]
    work: Work
    killed: Work
    killed_tokens: float | None
    killed_seconds: float | None
    largest_share: float | None
    pair_share: float | None
    effective_answers: float | None
    effective_votes: float | None
    traces: TraceCount | None
    rows: tuple[ProblemMetrics, ...]


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
