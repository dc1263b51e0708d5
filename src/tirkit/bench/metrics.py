"""How good a run was, with how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tirkit.answers import Equivalence, admit, equivalent, normalize
from tirkit.bench.estimates import Estimate, bootstrap, pass_at_k, wilson
from tirkit.errors import ConfigError
from tirkit.guards import TokensSaved, tokens_saved
from tirkit.types import Answer, Problem, Solution, StopReason, Trajectory

_NOT_BY_ITSELF = frozenset({StopReason.CANCELLED, StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR})


@dataclass(frozen=True, slots=True)
class ProblemMetrics:
    """One problem's line in the report.

    Attributes:
        problem_id: the problem.
        reference: its reference answer, or None.
        answer: the verdict's answer in canonical form, or None.
        correct: whether the verdict is right; None without a reference.
        undecided: answers that could be shown neither equal to the reference nor different; they
            count as wrong.
        attempts: attempts started.
        finished: attempts that finished by themselves, neither cancelled nor failed by the engine
            or a kernel.
        right: finished attempts with the right answer; None without a reference.
        unanswered: finished attempts without an admissible answer.
        finished_tokens: sampled by the finished attempts, kept.
        sampled_tokens: sampled by all attempts, wasted ones included.
        saved: tokens that ending attempts early has saved, estimated.
        cells: code runs of all attempts.
        seconds: wall time to the verdict.
        stop_reason: the rule that settled the problem.
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


@dataclass(frozen=True, slots=True)
class BenchMetrics:
    """How good a run was. An estimate is None where there is nothing to take it over.

    Attributes:
        problems: settled problems.
        graded: those of them with a reference answer.
        pass_at_1: mean share of right attempts among those that finished by themselves; bootstrap
            interval over problems.
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
    rows: tuple[ProblemMetrics, ...]


def measure(solutions: Iterable[Solution]) -> BenchMetrics:
    """Grade solutions against their references, one at a time, and sum up.

    Attempts of a problem that was settled early are those that were quick: compare pass@1 only
    between runs with the same stop rule.

    Raises:
        ConfigError: there is no solution.
    """
    return sum_up(map(measure_problem, solutions))


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
    tokens = sum(row.finished_tokens for row in rows)
    unanswered = sum(row.unanswered for row in rows)
    pass_at = _pass_at_powers([(row.finished, row.right or 0) for row in graded])
    return BenchMetrics(
        problems=len(rows),
        graded=len(graded),
        pass_at_1=pass_at.get(1),
        pass_at=pass_at,
        maj_at_k=wilson(sum(bool(row.correct) for row in graded), len(graded)) if graded else None,
        no_answer=wilson(sum(row.answer is None for row in rows), len(rows)),
        unanswered_attempts=unanswered / finished if finished else None,
        undecided=sum(row.undecided for row in rows),
        mean_attempt_tokens=tokens / finished if finished else None,
        mean_problem_tokens=sum(row.sampled_tokens for row in rows) / len(rows),
        mean_problem_seconds=sum(row.seconds for row in rows) / len(rows),
        saved=sum((row.saved for row in rows), TokensSaved()),
        rows=rows,
    )


def measure_problem(solution: Solution) -> ProblemMetrics:
    """Grade one solution."""
    reference = solution.problem.answer
    finished = [
        trajectory
        for trajectory in solution.trajectories
        if trajectory.stop_reason not in _NOT_BY_ITSELF
    ]
    verdict = _grade(solution.answer, solution.problem)
    grades = [_grade(trajectory.answer, solution.problem) for trajectory in finished]
    graded = reference is not None
    return ProblemMetrics(
        problem_id=solution.problem.id,
        reference=reference,
        answer=None if solution.answer is None else solution.answer.canonical,
        correct=verdict is Equivalence.EQUAL if graded else None,
        undecided=grades.count(Equivalence.UNKNOWN),
        attempts=len(solution.trajectories),
        finished=len(finished),
        right=grades.count(Equivalence.EQUAL) if graded else None,
        unanswered=sum(trajectory.answer is None for trajectory in finished),
        finished_tokens=sum(trajectory.spent.sampled_tokens for trajectory in finished),
        sampled_tokens=sum(map(_sampled, solution.trajectories)),
        saved=tokens_saved(solution.trajectories),
        cells=solution.usage.cells,
        seconds=solution.duration_seconds,
        stop_reason=solution.stop_reason,
    )


def _pass_at_powers(counts: Sequence[tuple[int, int]]) -> dict[int, Estimate]:
    """Estimates of pass@k by k from (finished, right) of each graded problem."""
    most = max((finished for finished, _ in counts), default=0)
    powers = (2**power for power in range(most.bit_length()))
    return {
        k: bootstrap([pass_at_k(finished, right, k) for finished, right in counts if finished >= k])
        for k in powers
    }


def _grade(answer: Answer | None, problem: Problem) -> Equivalence:
    if answer is None or problem.answer is None:
        return Equivalence.DIFFERENT
    plain = normalize(problem.answer)
    reference = admit(plain, problem.domain)[0] or plain
    return equivalent(answer, Answer(problem.answer, reference))


def _sampled(trajectory: Trajectory) -> int:
    return trajectory.spent.sampled_tokens + trajectory.spent.wasted_tokens
