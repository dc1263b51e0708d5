"""What a list of recorded problems and attempts tells of each."""

from dataclasses import dataclass

from tirkit.records.attempt_row import AttemptHead, RowOutline
from tirkit.records.schema import SolutionRow
from tirkit.types import Answer, Solution, StopReason, Trajectory, Usage


@dataclass(frozen=True, slots=True)
class AttemptEntry:
    """What the outline of a run tells of an attempt.

    Attributes:
        content_hash: of its problem.
        index: number of the attempt among those of its problem.
        attempt_id: unique in the run.
        seed: the attempt's seed.
        answer: the admissible answer found, or None.
        stop_reason: why the attempt ended.
        spent: what both models of the attempt have spent.
        turns: how many.
        errors: cells that raised.
        timeouts: cells whose deadline passed.
        deaths: cells under which the kernel died.
        started_at: seconds since the epoch.
        duration_seconds: wall time from start to end.
    """

    content_hash: str
    index: int
    attempt_id: str
    seed: int
    answer: Answer | None
    stop_reason: StopReason
    spent: Usage
    turns: int
    errors: int
    timeouts: int
    deaths: int
    started_at: float
    duration_seconds: float

    @classmethod
    def of(cls, content_hash: str, trajectory: Trajectory) -> "AttemptEntry":
        """The entry of a trajectory."""
        return cls._of(content_hash, trajectory, RowOutline.of(trajectory))

    @classmethod
    def of_head(cls, head: AttemptHead) -> "AttemptEntry | None":
        """The entry of a row by its head; None if that lacks an outline."""
        return None if head.outline is None else cls._of(head.content_hash, head, head.outline)

    @classmethod
    def _of(
        cls, content_hash: str, told: Trajectory | AttemptHead, outline: RowOutline
    ) -> "AttemptEntry":
        return cls(
            content_hash=content_hash,
            index=told.index,
            attempt_id=told.attempt_id,
            seed=told.seed,
            answer=told.answer,
            stop_reason=told.stop_reason,
            spent=outline.spent,
            turns=outline.turns,
            errors=outline.errors,
            timeouts=outline.timeouts,
            deaths=outline.deaths,
            started_at=told.started_at,
            duration_seconds=told.duration_seconds,
        )


@dataclass(frozen=True, slots=True)
class ProblemEntry:
    """What the outline of a run tells of a settled problem.

    Attributes:
        content_hash: of the problem.
        problem_id: its name.
        reference: its reference answer, or None.
        answer: the verdict's answer, or None.
        confidence: the winner's share of the vote weight, in [0, 1].
        stop_reason: the rule that settled it, in words.
        duration_seconds: wall time to the verdict.
        attempts: indexes of its attempts.
    """

    content_hash: str
    problem_id: str
    reference: str | None
    answer: Answer | None
    confidence: float
    stop_reason: str
    duration_seconds: float
    attempts: tuple[int, ...]

    @classmethod
    def of(cls, solution: Solution) -> "ProblemEntry":
        """The entry of a solution."""
        return cls(
            content_hash=solution.problem.content_hash,
            problem_id=solution.problem.id,
            reference=solution.problem.answer,
            answer=solution.answer,
            confidence=solution.confidence,
            stop_reason=solution.stop_reason,
            duration_seconds=solution.duration_seconds,
            attempts=tuple(trajectory.index for trajectory in solution.trajectories),
        )

    @classmethod
    def of_row(cls, row: SolutionRow) -> "ProblemEntry":
        """The entry of a row, without its trajectories."""
        return cls(
            content_hash=row.content_hash,
            problem_id=row.problem.id,
            reference=row.problem.answer,
            answer=row.verdict.answer,
            confidence=row.verdict.confidence,
            stop_reason=row.stop_reason,
            duration_seconds=row.duration_seconds,
            attempts=row.attempts,
        )
