"""Grade rows: find each answer, compare it with its reference, in order and by several threads."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from tirkit.answers import BOXES, Equivalence, Extraction, Source, extract, normalize
from tirkit.answers.admit import admit
from tirkit.answers.comparison import EXACT, Comparison
from tirkit.bench.answer_rows import AnswerRow
from tirkit.errors import ConfigError, TirkitError
from tirkit.types import ANY_ANSWER, Answer, AnswerDomain

_AHEAD = 8
"""Rows read ahead for each worker; bounds the memory."""
_MAX_SHOWN_CHARS = 2_000

Compare = Callable[[Answer, Answer], Equivalence]


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


def grade_rows(
    rows: Iterable[AnswerRow], settings: GradeSettings, compare: Compare, *, workers: int = 1
) -> Iterator[GradedRow]:
    """Grade rows in their order; what is found before a faulty row is given before the fault.

    Args:
        rows: read as far ahead as the workers need.
        settings: what decides.
        compare: tells whether two answers say the same; called from `workers` threads.
        workers: rows graded at once.

    Raises:
        ConfigError: from reading a row, or a reference lies outside the domain.
    """
    waiting: deque[Future[GradedRow]] = deque()
    fault: TirkitError | None = None
    threads = ThreadPoolExecutor(workers, thread_name_prefix="tirkit-grade")
    try:
        source = iter(rows)
        while fault is None:
            try:
                row = next(source, None)
            except TirkitError as error:
                fault = error
                break
            if row is None:
                break
            waiting.append(threads.submit(grade_row, row, settings, compare))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)
    if fault is not None:
        raise fault


def grade_row(row: AnswerRow, settings: GradeSettings, compare: Compare) -> GradedRow:
    """Grade one row.

    Raises:
        ConfigError: the reference lies outside the domain.
    """
    reference = _reference(row, settings.domain)
    found = _answer(row, settings)
    outcome, reason, undecided = Outcome.NO_ANSWER, found.reason, False
    if found.answer is not None:
        same = compare(found.answer, reference)
        outcome = Outcome.CORRECT if same is Equivalence.EQUAL else Outcome.WRONG
        undecided = same is Equivalence.UNKNOWN
        reason = _REASONS[same]
    canonical = None if found.answer is None else _short(found.answer.canonical)
    written = None if found.answer is None else _short(found.answer.text)
    predicted = None if found.answer is None else row.graded
    return GradedRow(
        settings.key(row),
        str(settings),
        row.line,
        row.id,
        row.attempt,
        outcome,
        canonical,
        written,
        found.source or predicted,
        found.start,
        found.end,
        _short(reference.canonical),
        "; ".join(filter(None, (reason, found.note))),
        undecided,
    )


_REASONS = {
    Equivalence.EQUAL: "",
    Equivalence.DIFFERENT: "differs from the reference",
    Equivalence.UNKNOWN: "could be shown neither equal to the reference nor different",
}


def _reference(row: AnswerRow, domain: AnswerDomain) -> Answer:
    canonical, fault = admit(normalize(row.reference), domain)
    if fault:
        raise ConfigError(
            f"{row.place}: the reference {row.reference[:80]!r} {fault}: it lies outside the "
            f"domain {domain}; use another --domain"
        )
    return Answer(row.reference, canonical)


def _answer(row: AnswerRow, settings: GradeSettings) -> Extraction:
    """The answer of a row: looked for in a completion, or as it was predicted."""
    if row.text is None or not row.text.strip():
        what = "there is no completion" if row.graded == "completion" else "no answer is recorded"
        return Extraction(reason=what)
    if row.graded == "completion":
        return extract(row.text, settings.domain, settings.sources)
    canonical, fault = admit(normalize(row.text), settings.domain)
    if fault:
        return Extraction(reason=f"{row.text.strip()[:80]!r} {fault}")
    return Extraction(Answer(row.text.strip(), canonical))


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "\u2026"
