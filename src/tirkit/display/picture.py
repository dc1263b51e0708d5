"""What a run looks like at one moment, as plain data.

Every display draws from it: the one beside the run, and `tirkit watch` in another process, which
reads it from a file somebody else may have written. So every figure has bounds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tirkit.kernels import KernelStats

MOST_ATTEMPTS = 16
"""Attempts of one problem told one by one, unless more are asked for."""
MOST_PROBLEMS = 64
"""Open problems told one by one."""
MOST_FINISHED = 12
"""Problems told that finished last."""
MOST_VOTES = 8
"""Answers of one problem told one by one."""

Count = Annotated[int, Field(ge=0, le=10**15)]
_MOST_SECONDS = 1e9
Seconds = Annotated[float, Field(ge=0, le=_MOST_SECONDS, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Doing(StrEnum):
    """What an attempt does in a stretch of its time."""

    READING = "reading"
    """The engine has not given the turn's first token yet."""
    WRITING = "writing"
    QUEUEING = "queueing"
    """Waiting for a kernel or a processor; known once the cell has ended."""
    RUNNING_CODE = "running code"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What an attempt did from one moment to the next, in seconds from its problem's start."""

    doing: Doing
    start: Seconds
    end: Seconds


@dataclass(frozen=True, slots=True)
class AttemptPicture:
    """One attempt.

    Attributes:
        index: number among the attempts of its problem.
        doing: what it does, or how it ended.
        running: whether it is in flight.
        tokens: sampled so far.
        cells: code runs begun.
        seconds: since it began, or how long it took.
        answer: what it answered, or "".
        tail: end of its text.
        stretches: what it did when.
    """

    index: Count
    doing: str
    running: bool
    tokens: Count
    cells: Count
    seconds: Seconds
    answer: str
    tail: str
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemPicture:
    """One open problem.

    Attributes:
        id: its name.
        question: the beginning of its text.
        reference: its reference answer, or None.
        max_attempts: most attempts it may get.
        running: attempts in flight.
        finished: attempts that ended, those of an earlier run included.
        votes: (answer, count), best first.
        other_votes: votes for the answers that are not told.
        silent: finished attempts without an admissible answer.
        tokens: sampled by this run.
        seconds: since it entered the scheduler.
        left_seconds: until it must have ended; None without a limit.
        settled: why it is settled, or "".
        attempts: those in flight, then those that ended last.
    """

    id: str
    question: str
    reference: str | None
    max_attempts: Count
    running: Count
    finished: Count
    votes: tuple[tuple[str, Count], ...]
    other_votes: Count
    silent: Count
    tokens: Count
    seconds: Seconds
    left_seconds: Seconds | None
    settled: str
    attempts: tuple[AttemptPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishedPicture:
    """One problem that is done.

    Attributes:
        id: its name.
        answer: the verdict's, or None.
        reference: its reference answer, or None.
        right: whether the two say the same; None without a reference, or where that could not be
            told at once.
        agreed: votes for the answer.
        votes: votes in all.
        attempts: attempts, cancelled ones included.
        tokens: sampled.
        seconds: wall time to the verdict.
        stop_reason: the rule that settled it.
    """

    id: str
    answer: str | None
    reference: str | None
    right: bool | None
    agreed: Count
    votes: Count
    attempts: Count
    tokens: Count
    seconds: Seconds
    stop_reason: str


@dataclass(frozen=True, slots=True)
class KernelPicture:
    """What the pool of kernels is doing."""

    leased: Count
    waiting: Count
    starting: Count
    ready: Count
    lost: Count

    @classmethod
    def of(cls, stats: KernelStats) -> "KernelPicture":
        """The picture of a pool's figures."""
        return cls(stats.leased, stats.waiting, stats.starting, stats.ready, stats.lost)


@dataclass(frozen=True, slots=True)
class Picture:
    """A run at one moment.

    Attributes:
        problems: of the whole run; None if not told.
        done: of them settled, those of an earlier run included.
        right: settled with the right answer, as far as that could be told at once.
        graded: settled problems it could be told of.
        in_flight: attempts in flight.
        max_in_flight: most at once; None if not told.
        tokens: sampled by this run.
        tokens_per_second: over the last seconds.
        cells: code runs of this run.
        elapsed_seconds: since this run began.
        kernels: of the pool; None if not told.
        notice: what else is to be said, such as that the run is being stopped.
        open: problems that are worked on, first ones first.
        more_open: open problems that are not told one by one.
        finished: problems that are done, the last ones, newest last.
    """

    problems: Count | None = None
    done: Count = 0
    right: Count = 0
    graded: Count = 0
    in_flight: Count = 0
    max_in_flight: Count | None = None
    tokens: Count = 0
    tokens_per_second: Rate = 0.0
    cells: Count = 0
    elapsed_seconds: Seconds = 0.0
    kernels: KernelPicture | None = None
    notice: str = ""
    open: tuple[ProblemPicture, ...] = ()
    more_open: Count = 0
    finished: tuple[FinishedPicture, ...] = ()

    @property
    def many(self) -> bool:
        """Whether the run is over more than one problem."""
        return (self.problems or 0) > 1 or len(self.open) + self.more_open + self.done > 1


def real_seconds(told: float) -> float:
    """A time of a record that anybody may have written: 0 for what is none."""
    return min(told, _MOST_SECONDS) if told > 0 else 0.0


def cut(text: str, most: int) -> str:
    """The text in one line, and not longer than so many characters."""
    flat = " ".join(text[: 4 * most].split())
    return flat if len(flat) <= most and len(text) <= 4 * most else flat[: most - 1] + "…"
