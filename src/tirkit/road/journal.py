"""What a model was asked on the road, kept so that nothing is asked twice."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tirkit.errors import RecordError
from tirkit.road.rows import Dropped, Outcome, Row


def row_key(identity: Mapping[str, Any], row: Row) -> str:
    """What decides the outcome of a row, as a hash: how it is asked, and the row."""
    text = json.dumps([identity, row], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Journal:
    """Outcomes by their keys, one a line, fsynced one by one; a context manager. Everything blocks.

    A torn last line is cut off. Where an outcome stands is held in memory, not the outcome.

    Args:
        path: of the file.

    Raises:
        RecordError: a line is malformed, or the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        try:
            self._file = path.open("a+b")
            try:
                self._read()
            except BaseException:
                self._file.close()
                raise
        except OSError as error:
            raise RecordError(f"cannot write {path}: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome.

        Raises:
            RecordError: it cannot be written.
        """
        line = {
            "key": key,
            "rows": outcome.rows,
            "dropped": [[one.id, one.why, one.detail] for one in outcome.dropped],
            "refused": outcome.refused,
        }
        data = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise RecordError(f"cannot write {self._path}: {error.strerror or error}") from error
        self._places[key] = place

    def get(self, key: str) -> Outcome:
        """The outcome kept under a key.

        Raises:
            RecordError: the file was damaged meanwhile.
        """
        self._file.seek(self._places[key])
        return self._outcome(self._line(self._file.readline()))

    def _read(self) -> None:
        self._file.seek(0)
        place = 0
        while data := self._file.readline():
            if not data.endswith(b"\n"):
                self._file.truncate(place)
                break
            self._places[self._line(data)["key"]] = place
            place += len(data)

    def _line(self, data: bytes) -> dict[str, Any]:
        try:
            line = json.loads(data)
            whole = isinstance(line, dict) and isinstance(line["key"], str)
        except (ValueError, RecursionError, LookupError):
            whole = False
        if not whole:
            raise RecordError(f"{self._path} is damaged: remove it to have it asked again")
        found: dict[str, Any] = line
        return found

    def _outcome(self, line: Mapping[str, Any]) -> Outcome:
        try:
            return Outcome(
                tuple(line["rows"]),
                tuple(Dropped(*map(str, one)) for one in line["dropped"]),
                tuple(map(str, line["refused"])),
            )
        except (LookupError, TypeError) as error:
            raise RecordError(
                f"{self._path} is damaged: remove it to have it asked again"
            ) from error
