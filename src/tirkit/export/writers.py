"""Rows to JSONL and to Parquet, a few in memory at a time."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from tirkit.bench.datasets.parquet import optional
from tirkit.errors import RecordError
from tirkit.export.files import disk_faults
from tirkit.export.forms import SCHEMA_VERSION, Column
from tirkit.export.rows import Row

_BATCH_ROWS = 64
_BATCH_TOKENS = 4_000_000
"""A row group ends here also where it has few rows; bounds the memory."""


class FileKind(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


class RowWriter(Protocol):
    """Writes the rows of one file; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def add(self, row: Row) -> None:
        """Write a row, at once or later.

        Raises:
            RecordError: it cannot be written.
        """

    def finish(self) -> None:
        """Write what is left, and make it last."""


class JsonlWriter:
    """One JSON object a line, in UTF-8; a lone surrogate becomes `?`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk_faults(path):
            self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError) if error else disk_faults(self._path):
            self._file.close()

    def add(self, row: Row) -> None:
        """Write a row."""
        text = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
        with disk_faults(self._path):
            self._file.write(text.encode("utf-8", "replace"))

    def finish(self) -> None:
        """Make it last."""
        with disk_faults(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())


class ParquetWriter:
    """A Parquet file with a fixed schema.

    Raises:
        MissingExtra: pyarrow is not installed.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._arrow = optional("pyarrow")
        self._path = path
        self._rows: list[Row] = []
        self._tokens = 0
        fields = [
            self._arrow.field(
                column.name,
                _TYPES[column.kind.removesuffix("?")](self._arrow),
                nullable=column.kind.endswith("?"),
            )
            for column in columns
        ]
        told = {"tirkit.export.version": str(SCHEMA_VERSION)}
        self._schema = self._arrow.schema(fields, metadata=told)
        with disk_faults(path):
            self._file = optional("pyarrow.parquet").ParquetWriter(path, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError) if error else disk_faults(self._path):
            self._file.close()

    def add(self, row: Row) -> None:
        """Take a row; rows are written in groups."""
        self._rows.append(_encodable(row))
        self._tokens += sum(len(value) for value in row.values() if isinstance(value, list | str))
        if len(self._rows) >= _BATCH_ROWS or self._tokens >= _BATCH_TOKENS:
            self._write()

    def finish(self) -> None:
        """Write what is left, and make it last."""
        self._write()
        with disk_faults(self._path):
            self._file.close()
            descriptor = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _write(self) -> None:
        rows, self._rows, self._tokens = self._rows, [], 0
        if not rows:
            return
        try:
            table = self._arrow.Table.from_pylist(rows, schema=self._schema)
            with disk_faults(self._path):
                self._file.write_table(table)
        except (self._arrow.ArrowException, OverflowError) as error:
            told = str(error).partition("\n")[0][:300]
            raise RecordError(f"cannot write {self._path}: {told}") from error


def open_writer(kind: FileKind, path: Path, columns: Sequence[Column]) -> RowWriter:
    """The writer of a kind.

    Raises:
        MissingExtra: it needs a package that is not installed.
        RecordError: the file cannot be made.
    """
    return JsonlWriter(path) if kind is FileKind.JSONL else ParquetWriter(path, columns)


def digest(path: Path) -> dict[str, Any]:
    """Length and SHA-256 of a file."""
    with disk_faults(path), path.open("rb") as file:
        return {
            "bytes": path.stat().st_size,
            "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }


def _encodable(value: Any) -> Any:  # noqa: ANN401 - a cell
    """The same with lone surrogates, which no column can hold, written as `?`."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _encodable(one) for key, one in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], str | dict):
        return [_encodable(one) for one in value]
    return value


def _struct(arrow: Any, **fields: str) -> Any:  # noqa: ANN401 - pyarrow is not typed
    types = {"text": arrow.string(), "integer": arrow.int64(), "flag": arrow.bool_()}
    return arrow.struct(
        [arrow.field(name, types[kind.removesuffix("?")]) for name, kind in fields.items()]
    )


_TYPES: dict[str, Callable[[Any], Any]] = {
    "text": lambda arrow: arrow.large_string(),
    "integer": lambda arrow: arrow.int64(),
    "number": lambda arrow: arrow.float64(),
    "ids": lambda arrow: arrow.list_(arrow.int64()),
    "integers": lambda arrow: arrow.list_(arrow.int64()),
    "mask": lambda arrow: arrow.list_(arrow.int8()),
    "numbers": lambda arrow: arrow.list_(arrow.float64()),
    "messages": lambda arrow: arrow.list_(_struct(arrow, role="text", content="text")),
    "turns": lambda arrow: arrow.list_(
        _struct(arrow, start="integer", end="integer", cell="text", forced="flag")
    ),
    "candidates": lambda arrow: arrow.list_(
        _struct(arrow, id="text", answer="text?", right="flag", text="text")
    ),
    "ground": lambda arrow: _struct(arrow, style="text", ground_truth="text"),
}
