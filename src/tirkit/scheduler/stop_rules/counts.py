"""Rules that count attempts, answers and votes."""

from dataclasses import dataclass
from typing import ClassVar

from tirkit.errors import ConfigError
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import Rule, check_whole, leader, shown_fields


@dataclass(frozen=True, slots=True)
class AfterAttempts(Rule):
    """Fires once `attempts` attempts have finished, answered or not."""

    name: ClassVar[str] = "after_attempts"

    attempts: int

    def check(self) -> None:
        """`attempts` from 1 on."""
        self.check_whole("attempts")

    def reason(self, state: ProblemState) -> str | None:
        """How many have finished."""
        if state.finished < self.attempts:
            return None
        return f"{state.finished} attempts finished"


@dataclass(frozen=True, slots=True)
class AfterAnswers(Rule):
    """Fires once `answers` attempts have given an admissible answer."""

    name: ClassVar[str] = "after_answers"

    answers: int

    def check(self) -> None:
        """`answers` from 1 on."""
        self.check_whole("answers")

    def reason(self, state: ProblemState) -> str | None:
        """How many have answered."""
        if state.tally.votes < self.answers:
            return None
        return f"{state.tally.votes} attempts answered"


@dataclass(frozen=True, slots=True)
class WhenAgreed(Rule):
    """Fires once `votes` attempts gave equivalent answers."""

    name: ClassVar[str] = "when_agreed"

    votes: int

    def check(self) -> None:
        """`votes` from 1 on."""
        self.check_whole("votes")

    def reason(self, state: ProblemState) -> str | None:
        """How many agree, and on what."""
        best = leader(state.tally)
        if best is None or best.count < self.votes:
            return None
        return f"{best.count} attempts agree on {best.answer}"


@dataclass(frozen=True, slots=True)
class Ladder(Rule):
    """Fires on one of its rungs: at most so many answers, and so many of them equal.

    The consensus rule of imagination-research (AIMO-2, second place) has the rungs (4, 4), (7, 5)
    and (9, 6): 4 of 4, 5 of at most 7, 6 of at most 9.
    """

    name: ClassVar[str] = "ladder"

    rungs: tuple[tuple[int, int], ...]

    def check(self) -> None:
        """Pairs of whole numbers, the second at most the first."""
        if not self.rungs:
            self.refuse("rungs", "it must hold pairs of (at most n answers, k equal)")
        for rung in self.rungs:
            try:
                most, equal = rung
            except (TypeError, ValueError) as error:
                raise ConfigError(
                    f"stop rule ladder: rung {rung} must be a pair (at most n answers, k equal)"
                ) from error
            check_whole(f"stop rule {self.name}", "equal answers of a rung", equal, 1)
            check_whole(
                f"stop rule {self.name}", f"answers of a rung with {equal} equal", most, equal
            )

    def reason(self, state: ProblemState) -> str | None:
        """How many answers there are, and how many are equal."""
        best, answers = leader(state.tally), state.tally.votes
        if best is None:
            return None
        if any(answers <= most and best.count >= equal for most, equal in self.rungs):
            return f"{best.count} of {answers} answers are {best.answer}"
        return None

    def __str__(self) -> str:
        rungs = [str(rung) for rung in self.rungs]
        return f"ladder({', '.join(rungs + shown_fields(self)[1:])})"


def after_attempts(attempts: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many attempts have finished, answered or not."""
    return AfterAttempts(attempts, minimum_attempts=minimum_attempts)


def after_answers(answers: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many attempts have given an admissible answer."""
    return AfterAnswers(answers, minimum_attempts=minimum_attempts)


def when_agreed(votes: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many attempts gave equivalent answers."""
    return WhenAgreed(votes, minimum_attempts=minimum_attempts)


def k_of_n(votes: int, attempts: int) -> StopRule:
    """Stop once `votes` attempts agree, and at the latest when `attempts` have finished.

    Raises:
        ConfigError: more votes than attempts are asked for.
    """
    check_whole("stop rule k_of_n", "votes", votes, 1)
    check_whole("stop rule k_of_n", f"attempts for {votes} votes", attempts, votes)
    return WhenAgreed(votes) | AfterAttempts(attempts)


def ladder(*rungs: tuple[int, int], minimum_attempts: int = 0) -> StopRule:
    """Stop once, of at most n answers, k are equal, for one of the pairs (n, k)."""
    return Ladder(rungs, minimum_attempts=minimum_attempts)
