"""What the records of a run tell of it, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tirkit.answers import Equivalence
from tirkit.answers.equivalence import known
from tirkit.display.picture import MOST_FINISHED, FinishedPicture, Picture, cut, real_seconds
from tirkit.display.view import is_right
from tirkit.records import AttemptEntry, ProblemEntry, RecordedRun
from tirkit.records.folder import lock_holder
from tirkit.records.reader import RECORDS_FILE

_REPEATS = "seed-*"
_TEXT_CHARS = 80
_REASON_CHARS = 120


@dataclass(slots=True)
class RecordedView:
    """The records of a run, or of its repeats, followed while they grow. Everything blocks.

    Args:
        directory: of the records, or of the directories of repeats.
    """

    directory: Path
    _runs: dict[Path, RecordedRun] = field(default_factory=dict)
    _right: dict[tuple[Path, str], bool | None] = field(default_factory=dict)

    @property
    def exist(self) -> bool:
        """Whether there are records."""
        return bool(self._places())

    def writer(self) -> int | None:
        """The process that writes records now; None if there is none, or nobody can tell."""
        holders = (lock_holder(place) for place in self._places())
        return next((pid for pid in holders if pid is not None), None)

    def picture(self) -> Picture:
        """What is recorded now.

        Raises:
            RecordError: the records are damaged; names the file and the line.
        """
        for place in self._places():
            if place in self._runs:
                self._runs[place].refresh()
            else:
                self._runs[place] = RecordedRun(place)
        attempts = [
            one for run in self._runs.values() for each in run.attempts.values()
            for one in each.values()
        ]  # fmt: skip
        grades = [
            self._grade(run, problem)
            for run in self._runs.values()
            for problem in run.problems.values()
        ]
        return Picture(
            done=len(grades),
            right=grades.count(True),
            graded=len(grades) - grades.count(None),
            tokens=sum(max(one.spent.sampled_tokens, 0) for one in attempts),
            cells=sum(max(one.spent.cells, 0) for one in attempts),
            elapsed_seconds=_took(attempts),
            finished=self._finished(),
        )

    def _places(self) -> list[Path]:
        if (self.directory / RECORDS_FILE).exists():
            return [self.directory]
        return sorted(path.parent for path in self.directory.glob(f"{_REPEATS}/{RECORDS_FILE}"))

    def _grade(self, run: RecordedRun, problem: ProblemEntry) -> bool | None:
        key = run.directory, problem.content_hash
        if key not in self._right:
            answer = None if problem.answer is None else problem.answer.canonical
            self._right[key] = is_right(answer, problem.reference)
        return self._right[key]

    def _finished(self) -> tuple[FinishedPicture, ...]:
        last = [
            (run, problem)
            for run in self._runs.values()
            for problem in islice(reversed(run.problems.values()), MOST_FINISHED)
        ][:MOST_FINISHED]
        return tuple(
            _picture(problem, _attempts(run, problem), right=self._grade(run, problem))
            for run, problem in reversed(last)
        )


def _took(attempts: Sequence[AttemptEntry]) -> float:
    """From the start of the first attempt to the end of the last one, in seconds."""
    starts = [one.started_at for one in attempts]
    ends = [one.started_at + one.duration_seconds for one in attempts]
    return real_seconds(max(ends) - min(starts)) if attempts else 0.0


def _attempts(run: RecordedRun, problem: ProblemEntry) -> list[AttemptEntry]:
    found = run.attempts.get(problem.content_hash, {})
    return [found[index] for index in problem.attempts if index in found]


def _picture(
    problem: ProblemEntry, attempts: Sequence[AttemptEntry], *, right: bool | None
) -> FinishedPicture:
    answer = problem.answer
    answers = [one.answer for one in attempts if one.answer is not None]
    agreed = 0
    if answer is not None:
        agreed = sum(known(one, answer) is Equivalence.EQUAL for one in answers)
    return FinishedPicture(
        id=cut(problem.problem_id, _TEXT_CHARS),
        answer=None if answer is None else cut(str(answer), _TEXT_CHARS),
        reference=None if problem.reference is None else cut(problem.reference, _TEXT_CHARS),
        right=right,
        agreed=agreed,
        votes=len(answers),
        attempts=len(attempts),
        tokens=sum(max(one.spent.sampled_tokens, 0) for one in attempts),
        seconds=real_seconds(problem.duration_seconds),
        stop_reason=cut(problem.stop_reason, _REASON_CHARS),
    )
