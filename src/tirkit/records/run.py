"""A recorded run as a reader sees it: opened by its outline, read problem by problem."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tirkit.errors import RecordError
from tirkit.records.reader import Resumed, read_records
from tirkit.types import Answer, CodeStatus, Solution, StopReason, Trajectory, Usage


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
        results = [turn.result.status for turn in trajectory.turns if turn.result is not None]
        return cls(
            content_hash=content_hash,
            index=trajectory.index,
            attempt_id=trajectory.attempt_id,
            seed=trajectory.seed,
            answer=trajectory.answer,
            stop_reason=trajectory.stop_reason,
            spent=trajectory.spent,
            turns=len(trajectory.turns),
            errors=results.count(CodeStatus.ERROR),
            timeouts=results.count(CodeStatus.TIMED_OUT),
            deaths=results.count(CodeStatus.DIED),
            started_at=trajectory.started_at,
            duration_seconds=trajectory.duration_seconds,
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


class RecordedRun:
    """A directory of records, opened for reading, also while a run writes to it.

    The outline is held in memory; trajectories are read when they are asked for. Everything blocks:
    call it from a worker thread where a loop runs.

    Args:
        directory: of the records.

    Raises:
        RecordError: there are no records, or they are damaged; names the file and the line.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._records = Resumed()
        self.attempts: dict[str, dict[int, AttemptEntry]] = {}
        """By content hash and index, in the order of the file."""
        self.problems: dict[str, ProblemEntry] = {}
        """Settled problems by content hash, in the order of the file."""
        self.refresh()

    def refresh(self) -> int:
        """Take the rows that were appended since; how many attempts and problems are new."""
        before = sum(map(len, self.attempts.values())) + len(self.problems)
        self._records = read_records(self.directory)
        self.attempts = {
            key: {one.index: AttemptEntry.of(key, one) for one in trajectories}
            for key, trajectories in self._records.attempts.items()
        }
        self.problems = {
            key: ProblemEntry.of(solution) for key, solution in self._records.solutions.items()
        }
        return sum(map(len, self.attempts.values())) + len(self.problems) - before

    def solution(self, content_hash: str) -> Solution:
        """A settled problem with its trajectories, read from the file.

        Raises:
            RecordError: it is not settled, or its rows are damaged.
        """
        found = self._records.solutions.get(content_hash)
        if found is None:
            raise RecordError(f"{self.directory} holds no settled problem {content_hash}")
        return found

    def solutions(self) -> Iterator[Solution]:
        """The settled problems in the order of the file, one at a time."""
        for key in self.problems:
            yield self.solution(key)

    def trajectory(self, content_hash: str, index: int) -> Trajectory:
        """One attempt, read from the file.

        Raises:
            RecordError: it is not there, or its row is damaged.
        """
        for one in self._records.attempts.get(content_hash, ()):
            if one.index == index:
                return one
        raise RecordError(f"{self.directory} holds no attempt {index} of {content_hash}")
