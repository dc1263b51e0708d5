"""Rules on the order in which answers came. Attempts without an answer are passed over."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.rule import Rule, check_whole


@dataclass(frozen=True, slots=True)
class AgreedOfLast(Rule):
    """Fires once `votes` of the last `answers` answers, in finishing order, are equivalent."""

    name: ClassVar[str] = "agreed_of_last"

    votes: int
    answers: int

    def check(self) -> None:
        """`votes` from 1 on, `answers` from there on."""
        self.check_whole("votes")
        check_whole(
            f"stop rule {self.name}", f"answers for {self.votes} votes", self.answers, self.votes
        )

    def reason(self, state: ProblemState) -> str | None:
        """How many of how many, and which."""
        last = answers_in_order(state)[-self.answers :]
        if not last:
            return None
        place, votes = Counter(last).most_common(1)[0]
        if votes < self.votes:
            return None
        return f"{votes} of the last {len(last)} answers are {state.tally.entries[place].answer}"


@dataclass(frozen=True, slots=True)
class UnanimousWindow(Rule):
    """Fires once a window of `size` answers in a row holds one answer alone.

    The windows follow each other without overlap, from the first answer on: early-stopping
    self-consistency (ESC, arXiv 2401.10480; size 5 to 8, of at most 40 or 64 attempts).
    """

    name: ClassVar[str] = "unanimous_window"

    size: int

    def check(self) -> None:
        """`size` from 2 on: a window of one always agrees."""
        self.check_whole("size", lowest=2)

    def reason(self, state: ProblemState) -> str | None:
        """Which window, and on what it agrees."""
        order = answers_in_order(state)
        for start in range(0, len(order) - self.size + 1, self.size):
            if len(set(order[start : start + self.size])) == 1:
                answer = state.tally.entries[order[start]].answer
                return f"answers {start + 1} to {start + self.size} are all {answer}"
        return None


def answers_in_order(state: ProblemState) -> list[int]:
    """For each answer, in finishing order, the place of its entry in the tally."""
    places = {
        vote.attempt_index: place
        for place, entry in enumerate(state.tally.entries)
        for vote in entry.votes
    }
    return [places[ballot.index] for ballot in state.ballots if ballot.index in places]


def agreed_of_last(votes: int, answers: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once so many of the last so many answers are equivalent."""
    return AgreedOfLast(votes, answers, minimum_attempts=minimum_attempts)


def unanimous_window(size: int, *, minimum_attempts: int = 0) -> StopRule:
    """Stop once a window of so many answers in a row holds one answer alone."""
    return UnanimousWindow(size, minimum_attempts=minimum_attempts)
