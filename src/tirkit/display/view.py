"""What is going on, gathered from events: the model behind every display."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from tirkit.answers import Equivalence
from tirkit.answers.equivalence import known
from tirkit.display.attempt_view import AttemptView
from tirkit.display.picture import (
    MOST_ATTEMPTS,
    MOST_FINISHED,
    MOST_PROBLEMS,
    MOST_VOTES,
    FinishedPicture,
    KernelPicture,
    Picture,
    ProblemPicture,
    cut,
    real_seconds,
)
from tirkit.display.rate import Rate
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    CodeFinished,
    CodeStarted,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
    ProblemStarted,
    TokensSampled,
)
from tirkit.records import ProblemEntry
from tirkit.scheduler import SchedulerStatus
from tirkit.solver import SolverStatus
from tirkit.types import Problem, Solution, Tally

_QUESTION_CHARS = 200
_ANSWER_CHARS = 80
_REASON_CHARS = 120
_STATUS_SECONDS = 0.25
"""A solver is asked for its status at most so often."""


@dataclass(slots=True)
class ProblemView:
    """One problem as shown: its attempts by id, those in flight, and those that ended, in order."""

    problem: Problem
    max_attempts: int
    began: float
    tokens: int = 0
    attempts: dict[str, AttemptView] = field(default_factory=dict)
    running: dict[str, AttemptView] = field(default_factory=dict)
    ended: list[AttemptView] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    settled: str = ""

    def picture(self, now: float, left_seconds: float | None, attempts: int) -> ProblemPicture:
        """The problem now, with so many attempts told one by one."""
        tally, shown = self.tally, list(islice(self.running.values(), attempts))
        shown += self.ended[::-1][: attempts - len(shown)]
        told = tally.entries[:MOST_VOTES]
        voted = tally.votes + tally.silent + tally.left_out
        reference = self.problem.answer
        return ProblemPicture(
            id=cut(self.problem.id, _ANSWER_CHARS),
            question=cut(self.problem.text, _QUESTION_CHARS),
            reference=None if reference is None else cut(reference, _ANSWER_CHARS),
            max_attempts=self.max_attempts,
            running=len(self.running),
            finished=max(len(self.ended), voted),
            votes=tuple((cut(str(entry.answer), _ANSWER_CHARS), entry.count) for entry in told),
            other_votes=sum(entry.count for entry in tally.entries[MOST_VOTES:]),
            silent=tally.silent,
            tokens=self.tokens,
            seconds=now - self.began,
            left_seconds=left_seconds,
            settled=cut(self.settled, _REASON_CHARS),
            attempts=tuple(attempt.picture(self.began, now) for attempt in shown),
        )


class View:
    """The problems being worked on. Feed it every event; take its picture from any thread.

    Args:
        problems: how many the whole run has; None if that is not known.
        clock: in seconds, never going back.
    """

    def __init__(
        self, problems: int | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total = problems
        self.notice = ""
        """What else is to be said, such as that the run is being stopped."""
        self.problems: dict[str, ProblemView] = {}
        self.finished: deque[FinishedPicture] = deque(maxlen=MOST_FINISHED)
        self._ask: Callable[[], SolverStatus] | None = None
        self._status, self._status_due = SolverStatus(SchedulerStatus()), 0.0
        self._clock, self._rate, self._lock = clock, Rate(), Lock()
        self._began = clock()
        self._done = self._right = self._graded = 0
        self._tokens = self._cells = self._in_flight = 0
        self._seen: set[str] = set()

    def follow(self, status: Callable[[], SolverStatus]) -> None:
        """Also tell what a solver says of itself, such as `solver.status`.

        It is asked where `take` and `refresh` are called: in the solver's own loop.
        """
        self._ask = status
        self._seen.clear()
        self.refresh()

    def refresh(self) -> None:
        """Ask the solver for its status, also when nothing has happened for a while."""
        if self._ask is not None:
            self._status, self._status_due = self._ask(), self._clock() + _STATUS_SECONDS

    def count_recorded(self, problems: Iterable[ProblemEntry]) -> None:
        """Count what is settled already; problems that were begun since `follow` count once."""
        for problem in problems:
            answer = None if problem.answer is None else problem.answer.canonical
            right = is_right(answer, problem.reference)
            with self._lock:
                if problem.problem_id not in self._seen:
                    self._count(right=right)

    def take(self, event: Event) -> None:
        """Take one event."""
        now = self._clock()
        with self._lock:
            if isinstance(event, TokensSampled):
                self._sample(event, now)
            else:
                self._take(event, now)
        if now >= self._status_due:
            self.refresh()

    def picture(self, attempts: int = MOST_ATTEMPTS) -> Picture:
        """The run now, with so many attempts of its first problem told one by one."""
        status = self._status
        left = {one.problem_id: one.left_seconds for one in status.attempts.problems}
        with self._lock:
            now = self._clock()
            shown = [
                problem.picture(now, left.get(key), 0 if place else attempts)
                for place, (key, problem) in enumerate(islice(self.problems.items(), MOST_PROBLEMS))
            ]
            return Picture(
                problems=self.total,
                done=self._done,
                right=self._right,
                graded=self._graded,
                in_flight=self._in_flight,
                max_in_flight=status.attempts.max_in_flight or None,
                tokens=self._tokens,
                tokens_per_second=self._rate.per_second(now),
                cells=self._cells,
                elapsed_seconds=now - self._began,
                kernels=None if status.kernels is None else KernelPicture.of(status.kernels),
                notice=self.notice,
                open=tuple(shown),
                more_open=len(self.problems) - len(shown),
                finished=tuple(self.finished),
            )

    def _sample(self, event: TokensSampled, now: float) -> None:
        problem, count = self.problems[event.problem_id], len(event.chunk.token_ids)
        problem.attempts[event.attempt_id].sampled(event.chunk, now)
        problem.tokens += count
        self._tokens += count
        self._rate.add(now, count)

    def _take(self, event: Event, now: float) -> None:
        match event:
            case ProblemStarted(problem=problem, attempts=attempts):
                self.problems[problem.id] = ProblemView(problem, attempts, now)
                self._seen.add(problem.id)
            case AttemptStarted(problem_id=problem_id, attempt_id=attempt_id, index=index):
                started = self.problems[problem_id]
                view = started.attempts[attempt_id] = AttemptView(index, now)
                started.running[attempt_id] = view
                self._in_flight += 1
            case CodeStarted():
                self._cells += 1
                self.problems[event.problem_id].attempts[event.attempt_id].code_started(now)
            case CodeFinished(result=result):
                attempt = self.problems[event.problem_id].attempts[event.attempt_id]
                attempt.code_finished(result, now)
            case AttemptFinished():
                self._end_attempt(event, now)
            case ProblemSettled(problem_id=problem_id, stop_reason=reason):
                self.problems[problem_id].settled = reason
            case ProblemFinished(solution=solution):
                self._finish(solution)
            case ProblemFailed(problem_id=problem_id):
                self.problems.pop(problem_id, None)

    def _end_attempt(self, event: AttemptFinished, now: float) -> None:
        problem = self.problems[event.problem_id]
        attempt = problem.running.pop(event.trajectory.attempt_id)
        attempt.end(event.trajectory, now)
        problem.ended.append(attempt)
        self._in_flight -= 1
        if not problem.settled:
            problem.tally = event.tally

    def _finish(self, solution: Solution) -> None:
        view = self.problems.pop(solution.problem.id, None)
        done = finished(solution, None if view is None else view.tokens)
        self.finished.append(done)
        self._count(right=done.right)

    def _count(self, *, right: bool | None) -> None:
        self._done += 1
        self._graded += right is not None
        self._right += right is True


def finished(solution: Solution, tokens: int | None = None) -> FinishedPicture:
    """A problem that is done, as shown; `tokens` is what it took if not all its attempts count."""
    verdict, reference = solution.verdict, solution.problem.answer
    answer = verdict.answer
    entries = verdict.tally.entries
    return FinishedPicture(
        id=cut(solution.problem.id, _ANSWER_CHARS),
        answer=None if answer is None else cut(str(answer), _ANSWER_CHARS),
        reference=None if reference is None else cut(reference, _ANSWER_CHARS),
        right=is_right(None if answer is None else answer.canonical, reference),
        agreed=next((entry.count for entry in entries if entry.answer == answer), 0),
        votes=verdict.tally.votes,
        attempts=len(solution.trajectories),
        tokens=solution.usage.sampled_tokens if tokens is None else tokens,
        seconds=real_seconds(solution.duration_seconds),
        stop_reason=cut(solution.stop_reason, _REASON_CHARS),
    )


def is_right(answer: str | None, reference: str | None) -> bool | None:
    """Whether an answer says the same as its reference; None where that cannot be told at once."""
    if reference is None:
        return None
    if answer is None:
        return False
    told = known(answer, reference)
    return None if told is Equivalence.UNKNOWN else told is Equivalence.EQUAL
