"""What goes along the road, and what is left out on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

Row = dict[str, Any]
"""A row as a file holds it."""

_WORD = re.compile(r"\w+")


class Rows(Protocol):
    """Rows that can be read again and again, one in memory at a time."""

    def __iter__(self) -> Iterator[Row]: ...

    def __len__(self) -> int: ...


class Kind(StrEnum):
    """What a problem asks for."""

    QUESTION = "question"
    PROOF = "proof"
    CHOICE = "choice"
    BINARY = "binary"
    INVALID = "invalid"


class Document(BaseModel):
    """A post or page as plain text.

    Attributes:
        id: of letters, digits, `.`, `_` and `-`; unique on the road.
        source: the file and the place in it.
        text: without markup, formulas in LaTeX.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    source: str
    text: str


class Draft(BaseModel):
    """A problem on its way into the dataset.

    Attributes:
        id: that of the document, and its number in it.
        document: id of the document it was found in.
        problem: the question.
        solution: what the document says of it; "" for nothing.
        answer: the final answer; None where none is known yet.
        kind: what it asks for; None before it is classified.
        original: the statement to be proved which it was made from; "" if it was asked as it is.
        source_answer: what the document gives as answer; kept beside the one agreed on.
        votes: attempts that came to the answer.
        attempts: attempts at it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    document: str
    problem: str
    solution: str = ""
    answer: str | None = None
    kind: Kind | None = None
    original: str = ""
    source_answer: str | None = None
    votes: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that was left out.

    Attributes:
        id: of the row.
        why: one word to count by.
        detail: in words, "" where the word says it all.
    """

    id: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row.

    Attributes:
        rows: that go on; none, one or several.
        dropped: what was left out of it.
        refused: why replies of the model had to be asked for again, one word each.
    """

    rows: tuple[Row, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    refused: tuple[str, ...] = field(default=())


def kept(*drafts: BaseModel, refused: tuple[str, ...] = ()) -> Outcome:
    """The outcome in which rows go on."""
    return Outcome(tuple(one.model_dump(mode="json") for one in drafts), refused=refused)


def dropped(name: str, why: str, detail: str = "", refused: tuple[str, ...] = ()) -> Outcome:
    """The outcome in which a row is left out."""
    return Outcome(dropped=(Dropped(name, why, detail[:300]),), refused=refused)


def words(text: str) -> list[str]:
    """The words and numbers of a text, in small letters."""
    return _WORD.findall(text.casefold())
