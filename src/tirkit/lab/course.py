"""What is known of the attempts at one problem: when each ran, what it left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.errors import ConfigError
from tirkit.selection import Ballot, ballot_from
from tirkit.types import Solution, StopReason, Trajectory

_SAME_MOMENT_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Timed:
    """One attempt on the clock of its problem.

    Attributes:
        ballot: what it left.
        started: seconds after the problem began.
        ended: likewise.
        heard: False for an attempt that was cancelled: nobody knows what it would have answered.
    """

    ballot: Ballot
    started: float
    ended: float
    heard: bool = True

    @property
    def over(self) -> float:
        """When its end is looked at: a cancelled attempt's just after what it was cancelled for.

        Clocks are not exact: the answer that settled the problem, or the moment that did, stands
        a little before or behind the end of what was cancelled then.
        """
        return self.ended if self.heard else self.ended + _SAME_MOMENT_SECONDS

    def tokens_at(self, seconds: float) -> int:
        """Drawn up to a moment, taken to have come evenly over the attempt."""
        if seconds >= self.ended:
            return self.ballot.tokens
        share = max(seconds - self.started, 0.0) / (self.ended - self.started)
        return int(self.ballot.tokens * share)


@dataclass(frozen=True, slots=True)
class Course:
    """The attempts at one problem.

    Attributes:
        problem_id: the problem.
        timed: its attempts in finishing order.
        attempts: most it could have come to, those that never began included.
        reference: the right answer; None if nobody knows.
        recorded: the answer that was given, in canonical form; None without one.
        comparison: when two answers count as the same.
    """

    problem_id: str
    timed: tuple[Timed, ...]
    attempts: int
    reference: str | None = None
    recorded: str | None = None
    comparison: Comparison = EXACT

    @property
    def at_once(self) -> int:
        """Most attempts that were in flight together; at least 1."""
        moments = [(one.started, 1) for one in self.timed]
        moments += [(one.ended, -1) for one in self.timed]
        running = most = 0
        for _, step in sorted(moments):
            running += step
            most = max(most, running)
        return max(most, 1)

    def up_to(self, attempts: int) -> "Course":
        """The same with only the attempts of index 0 to `attempts` - 1."""
        if attempts >= self.attempts:
            return self
        kept = tuple(one for one in self.timed if one.ballot.index < attempts)
        return replace(self, timed=kept, attempts=attempts)

    def reordered(self, draw: Random, at_once: int) -> "Course":
        """The heard attempts, begun in another order: each as long as it was, so many at once.

        Attempts at one problem differ by their seed alone, so any order was as likely. They get
        new indexes in the order they begin.

        Raises:
            ConfigError: `at_once` is below 1.
        """
        if at_once < 1:
            raise ConfigError(f"attempts at once is {at_once}: it must be at least 1")
        shuffled = [one for one in self.timed if one.heard]
        draw.shuffle(shuffled)
        free_at = [0.0] * min(at_once, len(shuffled))
        timed = []
        for index, one in enumerate(shuffled):
            place = free_at.index(min(free_at))
            started, ended = free_at[place], free_at[place] + one.ended - one.started
            free_at[place] = ended
            timed.append(Timed(replace(one.ballot, index=index, ended_at=ended), started, ended))
        return replace(self, timed=in_finishing_order(timed), attempts=len(timed))


def in_finishing_order(timed: Iterable[Timed]) -> tuple[Timed, ...]:
    """Sorted by when they are over; those that are so together stay as they are."""
    return tuple(sorted(timed, key=lambda one: one.over))


def course_from(
    trajectories: Sequence[Trajectory],
    solution: Solution | None = None,
    attempts: int | None = None,
    comparison: Comparison = EXACT,
) -> Course:
    """The course of a recorded problem.

    Its clock begins when the problem entered the scheduler, as far as the solution tells, else
    with the first attempt. A run that was gone on with keeps the pause between as time that passed.

    Args:
        trajectories: at one problem, at least one.
        solution: what came out, if the problem was settled.
        attempts: most it could have come to; None takes as many as the highest index tells.
        comparison: when two answers count as the same.

    Raises:
        ConfigError: there are no trajectories.
    """
    if not trajectories:
        raise ConfigError("a problem without attempts has no course")
    began = _began(trajectories, solution)
    timed = []
    for one in trajectories:
        started = one.started_at - began
        heard = one.stop_reason is not StopReason.CANCELLED
        timed.append(Timed(ballot_from(one), started, started + one.duration_seconds, heard))
    reached = 1 + max(one.index for one in trajectories)
    answer = None if solution is None else solution.answer
    return Course(
        problem_id=trajectories[0].problem_id,
        timed=in_finishing_order(timed),
        attempts=max(reached, attempts or 0),
        reference=None if solution is None else solution.problem.answer,
        recorded=None if answer is None else answer.canonical,
        comparison=comparison,
    )


def _began(trajectories: Sequence[Trajectory], solution: Solution | None) -> float:
    """When the problem entered the scheduler: so long before its verdict as that took."""
    first = min(one.started_at for one in trajectories)
    if solution is None or solution.judgment is not None:
        return first
    ends = [one.started_at + one.duration_seconds for one in trajectories]
    cancelled = [
        end
        for one, end in zip(trajectories, ends, strict=True)
        if one.stop_reason is StopReason.CANCELLED
    ]
    settled = min(cancelled) if cancelled else max(ends)
    return min(first, settled - solution.duration_seconds)
