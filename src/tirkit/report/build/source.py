"""The problems of a run, settled or still worked on, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tirkit.bench.grader import Grader
from tirkit.errors import RecordError
from tirkit.records import RecordedRun
from tirkit.records.reader import RECORDS_FILE
from tirkit.report.build.terms import Terms
from tirkit.selection import MajorityVote, tally, vote_from
from tirkit.types import Problem, Solution, StopReason

RUNNING = "still running"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem of a run.

    Attributes:
        key: its number in the report, from 0.
        solution: what came out, or what would if no other attempt ended.
        settled: whether a verdict was recorded.
        terms: how its run decided.
    """

    key: int
    solution: Solution
    settled: bool
    terms: Terms

    def grader(self) -> Grader:
        """Grades its answers as its run compared them."""
        solution = self.solution
        return Grader(solution.problem, self.terms.comparison, solution.verdict.tally)


class RunSource:
    """Reads a run problem by problem: settled ones as recorded, then those still worked on.

    What was there on opening is shown; rows that are appended later are not. Everything blocks.

    Args:
        directory: of the records.

    Raises:
        RecordError: there are no records, or they are damaged; names the file and the line, or the
            runs that lie inside the directory.
    """

    def __init__(self, directory: Path) -> None:
        _check(directory)
        self.run = RecordedRun(directory)
        self.terms = Terms.of(directory)
        self._settled = tuple(self.run.problems)
        self._open = tuple(key for key in self.run.attempts if key not in self.run.problems)
        self._attempts = {key: tuple(self.run.attempts[key]) for key in self._open}

    @property
    def settled(self) -> int:
        """How many problems are settled."""
        return len(self._settled)

    @property
    def running(self) -> int:
        """How many are not."""
        return len(self._open)

    def problems(self) -> Iterator[Shown]:
        """All of them, read from the file one at a time.

        Raises:
            RecordError: a row is damaged.
        """
        for key, name in enumerate(self._settled):
            yield Shown(key, self.run.solution(name), settled=True, terms=self.terms)
        for key, name in enumerate(self._open, len(self._settled)):
            yield Shown(key, self._so_far(name), settled=False, terms=self.terms)

    def _so_far(self, name: str) -> Solution:
        """What the attempts at an unsettled problem say; its text is only in their prompts."""
        attempts = [self.run.trajectory(name, index) for index in self._attempts[name]]
        attempts.sort(key=lambda one: one.index)
        heard = [one for one in attempts if one.stop_reason is not StopReason.CANCELLED]
        votes = [vote for one in heard if (vote := vote_from(one)) is not None]
        verdict = MajorityVote().select(tally(votes, len(heard) - len(votes)))
        first = attempts[0]
        text = first.prompt_text if first.prompt_text.strip() else f"Problem {first.problem_id}"
        began = min(one.started_at for one in attempts)
        ended = max(one.started_at + one.duration_seconds for one in attempts)
        problem = Problem(text, first.problem_id)
        return Solution(problem, verdict, tuple(attempts), RUNNING, ended - began)


def _check(directory: Path) -> None:
    """Refuse what is no run, and name the runs inside where there are some."""
    if not directory.is_dir() or (directory / RECORDS_FILE).exists():
        return
    inside = sorted(path.parent.name for path in directory.glob(f"*/{RECORDS_FILE}"))
    if inside:
        named = ", ".join(inside[:_MOST_NAMED])
        more = f" and {len(inside) - _MOST_NAMED} more" if len(inside) > _MOST_NAMED else ""
        raise RecordError(f"{directory} holds runs, and is none itself: give one of {named}{more}")
