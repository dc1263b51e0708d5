"""Which attempts of a problem may begin: the first round, and the waves that are due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tirkit.answers import equivalent
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.waves import Earlier, Wave, question
from tirkit.selection import Compare
from tirkit.types import Problem, Tally, Trajectory


@dataclass(frozen=True, slots=True)
class Rounds:
    """Which attempts belong to which wave: told by their index alone, so that a run can go on.

    Round 0 is the first one, round n the n-th wave.

    Attributes:
        first: attempts of the first round.
        waves: what may follow, one after the other.
    """

    first: int
    waves: tuple[Wave, ...] = ()

    def indexes(self, number: int) -> range:
        """The attempts of a round."""
        start = self.first + sum(wave.attempts for wave in self.waves[: number - 1])
        if number == 0:
            return range(self.first)
        return range(start, start + self.waves[number - 1].attempts)

    def round_of(self, index: int) -> int:
        """The round of an attempt; the last one for an index beyond."""
        numbers = range(len(self.waves) + 1)
        return next((n for n in numbers if index in self.indexes(n)), len(self.waves))

    def up_to(self, number: int) -> int:
        """Attempts of all rounds up to one."""
        return self.indexes(number).stop

    def reachable(self, opened: int, tally: Tally) -> int:
        """Attempts of the rounds that have begun and of those that still may begin."""
        while opened < len(self.waves) and self.waves[opened].needed(tally):
            opened += 1
        return self.up_to(opened)


class Places:
    """The attempts of one problem that may begin, lowest index first.

    A round has begun if an attempt of it is recorded, or once its wave is due.

    Args:
        rounds: which attempt belongs to which wave.
        done: the attempts that are over; grows while they end.
    """

    def __init__(self, rounds: Rounds, done: Sequence[Trajectory]) -> None:
        self._rounds = rounds
        self._done = done
        self._opened = max((rounds.round_of(over.index) for over in done), default=0)
        self._earlier: dict[int, Earlier] = {}
        taken = {over.index for over in done}
        self._todo = [index for index in range(self.opened) if index not in taken]

    @property
    def opened(self) -> int:
        """Attempts of the rounds that have begun."""
        return self._rounds.up_to(self._opened)

    @property
    def started(self) -> int:
        """How many of them are over or in flight."""
        return self.opened - len(self._todo)

    def reachable(self, tally: Tally) -> int:
        """Attempts of the rounds that have begun and of those that still may begin."""
        return self._rounds.reachable(self._opened, tally)

    def take(self) -> int:
        """The lowest index not used yet, also by an earlier run."""
        return self._todo.pop(0)

    def open_due(self, picture: Callable[[], ProblemState]) -> ProblemState:
        """Begin every wave that is due; gives the picture that results."""
        state, waves = picture(), self._rounds.waves
        while self._opened < len(waves) and waves[self._opened].opens_now(state):
            self._opened += 1
            self._todo.extend(self._rounds.indexes(self._opened))
            state = picture()
        return state

    def asked(self, problem: Problem, index: int, compare: Compare = equivalent) -> str:
        """What an attempt is asked in place of the problem, "" for the problem itself.

        Args:
            problem: what is asked.
            index: of the attempt.
            compare: tells whether two answers say the same.
        """
        number = self._rounds.round_of(index)
        if number == 0:
            return ""
        indexes = self._rounds.indexes(number)
        if number not in self._earlier:
            self._earlier[number] = Earlier.of(self._done, indexes.start, compare)
        wave = self._rounds.waves[number - 1]
        return question(wave, problem, self._earlier[number], index - indexes.start)

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """Seconds until time alone may begin a wave; None if it cannot."""
        waves = self._rounds.waves
        opens = waves[self._opened].opens if self._opened < len(waves) else None
        return None if opens is None else opens.wake_after_seconds(state)
