"""Rows with a completion or an answer, and the reference beside it, as several projects write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tirkit.bench.jsonl import Line, parse_object, read_lines
from tirkit.errors import ConfigError, TirkitError
from tirkit.records.schema import AttemptRow, SolutionRow, decode_row
from tirkit.types import StopReason

Graded = Literal["completion", "predicted"]
"""What is graded: the model's words, or the answer somebody has already taken out of them."""

ID_KEYS = ("id", "idx", "problem_id", "unique_id")
"""Where a row's name stands: the first of these it has."""


@dataclass(frozen=True, slots=True)
class RowForm:
    """Where somebody's rows keep what is needed: the first of these fields that a row has.

    Attributes:
        completion: the model's words, or a list of them.
        predicted: the answer taken out of them, or a list as long.
        reference: the reference answer.
        written_by: whose rows these are, with the source of the fact.
    """

    completion: tuple[str, ...]
    predicted: tuple[str, ...]
    reference: tuple[str, ...]
    written_by: str


FORMS = (
    RowForm(
        ("completion",), ("predicted",), ("answer", "expected_answer", "gt"), "tirkit's examples"
    ),
    RowForm(
        ("generation",),
        ("predicted_answer",),
        ("expected_answer", "answer"),
        "NVIDIA/NeMo-Skills, nemo_skills/evaluation/evaluator/math.py (2025)",
    ),
    RowForm(
        ("code",),
        ("pred",),
        ("gt", "answer"),
        "microsoft/ToRA at 723a8f7, src/infer/inference.py; QwenLM/Qwen2.5-Math, "
        "evaluation/math_eval.py",
    ),
)
"""Tried in this order. Runs of tirkit itself are told by their `type`."""

