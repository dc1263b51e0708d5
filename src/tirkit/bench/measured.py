"""What is told of a run and of each of its problems."""

from dataclasses import dataclass, field

from tirkit.bench.agreement import Agreement
from tirkit.bench.estimates import Estimate
from tirkit.bench.first_last import TraceCount
from tirkit.bench.standard_errors import AttemptMean
from tirkit.bench.subsets import Share
from tirkit.bench.work import Work
from tirkit.guards import TokensSaved


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
