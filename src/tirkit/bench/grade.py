"""Grade rows: find each answer, compare it with its reference, in order and by several threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from tirkit.answers import Equivalence, Extraction, admit, extract, normalize
from tirkit.bench.answer_rows import AnswerRow
from tirkit.bench.graded import GradedRow, GradeSettings, Outcome
from tirkit.errors import ConfigError, TirkitError
from tirkit.types import Answer, AnswerDomain

_AHEAD = 8
"""Rows read ahead for each worker; bounds the memory."""
_MAX_SHOWN_CHARS = 2_000

Compare = Callable[[Answer, Answer], Equivalence]


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