_NOT_BY_ITSELF = {StopReason.CANCELLED, StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One thing to grade.

    Attributes:
        line: number of its line in the file, from 1.
        id: the row's name; its line where it has none.
        attempt: place among the attempts of its row, from 0.
        graded: what `text` is.
        text: a completion or an answer; None where there is none.
        reference: the reference answer.
        read_bytes: offset in the file one past its line.
        path: the file, for messages.
    """

    line: int
    id: str
    attempt: int
    graded: Graded
    text: str | None
    reference: str
    read_bytes: int = 0
    path: str = ""

    @property
    def place(self) -> str:
        """The file and the line, as messages name them."""
        return f"{self.path}, line {self.line}" if self.path else f"line {self.line}"


@dataclass(slots=True)
class AnswerRows:
    """The rows of a file; iterate once.

    Attributes:
        path: a JSONL file.
        graded: whether completions or predicted answers are taken; None takes completions where a
            row has them, and of tirkit's own records the recorded answers.
        against: the field with the reference; "" takes the one of the row's form. Of tirkit's own
            records it is a field of the problem's metadata.
        skipped: how many rows there was nothing to grade by: attempts of tirkit that did not end
            by themselves, or whose problem has no reference. Counted while iterating.

    Raises:
        ConfigError: the file cannot be read or holds no row, or a line is malformed or lacks
            what is needed; names the file and the line.
    """

    path: Path
    graded: Graded | None = None
    against: str = ""
    skipped: int = 0
    _references: dict[str, tuple[str, str]] | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[AnswerRow]:
        if self.path.is_dir():
            raise ConfigError(
                f"{self.path} is a folder: name a JSONL file in it, of a run its records.jsonl"
            )
        empty, own = True, False
        for line in read_lines(self.path):
            try:
                row = parse_object(line.data, str)
                own = own or _is_own(row)
                rows = self._own(line) if _is_own(row) else list(self._foreign(row, line))
            except (TirkitError, ValueError) as error:
                if own and not line.is_whole:  # the run that writes it was killed
                    self.skipped += 1
                    continue
                raise ConfigError(f"{self.path}, line {line.number}: {error}") from error
            yield from rows
            empty = False
        if empty:
            raise ConfigError(f"{self.path} holds no row: give a JSONL file, one object a line")

    def _foreign(self, row: dict[str, Any], line: Line) -> Iterator[AnswerRow]:
        form = next((form for form in FORMS if _key(row, form.completion + form.predicted)), None)
        if form is None:
            known = ", ".join(key for form in FORMS for key in form.completion + form.predicted)
            raise ConfigError(f"nothing to grade: give one of the fields {known}")
        graded, key = self._choice(row, form)
        reference = self._reference(row, form)
        name = row.get(_key(row, ID_KEYS) or "")
        known_as = str(name) if isinstance(name, str | int) else str(line.number)
        value = row[key]
        texts = value if isinstance(value, list) else [value]
        for attempt, text in enumerate(texts):
            told = _text(text, key)
            yield AnswerRow(
                line.number, known_as, attempt, graded, told, reference, line.end, str(self.path)
            )

    def _choice(self, row: Mapping[str, Any], form: RowForm) -> tuple[Graded, str]:
        """What is graded of a row, and the field it stands in."""
        completion, predicted = _key(row, form.completion), _key(row, form.predicted)
        if completion is not None and self.graded != "predicted":
            return "completion", completion
        if predicted is not None and self.graded != "completion":
            return "predicted", predicted
        lacking = form.predicted if self.graded == "predicted" else form.completion
        raise ConfigError(
            f"no field {' or '.join(lacking)}: leave out --from {self.graded}, or add the field"
        )

    def _reference(self, row: Mapping[str, Any], form: RowForm) -> str:
        keys = (self.against,) if self.against else form.reference
        key = _key(row, keys)
        if key is None:
            there = ", ".join(list(row)[:12])
            raise ConfigError(
                f"no reference answer in {' or '.join(keys)}: name its field with --against "
                f"(there are {there})"
            )
        value = row[key]
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        reference = _text(value, key)
        if reference is None or not reference.strip():
            raise ConfigError(f"the reference answer in {key} is empty: give it, or drop the row")
        return reference

    def _own(self, line: Line) -> list[AnswerRow]:
        """An attempt of tirkit's records; its reference stands in its problem's row, further on."""
        row = decode_row(line.data)
        if not isinstance(row, AttemptRow):
            return []
        if self._references is None:
            self._references = dict(self._read_references())
        found = self._references.get(row.content_hash)
        if found is None or row.stop_reason in _NOT_BY_ITSELF:
            self.skipped += 1
            return []
        name, reference = found
        if self.graded == "completion":
            text: str | None = "".join(turn.text + turn.given for turn in row.turns)
        else:
            text = None if row.answer is None else row.answer.text
        graded: Graded = self.graded or "predicted"
        place = (line.end, str(self.path))
        return [AnswerRow(line.number, name, row.index, graded, text, reference, *place)]

    def _read_references(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Name and reference of every settled problem that has one, by its content hash."""
        for line in read_lines(self.path):
            if b'"solution"' not in line.data or not line.is_whole:
                continue
            row = decode_row(line.data)
            if isinstance(row, SolutionRow):
                told = (
                    row.problem.metadata.get(self.against) if self.against else row.problem.answer
                )
                reference = _text(told, self.against or "answer")
                if reference is not None and reference.strip():
                    yield row.content_hash, (row.problem.id, reference)


def _is_own(row: Mapping[str, Any]) -> bool:
    if row.get("type") == "run":
        return "machine" in row
    return row.get("type") in {"attempt", "solution"} and "content_hash" in row


def _key(row: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if key in row), None)


def _text(value: Any, key: str) -> str | None:  # noqa: ANN401 - any JSON value
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        kind = {dict: "an object", list: "a list", bool: "true or false"}.get(
            type(value), "no text"
        )
        raise ConfigError(f"the field {key} holds {kind}: text or a number is read")
    return str(value)
