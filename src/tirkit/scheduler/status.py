"""What a scheduler is doing, for whoever looks on."""

import math
from dataclasses import dataclass

import anyio

from tirkit.scheduler.live import LiveProblem
from tirkit.types import Tally


@dataclass(frozen=True, slots=True)
class ProblemStatus:
    """One open problem at one moment.

    Attributes:
        problem_id: its name.
        max_attempts: most attempts it may still come to.
        started: attempts begun so far, finished ones and those of an earlier run included.
        running: attempts in flight.
        finished: attempts that ended.
        tally: the votes of the finished ones.
        sampled_tokens: drawn so far by all attempts, running ones included.
        elapsed_seconds: since it entered the scheduler.
        left_seconds: until all work on it must have ended; None without a limit.
        settled: whether the verdict is fixed and only its losers are being stopped.
    """

    problem_id: str
    max_attempts: int
    started: int
    running: int
    finished: int
    tally: Tally
    sampled_tokens: int
    elapsed_seconds: float
    left_seconds: float | None
    settled: bool

    @classmethod
    def of(cls, live: LiveProblem) -> "ProblemStatus":
        """The status of a problem now."""
        state = live.picture()
        left = live.ends - anyio.current_time()
        return cls(
            problem_id=live.problem.id,
            max_attempts=state.max_attempts,
            started=state.started,
            running=len(state.running),
            finished=state.finished,
            tally=state.tally,
            sampled_tokens=state.sampled_tokens,
            elapsed_seconds=state.elapsed_seconds,
            left_seconds=max(left, 0.0) if math.isfinite(left) else None,
            settled=live.settled,
        )


@dataclass(frozen=True, slots=True)
class SchedulerStatus:
    """What a scheduler is doing.

    Attributes:
        in_flight: attempts holding a place, those being cancelled included.
        max_in_flight: places.
        problems: the open ones, in the order they came.
    """

    in_flight: int = 0
    max_in_flight: int = 0
    problems: tuple[ProblemStatus, ...] = ()
