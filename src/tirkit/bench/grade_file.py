"""The file of graded rows: appended to, and gone on with where an earlier run stopped."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from tirkit.bench.answer_rows import AnswerRow
from tirkit.bench.graded import GradeCount, GradedRow, GradeSettings, Outcome
from tirkit.bench.jsonl import open_locked, own_lines, parse_object
from tirkit.errors import ConfigError, RecordError

_BEGIN = b'{"key":'
"""How each row of such a file begins; a file that begins otherwise is not touched."""


class GradeFile:
    """A file of graded rows, open for one run; a context manager.

    Rows stand in the order of the graded file. What is already there is compared row by row by its
    hash and not graded again; a row cut off at the end is written anew.

    Args:
        path: the file; made if it does not exist.
        settings: what rows are graded with.

    Raises:
        ConfigError: the file cannot be opened, somebody else writes to it, or it holds something
            but rows graded with these settings.
    """

    def __init__(self, path: Path, settings: GradeSettings) -> None:
        self._path = path
        self._settings = settings
        self._line = 0
        self._file = open_locked(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def left_over(self, rows: Iterator[AnswerRow], count: GradeCount) -> Iterator[AnswerRow]:
        """The rows that are not in the file yet; those that are there are counted.

        Raises:
            ConfigError: the file holds other rows, or more of them.
        """
        old = self._old()
        for row in rows:
            if (there := next(old, None)) is None:
                yield row
                break
            if there.get("key") != self._settings.key(row):
                raise ConfigError(
                    f"{self._path}, line {self._line} is not line {row.line} of the graded file, "
                    "which has changed: use another --out"
                )
            count.add(Outcome(str(there["outcome"])), undecided=there.get("undecided") is True)
        yield from rows
        if next(old, None) is not None:
            raise ConfigError(f"{self._path} holds more rows than were given: use another --out")

    def append(self, row: GradedRow) -> None:
        """Write one row behind the others.

        Raises:
            RecordError: it cannot be written.
        """
        try:
            self._file.write(encode_graded(row))
            self._file.flush()
        except OSError as error:
            raise RecordError(f"cannot write {self._path}: {error.strerror or error}") from error

    def _old(self) -> Iterator[dict[str, object]]:
        """The rows that are there; an incomplete last one is cut off."""
        for number, data in own_lines(self._path, self._file, _BEGIN, "tirkit grade"):
            self._line = number
            yield self._checked(data, f"{self._path}, line {number}")

    def _checked(self, data: bytes, place: str) -> dict[str, object]:
        try:
            row = parse_object(data)
            Outcome(str(row.get("outcome")))
        except (ConfigError, ValueError) as error:
            raise ConfigError(f"{place} is damaged ({error}): use another --out") from error
        if row.get("settings") != str(self._settings):
            raise ConfigError(
                f"{place} was graded with other settings ({row.get('settings')}; now it is "
                f"{self._settings}): use another --out"
            )
        return row


def encode_graded(row: GradedRow, *, ascii_only: bool = False) -> bytes:
    """One line of JSON, its newline included; a lone surrogate is written as its escape."""
    text = json.dumps(asdict(row), ensure_ascii=ascii_only)
    return text.encode("utf-8", "backslashreplace") + b"\n"
