"""What is put before a judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tirkit.answers import final_segment
from tirkit.selection.ballot import Ballot, ballot_from
from tirkit.types import Answer, Problem, Tally, TallyEntry, Trajectory, Vote

_CUT = "[…]\n"
_LAST_CHARS = 400
"""Of a turn that holds nothing but thinking and code so much is shown."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attempt that gave an answer.

    Attributes:
        answer: of its group in the tally, so that equal answers are the same object.
        vote: its own.
        trajectory: what it did.
    """

    answer: Answer
    vote: Vote
    trajectory: Trajectory

    @property
    def index(self) -> int:
        """Number of the attempt among those of its problem."""
        return self.vote.attempt_index

    @property
    def ballot(self) -> Ballot:
        """Its code, and what that gave."""
        return ballot_from(self.trajectory)

    def summary(self, most_chars: int) -> str:
        """What it said behind its last thinking and the last code output, its end kept."""
        said = self.trajectory.turns[-1].text if self.trajectory.turns else ""
        final = final_segment(said).strip() or said[-_LAST_CHARS:].strip()
        return shortened(final, most_chars)


@dataclass(frozen=True, slots=True)
class Case:
    """Answers that do not agree, and the attempts behind them.

    Attributes:
        problem: what was asked.
        tally: the votes as the selector weighs them.
        candidates: the attempts that voted, by index.
        seed: of the problem; lots are drawn from it.
    """

    problem: Problem
    tally: Tally
    candidates: tuple[Candidate, ...]
    seed: int = 0

    @classmethod
    def of(
        cls, problem: Problem, tally: Tally, trajectories: Iterable[Trajectory], seed: int = 0
    ) -> "Case":
        """The case of a tally; attempts that did not vote are left out."""
        by_index = {trajectory.index: trajectory for trajectory in trajectories}
        candidates = [
            Candidate(entry.answer, vote, by_index[vote.attempt_index])
            for entry in tally.entries
            for vote in entry.votes
            if vote.attempt_index in by_index
        ]
        return cls(problem, tally, tuple(sorted(candidates, key=lambda one: one.index)), seed)

    def of_answer(self, answer: Answer) -> tuple[Candidate, ...]:
        """The attempts behind an answer of the tally, the best first.

        First come those whose last cell did not fail, then the surer ones, then lower indexes.
        """
        some = (one for one in self.candidates if one.answer == answer)
        return tuple(sorted(some, key=_standing))

    def best(self, entries: Sequence[TallyEntry]) -> tuple[Candidate, ...]:
        """The best attempt behind each entry, in the same order."""
        found = (self.of_answer(entry.answer) for entry in entries)
        return tuple(some[0] for some in found if some)


def shortened(text: str, most_chars: int) -> str:
    """The end of a text that is too long, with a mark in front."""
    return text if len(text) <= most_chars else _CUT + text[len(text) - most_chars :]


def _standing(one: Candidate) -> tuple[bool, float, int]:
    errors = one.ballot.errors
    sure = one.vote.confidence
    return bool(errors and errors[-1]), -(sure if sure is not None else 0.0), one.index
