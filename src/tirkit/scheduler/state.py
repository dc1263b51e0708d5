"""What a decision is made from: frozen pictures of the run at one moment."""

from dataclasses import dataclass

from tirkit.selection import Ballot
from tirkit.types import Tally

_EMPTY = Tally()


@dataclass(frozen=True, slots=True)
class ProblemState:
    """One problem at one moment.

    Attributes:
        problem_id: unique among the live problems of a scheduler.
        max_attempts: most attempts the problem may still come to, finished ones included.
        started: attempts begun so far, finished ones included.
        running: indexes of the attempts in flight.
        finished: attempts that ended, with or without an answer.
        tally: the votes of the finished ones, one each.
        weighted: the same votes as the selector weighs them.
        ballots: what the finished ones have left, in finishing order.
        running_tokens: drawn so far by each of the attempts in flight; empty if unknown.
        held_back: attempts among `max_attempts` that may not begin yet, because they belong to a
            later wave.
        elapsed_seconds: since the first attempt could have begun.
        sampled_tokens: drawn so far by all attempts, running ones included.
    """

    problem_id: str
    max_attempts: int
    started: int = 0
    running: tuple[int, ...] = ()
    finished: int = 0
    tally: Tally = _EMPTY
    elapsed_seconds: float = 0.0
    sampled_tokens: int = 0
    weighted: Tally = _EMPTY
    ballots: tuple[Ballot, ...] = ()
    running_tokens: tuple[int, ...] = ()
    held_back: int = 0

    @property
    def remaining(self) -> int:
        """Attempts that may still bring a vote: running ones and those not begun."""
        return self.max_attempts - self.finished

    @property
    def startable(self) -> int:
        """Attempts that may begin now."""
        return self.max_attempts - self.held_back - self.started

    @property
    def ended(self) -> bool:
        """Whether no attempt is in flight and none may begin."""
        return self.finished >= self.max_attempts - self.held_back


@dataclass(frozen=True, slots=True)
class RunState:
    """All live problems, in the order they came, and the cap on attempts in flight.

    Attributes:
        problems: the live ones; earlier ones are served first.
        in_flight: attempts holding a place, those being cancelled included.
        max_in_flight: places.
    """

    problems: tuple[ProblemState, ...]
    in_flight: int
    max_in_flight: int
