"""What a run tells of itself as it goes: how long cells were waited for, how long losers lived."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tirkit.events import (
    AttemptFinished,
    CodeFinished,
    CodeStarted,
    Event,
    ProblemFinished,
    ProblemSettled,
    TokensSampled,
)
from tirkit.types import StopReason


@dataclass(frozen=True)
class Kill:
    """The losers of one problem.

    Attributes:
        seconds: from the verdict to the end of the last of them.
        attempts: how many there were.
        unfinished: requests of the problem that vLLM still knew when the last had ended.
    """

    seconds: float
    attempts: int
    unfinished: int


class Heard:
    """Listens to a run.

    Args:
        unfinished: how many requests of a problem vLLM knows, by the problem's id.
        clock: tells seconds.

    Attributes:
        waits: seconds from each cell's call to its result, with the wait for a kernel.
        kills: one for each problem that was settled with attempts in flight.
    """

    def __init__(
        self, unfinished: Callable[[str], int], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.waits: list[float] = []
        self.kills: list[Kill] = []
        self._unfinished = unfinished
        self._clock = clock
        self._called: dict[str, float] = {}
        self._settled: dict[str, float] = {}
        self._last: dict[str, tuple[float, int]] = {}
        self._cancelled: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        """Take an event."""
        match event:
            case TokensSampled():
                return  # nearly all events; asked first, as this runs once a chunk
            case CodeStarted(attempt_id=attempt):
                self._called[attempt] = self._clock()
            case CodeFinished(attempt_id=attempt):
                self.waits.append(self._clock() - self._called.pop(attempt))
            case ProblemSettled(problem_id=problem):
                self._settled[problem] = self._clock()
            case AttemptFinished(problem_id=problem, trajectory=done):
                # One that ended by itself behind the verdict was not killed.
                if problem in self._settled and done.stop_reason is StopReason.CANCELLED:
                    self._cancelled[problem] += 1
                    self._last[problem] = (self._clock(), self._unfinished(problem))
            case ProblemFinished(solution=solution):
                self._count(solution.problem.id)
            case _:
                pass

    def _count(self, problem: str) -> None:
        if problem in self._last:
            at, unfinished = self._last[problem]
            seconds = at - self._settled[problem]
            self.kills.append(Kill(seconds, self._cancelled[problem], unfinished))
