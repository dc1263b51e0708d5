"""What grading decides by, and what it gives."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from tirkit.answers import BOXES, Comparison, Source
from tirkit.answers.comparison import EXACT
from tirkit.bench.answer_rows import AnswerRow
from tirkit.types import ANY_ANSWER, AnswerDomain


class Outcome(StrEnum):
    """How a row did."""

    CORRECT = "correct"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class GradeSettings:
    """What decides an outcome.

    Attributes:
        domain: which answers are admissible.
        sources: where answers are looked for in completions, in this order.
        how: what counts as the same.
    """

    domain: AnswerDomain = ANY_ANSWER
    sources: tuple[Source, ...] = BOXES
    how: Comparison = EXACT

    def __str__(self) -> str:
        """All of it in one line, as the rows keep it."""
        how = self.how
        parts = [f"domain={self.domain}", f"sources={','.join(self.sources)}"]
        parts += [f"places={how.places}"] if how.places is not None else []
        parts += [f"relative={how.relative:g}"] if how.relative is not None else []
        parts += ["as_written"] if how.as_written else []
        parts += ["percent"] if how.percent else []
        parts += [f"timeout={how.timeout_seconds:g}"] if how.symbolic else ["no symbols"]
        return " ".join(parts)

    def key(self, row: AnswerRow) -> str:
        """Hash (128 bits, hex) of what decides a row's outcome: these settings and its texts."""
        parts = (str(self), row.graded, row.text, row.reference)
        digest = hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace"))
        return digest.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class GradedRow:
    """One row of the report.

    Attributes:
        key: see `GradeSettings.key`.
        settings: what it was graded with.
        line: number of its line in the file, from 1.
        id: the row's name.
        attempt: place among the attempts of its row, from 0.
        outcome: how it did.
        answer: canonical form of the answer, or None.
        text: the answer as written, or None.
        source: the form it was found in, "predicted", or None.
        start: index in the completion where that form begins, or None.
        end: one past its end, or None.
        reference: canonical form of the reference.
        reason: why it is not correct, in words; "" if it is.
        undecided: whether the answer could be shown neither equal nor different.
    """

    key: str
    settings: str
    line: int
    id: str
    attempt: int
    outcome: Outcome
    answer: str | None
    text: str | None
    source: str | None
    start: int | None
    end: int | None
    reference: str
    reason: str
    undecided: bool = False


@dataclass(slots=True)
class GradeCount:
    """How many rows did how; add to it with `add`.

    Attributes:
        correct: shown equal to their reference.
        wrong: all others with an answer.
        no_answer: without an admissible answer.
        undecided: of the wrong, those that could be shown neither equal nor different.
        skipped: rows there was nothing to grade by; they count nowhere else.
    """

    correct: int = 0
    wrong: int = 0
    no_answer: int = 0
    undecided: int = 0
    skipped: int = 0

    def add(self, outcome: Outcome, *, undecided: bool = False) -> None:
        """Count one row."""
        self.correct += outcome is Outcome.CORRECT
        self.wrong += outcome is Outcome.WRONG
        self.no_answer += outcome is Outcome.NO_ANSWER
        self.undecided += undecided

    @property
    def rows(self) -> int:
        """All that were graded."""
        return self.correct + self.wrong + self.no_answer

    @property
    def accuracy(self) -> float:
        """Share of correct rows, in [0, 1]; 0 without a row."""
        return self.correct / self.rows if self.rows else 0.0

    def as_dict(self) -> dict[str, float]:
        """What a machine is shown."""
        return {
            "rows": self.rows,
            "correct": self.correct,
            "wrong": self.wrong,
            "no_answer": self.no_answer,
            "accuracy": self.accuracy,
            "undecided": self.undecided,
            "skipped": self.skipped,
        }
