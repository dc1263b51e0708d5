"""How good a run was, with how sure that is."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.answers import Equivalence, equivalent
from tirkit.errors import ConfigError
from tirkit.types import Answer, Solution, StopReason, Trajectory

INTERVAL_Z = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""
BOOTSTRAP_DRAWS = 1_000
"""Resamples of the problems behind a bootstrap interval."""

_NOT_BY_ITSELF = frozenset({StopReason.CANCELLED, StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over problems, with its 95 % interval.

    Attributes:
        value: in [0, 1].
        low: lower end of the interval.
        high: upper end of the interval.
        problems: how many it is over.
    """

    value: float
    low: float
    high: float
    problems: int


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
    rows: tuple[ProblemMetrics, ...]


def measure(solutions: Sequence[Solution]) -> BenchMetrics:
    """Grade solutions against their references and sum up.

    Attempts of a problem that was settled early are those that were quick: compare pass@1 only
    between runs with the same stop rule.

    Raises:
        ConfigError: there is no solution.
    """
    if not solutions:
        raise ConfigError("nothing to measure: no problem was settled")
    rows = tuple(map(measure_problem, solutions))
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
    verdict = _grade(solution.answer, reference)
    grades = [_grade(trajectory.answer, reference) for trajectory in finished]
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
        cells=solution.usage.cells,
        seconds=solution.duration_seconds,
        stop_reason=solution.stop_reason,
    )


def pass_at_k(attempts: int, right: int, k: int) -> float:
    """Chance that at least one of k attempts drawn from `attempts` is right, `right` of them are.

    The unbiased estimator 1 - C(n-c, k) / C(n, k) of Chen et al. 2021 (arXiv 2107.03374), eq. 1.

    Raises:
        ValueError: not 0 <= right <= attempts or not 1 <= k <= attempts.
    """
    if not 0 <= right <= attempts or not 1 <= k <= attempts:
        raise ValueError(f"pass@{k} of {right} right among {attempts} is not defined")
    return 1.0 - math.comb(attempts - right, k) / math.comb(attempts, k)


def wilson(right: int, total: int) -> Estimate:
    """Share of `right` in `total` with its 95 % score interval (Wilson 1927).

    Raises:
        ValueError: not 0 <= right <= total or total is 0.
    """
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"{right} of {total} is no share")
    share, z2 = right / total, INTERVAL_Z**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    half = INTERVAL_Z / (1 + z2 / total) * spread
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), total)


def bootstrap(values: Sequence[float]) -> Estimate:
    """Mean of one value per problem with its 95 % percentile interval (Efron 1979).

    Problems are resampled `BOOTSTRAP_DRAWS` times from a fixed seed: the same values always give
    the same interval.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to take a mean of")
    count = len(values)
    draw = random.Random(0).choices
    means = sorted(sum(draw(values, k=count)) / count for _ in range(BOOTSTRAP_DRAWS))
    tail = BOOTSTRAP_DRAWS // 40
    return Estimate(sum(values) / count, means[tail], means[-tail - 1], count)


def _pass_at_powers(counts: Sequence[tuple[int, int]]) -> dict[int, Estimate]:
    """Estimates of pass@k by k from (finished, right) of each graded problem."""
    most = max((finished for finished, _ in counts), default=0)
    powers = (2**power for power in range(most.bit_length()))
    return {
        k: bootstrap([pass_at_k(finished, right, k) for finished, right in counts if finished >= k])
        for k in powers
    }


def _grade(answer: Answer | None, reference: str | None) -> Equivalence:
    if answer is None or reference is None:
        return Equivalence.DIFFERENT
    return equivalent(answer, reference)


def _sampled(trajectory: Trajectory) -> int:
    return trajectory.spent.sampled_tokens + trajectory.spent.wasted_tokens
