"""Which columns of a source hold the question, the answer, the id and the answer domain."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from tirkit.errors import ConfigError

_MAX_NAMES = 12
_MAX_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Fields:
    """Where each of our fields stands: the first of these columns that a row has.

    Attributes:
        question: columns of the question.
        answer: columns of the reference answer.
        id: columns of the problem's name.
        domain: columns of the answer domain, as `AnswerDomain.parse` reads it; none by default,
            for many sets call the topic so.
        asked: which of ours somebody has named a column for; a row without it is refused.
    """

    question: tuple[str, ...] = ("problem", "question", "prompt")
    answer: tuple[str, ...] = ("answer", "expected_answer")
    id: tuple[str, ...] = ("id",)
    domain: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()

    def mapped(self, names: Mapping[str, str] | None) -> "Fields":
        """These, with the columns that `names` gives by our names.

        Raises:
            ConfigError: a key is none of our names, or a column has no name.
        """
        ours = [one.name for one in fields(self) if one.name != "asked"]
        for name, column in (names or {}).items():
            if name not in ours:
                raise ConfigError(
                    f"field {name!r} is not known: map {', '.join(ours)} to names of columns, as "
                    "in {'answer': 'final_answer'}"
                )
            if not column:
                raise ConfigError(f"field {name!r}: give the name of a column")
        columns = {name: (column,) for name, column in (names or {}).items()}
        return replace(self, **columns, asked=self.asked | columns.keys())

    def column(self, name: str, values: Mapping[str, Any]) -> str | None:
        """The column of a row that holds our field `name`, or None.

        Raises:
            ConfigError: the row lacks a column that was asked for; names those there are.
        """
        candidates: tuple[str, ...] = getattr(self, name)
        found = next((column for column in candidates if column in values), None)
        if found is None and name in self.asked:
            raise ConfigError(f"no column {candidates[0]!r} for {name}: {columns_of(values)}")
        return found


def columns_of(values: Mapping[str, Any]) -> str:
    """The names of a row's columns, in words."""
    names = [name[:_MAX_NAME_CHARS] for name in list(values)[:_MAX_NAMES]]
    more = len(values) - len(names)
    listed = ", ".join(map(repr, names)) or "none"
    return f"there are {listed}" + (f" and {more} more" if more else "")
