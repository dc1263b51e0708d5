"""What looking for an answer gave."""

from dataclasses import dataclass

from tirkit.answers.extract.source import Source
from tirkit.types import Answer

MAX_SHOWN_CHARS = 80
"""Longest piece of a refused candidate that is kept."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of text that may be the answer.

    Attributes:
        text: what would be the answer, as written.
        start: index in the whole text where the form begins: a box's backslash, a phrase's word.
        end: one past its end.
        fault: why it cannot be the answer, or "".
        note: how it was read where it is not well formed, or "".
    """

    text: str
    start: int
    end: int
    fault: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A candidate that was passed over.

    Attributes:
        text: its beginning, `MAX_SHOWN_CHARS` at most.
        reason: why, in words that follow the text.
        source: the form it was found in.
        start: index in the text where the form begins.
        end: one past its end.
    """

    text: str
    reason: str
    source: Source
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer and where it stood, or why there is none.

    Attributes:
        answer: the admissible answer, or None.
        start: index in the text where its form begins (a box's backslash); None without an answer,
            or where the answer stands in an output that was given apart from the text.
        end: one past its end; None as `start`.
        reason: why there is no answer, in words; "" with one.
        source: the form the answer was found in; None without an answer.
        note: how the form was read where it is not well formed, or was found in thinking.
        refusals: what was passed over, in the order it was looked at.
    """

    answer: Answer | None = None
    start: int | None = None
    end: int | None = None
    reason: str = ""
    source: Source | None = None
    note: str = ""
    refusals: tuple[Refusal, ...] = ()

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """(text, reason) of what was passed over."""
        return tuple((refusal.text, refusal.reason) for refusal in self.refusals)
