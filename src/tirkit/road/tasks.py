"""What a model is asked on the road: for problems, what they ask for, and questions for proofs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tirkit.prompts.road import RoadTexts
from tirkit.road.rows import Document, Draft, Dropped, Kind, Outcome, Row, dropped, kept, words

_MOST_CHARS = 20_000
_MARK = re.compile(r"^(?=[ \t]*(?:BEGIN|END)[ \t]*$)", re.MULTILINE)
"""Lines by which a text could seem to end before it does."""


def _as_text(value: object) -> object:
    """A number given for a text, as its text; what is empty or says so, as nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        value = value.strip()
        if value.casefold() in {"", "null", "none", "n/a", "unknown"}:
            return None
    return value


MaybeText = Annotated[
    Annotated[str, Field(max_length=_MOST_CHARS)] | None, BeforeValidator(_as_text)
]


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FoundProblem(_Reply):
    """One problem of a document, as a model gives it."""

    problem: Annotated[str, Field(min_length=1, max_length=_MOST_CHARS)]
    solution: MaybeText = None
    answer: MaybeText = None


class FoundProblems(_Reply):
    """The problems of a document."""

    problems: Annotated[list[FoundProblem], Field(max_length=200)]


class FoundKind(_Reply):
    """What a problem asks for."""

    kind: Kind


class MadeQuestion(_Reply):
    """A question in place of a proof; no problem where none can be made."""

    problem: MaybeText
    answer: MaybeText = None


@dataclass(frozen=True, slots=True)
class Extract:
    """Takes problems out of documents.

    Attributes:
        texts: what is asked.
        most_problems: taken of one document.
        grounded: share of a problem's words that must stand in its document.
    """

    texts: RoadTexts
    most_problems: int = 20
    grounded: float = 0.5
    name: str = "extract"
    reply: type[FoundProblems] = FoundProblems

    def identity(self) -> Mapping[str, Any]:
        """Its wording and settings."""
        return {
            "text": self.texts.extract,
            "most_problems": self.most_problems,
            "grounded": self.grounded,
        }

    def question(self, row: Row) -> str:
        """The document between marks."""
        text = Document.model_validate(row).text
        return self.texts.fill("extract", document=_MARK.sub("> ", text))

    def unasked(self, row: Row) -> Outcome:
        """Every document is asked about."""
        return dropped(row["id"], "not_asked")

    def outcome(self, row: Row, reply: FoundProblems) -> Outcome:
        """A draft for each problem that stands in the document."""
        document = Document.model_validate(row)
        if not reply.problems:
            return dropped(document.id, "no_problem")
        there = set(words(document.text))
        rows: list[Row] = []
        left: list[Dropped] = []
        for number, found in enumerate(reply.problems, 1):
            name = f"{document.id}.{number}"
            said = set(words(found.problem))
            if number > self.most_problems:
                left.append(Dropped(name, "too_many_problems"))
            elif len(said & there) < self.grounded * len(said) or not said:
                left.append(Dropped(name, "not_in_document", found.problem[:200]))
            else:
                rows += kept(_draft(name, document, found)).rows
        return Outcome(tuple(rows), tuple(left))


def _draft(name: str, document: Document, found: FoundProblem) -> Draft:
    return Draft(
        id=name,
        document=document.id,
        problem=found.problem.strip(),
        solution=found.solution or "",
        answer=found.answer,
    )


_LEFT_OUT = {
    Kind.CHOICE: "multiple_choice",
    Kind.BINARY: "binary",
    Kind.INVALID: "invalid",
}


@dataclass(frozen=True, slots=True)
class Classify:
    """Sorts out problems that no answer can be checked for.

    Attributes:
        texts: what is asked.
        proofs: whether statements to be proved go on, to be made into questions.
    """

    texts: RoadTexts
    proofs: bool = True
    name: str = "classify"
    reply: type[FoundKind] = FoundKind

    def identity(self) -> Mapping[str, Any]:
        """Its wording and settings."""
        return {"text": self.texts.classify, "proofs": self.proofs}

    def question(self, row: Row) -> str:
        """The problem between marks."""
        problem = Draft.model_validate(row).problem
        return self.texts.fill("classify", problem=_MARK.sub("> ", problem))

    def unasked(self, row: Row) -> Outcome:
        """Every problem is asked about."""
        return dropped(row["id"], "not_asked")

    def outcome(self, row: Row, reply: FoundKind) -> Outcome:
        """The draft with its kind, if it goes on."""
        draft = Draft.model_validate(row)
        why = _LEFT_OUT.get(reply.kind, "")
        if reply.kind is Kind.PROOF and not self.proofs:
            why = "proof"
        if why:
            return dropped(draft.id, why)
        return kept(draft.model_copy(update={"kind": reply.kind}))


@dataclass(frozen=True, slots=True)
class Transform:
    """Makes questions with a final answer of statements to be proved.

    Attributes:
        texts: what is asked.
    """

    texts: RoadTexts
    name: str = "transform"
    reply: type[MadeQuestion] = MadeQuestion

    def identity(self) -> Mapping[str, Any]:
        """Its wording."""
        return {"text": self.texts.transform}

    def question(self, row: Row) -> str | None:
        """The statement and what is known of its proof; None for what is a question already."""
        draft = Draft.model_validate(row)
        if draft.kind is not Kind.PROOF:
            return None
        known = _MARK.sub("> ", draft.solution) or "nothing"
        problem = _MARK.sub("> ", draft.problem)
        return self.texts.fill("transform", problem=problem, solution=known)

    def unasked(self, row: Row) -> Outcome:
        """A question goes on as it is."""
        return kept(Draft.model_validate(row))

    def outcome(self, row: Row, reply: MadeQuestion) -> Outcome:
        """The draft with the question in place of the statement."""
        draft = Draft.model_validate(row)
        if reply.problem is None:
            return dropped(draft.id, "no_question_in_proof")
        made = {
            "problem": reply.problem,
            "answer": reply.answer,
            "kind": Kind.QUESTION,
            "original": draft.problem,
        }
        return kept(draft.model_copy(update=made))
