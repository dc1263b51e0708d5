"""Makes problems of the rows of any source, and says which row is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tirkit.bench.datasets.fields import Fields, columns_of
from tirkit.bench.datasets.values import check_text, plain, text_of
from tirkit.errors import AnswerError, ConfigError
from tirkit.types import ANY_ANSWER, AnswerDomain, Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source.

    Attributes:
        place: where it stands, as messages name it: "line 4", "row 4".
        values: its cells by column.
    """

    place: str
    values: dict[str, Any]


def as_it_stands(text: str) -> str:
    """The answer of a column that holds nothing else."""
    return text


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows become problems.

    Attributes:
        fields: which columns hold what.
        domain: which answers are admissible, for every problem; None admits any, or what the
            rows say.
        limit: how many problems are read; None reads all.
        name: of a set known by name: goes before ids that are bare numbers, and makes the ids
            where there are none.
        once: whether a question that is there again is left out instead of refused.
        read_answer: takes the answer out of its column.
    """

    fields: Fields = field(default_factory=Fields)
    domain: AnswerDomain | None = None
    limit: int | None = None
    name: str = ""
    once: bool = False
    read_answer: Callable[[str], str] = as_it_stands


def read_problems(rows: Iterable[Row], reading: Reading, source: str) -> list[Problem]:
    """The problems of `rows`, in their order.

    Raises:
        ConfigError: there is none, or a row is without a question, holds what it must not, or
            repeats an id or a question. Names the source and the row.
    """
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        try:
            problem = _problem(row.values, reading, number)
            again = _again(problem, row.place, seen)
            if again == "question" and reading.once:
                continue
            if again:
                first = seen[_key(problem, again)]
                raise ConfigError(f"the same {again} as in {first}")  # noqa: TRY301
        except (ConfigError, AnswerError) as error:
            raise ConfigError(f"{source}, {row.place}: {error}") from error
        problems.append(problem)
        if len(problems) == reading.limit:
            break
    if not problems:
        raise ConfigError(f"{source} holds no problem")
    return problems


def _again(problem: Problem, place: str, seen: dict[str, str]) -> str:
    """What of the problem was there before, "question" or "id"; remembers it if nothing was."""
    for name in ("question", "id"):
        if _key(problem, name) in seen:
            return name
    seen.update({_key(problem, name): place for name in ("question", "id")})
    return ""


def _key(problem: Problem, name: str) -> str:
    return f"{name} {problem.id if name == 'id' else problem.content_hash}"


def _problem(values: dict[str, Any], reading: Reading, number: int) -> Problem:
    columns = {
        name: reading.fields.column(name, values) for name in ("question", "answer", "id", "domain")
    }

    def cell(name: str) -> Any:  # noqa: ANN401 - any cell
        column = columns[name]
        return None if column is None else values[column]

    text = cell("question")
    if not isinstance(text, str) or not text.strip():
        names = ", ".join(reading.fields.question)
        raise ConfigError(f"no question: give one of {names} as text ({columns_of(values)})")
    answer = text_of(cell("answer"), "answer")
    given = text_of(cell("id"), "id")
    for name, one in (("question", text), ("answer", answer), ("id", given)):
        check_text(one, name)
    used = set(columns.values())
    metadata = {column: plain(one) for column, one in values.items() if column not in used}
    domain = reading.domain or _domain(cell("domain"))
    known_as = _known_as(given, reading.name, number)
    return Problem(text, known_as, reading.read_answer(answer) or None, domain, metadata)


def _domain(value: Any) -> AnswerDomain:  # noqa: ANN401 - any cell
    told = text_of(value, "domain")
    return AnswerDomain.parse(told) if told else ANY_ANSWER


def _known_as(given: str, name: str, number: int) -> str:
    """The problem's id: sets number theirs from 1, so a bare number gets the set's name."""
    if not name:
        return given
    if not given:
        return f"{name}-{number}"
    return f"{name}-{given}" if given.isdecimal() else given
