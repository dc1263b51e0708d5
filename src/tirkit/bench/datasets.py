"""Read problems from JSONL, and say which line is wrong."""

from pathlib import Path
from typing import Any

from tirkit.bench.jsonl import parse_object, read_lines
from tirkit.errors import ConfigError
from tirkit.types import ANY_ANSWER, AnswerDomain, Problem

TEXT_KEYS = ("problem", "question", "prompt")
"""Where the question stands: the first of these a row has."""
ANSWER_KEYS = ("answer", "expected_answer")
"""Where the reference answer stands: the first of these a row has."""


def load_problems(path: Path, domain: AnswerDomain | None = None) -> list[Problem]:
    """Read problems from a JSONL file, one object a line, in its order.

    A row holds its question under `problem`, `question` or `prompt`, optionally its reference
    under `answer` or `expected_answer` and an `id`; its other fields become the metadata. Blank
    lines are skipped.

    Args:
        path: a UTF-8 file.
        domain: which answers are admissible, for every problem; None admits any.

    Raises:
        ConfigError: the file cannot be read, holds no problem, or a line is not UTF-8, malformed,
            without a question or there twice (by id, or by question). Names the file and line.
    """
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line in read_lines(path):
        number = line.number
        try:
            problem = _problem(parse_object(line.data), domain or ANY_ANSWER)
            for name, key in (("id", problem.id), ("question", problem.content_hash)):
                first = seen.setdefault(f"{name} {key}", number)
                if first != number:
                    raise ConfigError(f"the same {name} as in line {first}")  # noqa: TRY301
        except ConfigError as error:
            raise ConfigError(f"{path}, line {number}: {error}") from error
        problems.append(problem)
    if not problems:
        raise ConfigError(f"{path} holds no problem")
    return problems


def _problem(row: dict[str, Any], domain: AnswerDomain) -> Problem:
    text = _take(row, TEXT_KEYS)
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"no question: give one of {', '.join(TEXT_KEYS)} as text")
    answer = _written(_take(row, ANSWER_KEYS), "answer")
    name = _written(row.pop("id", None), "id")
    for field in (text, answer, name):
        if not field.isascii() and any("\ud800" <= character <= "\udfff" for character in field):
            raise ConfigError("a lone surrogate (\\ud800 to \\udfff), which is no character")
    return Problem(text, name, answer or None, domain, row)


def _take(row: dict[str, Any], keys: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Remove the first of `keys` from the row; its value, or None."""
    found = next((key for key in keys if key in row), None)
    return None if found is None else row.pop(found)


def _written(value: Any, name: str) -> str:  # noqa: ANN401 - any JSON value
    """A text or number as text, "" for null."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ConfigError(f"{name} is neither text nor a number")
    return str(value).strip()
