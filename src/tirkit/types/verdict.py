"""Answers, votes and what was chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A normalised answer.

    Attributes:
        text: as the model wrote it.
        canonical: normal form; equal canonical forms are equal answers, unequal ones may still
            be equivalent.
    """

    text: str
    canonical: str

    def __str__(self) -> str:
        return self.canonical


@dataclass(frozen=True, slots=True)
class Vote:
    """One attempt's answer, with its weight.

    Attributes:
        attempt_index: number of the attempt among those of its problem.
        answer: what it says.
        weight: 1 for a plain vote.
        confidence: in [0, 1], only used to break ties; None if unknown.
        evidence: figure of the attempt the selector decides by once votes are grouped, in the
            selector's unit; None if it needs none.
        note: what is out of the ordinary with this vote, to be counted in the verdict's reason.
    """

    attempt_index: int
    answer: Answer
    weight: float = 1.0
    confidence: float | None = None
    evidence: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TallyEntry:
    """Votes for equivalent answers.

    Attributes:
        answer: the shortest canonical form among them.
        votes: the votes, ordered by attempt index.
    """

    answer: Answer
    votes: tuple[Vote, ...]

    @property
    def count(self) -> int:
        """How many attempts gave this answer."""
        return len(self.votes)

    @property
    def weight(self) -> float:
        """Sum of the votes' weights."""
        return sum(vote.weight for vote in self.votes)


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes grouped by equivalence, best first.

    Attributes:
        entries: one per distinct answer, by weight, then count, then canonical form.
        silent: finished attempts that gave no admissible answer.
        left_out: finished attempts whose answer the selector did not let count.
    """

    entries: tuple[TallyEntry, ...] = ()
    silent: int = 0
    left_out: int = 0

    @property
    def votes(self) -> int:
        """How many attempts gave an answer."""
        return sum(entry.count for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The choice, with the tally it was made from.

    Attributes:
        answer: the chosen answer, or None.
        reason: why this one, or why none, in words.
        confidence: the winner's share of the vote weight, in [0, 1]; 0 without a winner.
        tally: all votes.
        tie_broken_by: "" without a tie, else what decided it.
    """

    answer: Answer | None
    reason: str
    confidence: float
    tally: Tally
    tie_broken_by: str = ""
