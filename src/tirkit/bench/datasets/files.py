"""Reads rows from a file, by how its name ends."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tirkit.bench.datasets.parquet import parquet_rows
from tirkit.bench.datasets.rows import Row
from tirkit.bench.jsonl import MAX_LINE_BYTES, open_bytes, parse_object, read_lines
from tirkit.errors import ConfigError

MAX_CELL_CHARS = 64 * 1024 * 1024
"""Longest cell of a CSV file: a whole trace may stand in one, the memory must not be filled."""


def file_rows(path: Path) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        ConfigError: it cannot be read, its name ends in nothing known, or it is malformed. Names
            the file, and the line where there is one.
        MissingExtra: Parquet needs pyarrow.
    """
    reader = READERS.get(_ending(path))
    if not path.exists() or path.is_dir():
        reason = "Is a directory" if path.is_dir() else "No such file or directory"
        raise ConfigError(f"cannot read {path}: {reason}")
    if reader is None:
        raise ConfigError(
            f"{path}: the format is told by the name's end, and {path.suffix or 'none'} is not "
            f"known: use {', '.join(READERS)}, the text ones also with .gz"
        )
    return reader(path)


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        ending = suffixes[-2] if len(suffixes) > 1 else ""
        return "" if ending == ".parquet" else ending
    return suffixes[-1] if suffixes else ""


def _jsonl_rows(path: Path) -> Iterator[Row]:
    for line in read_lines(path):
        try:
            values = parse_object(line.data)
        except ConfigError as error:
            raise ConfigError(f"{path}, line {line.number}: {error}") from error
        yield Row(f"line {line.number}", values)


def _json_rows(path: Path) -> Iterator[Row]:
    """A list of objects, or an object that holds one such list."""
    with open_bytes(path) as file:
        data = file.read(MAX_LINE_BYTES + 1)
    if len(data) > MAX_LINE_BYTES:
        raise ConfigError(f"{path} is over {MAX_LINE_BYTES} bytes: write it as JSONL")
    try:
        tree = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is malformed JSON: {error}") from error
    lists = [one for one in tree.values() if isinstance(one, list)] if _is_object(tree) else [tree]
    if len(lists) != 1 or not isinstance(lists[0], list):
        raise ConfigError(f"{path} holds no list of objects: give one, or write JSONL")
    for number, values in enumerate(lists[0], 1):
        if not _is_object(values):
            raise ConfigError(f"{path}, item {number}: not a JSON object")
        yield Row(f"item {number}", values)


def _is_object(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, dict)


def _csv_rows(path: Path) -> Iterator[Row]:
    return _separated_rows(path, ",")


def _tsv_rows(path: Path) -> Iterator[Row]:
    return _separated_rows(path, "\t")


def _separated_rows(path: Path, delimiter: str) -> Iterator[Row]:
    lines = _Lines(path)
    cells = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    start = 1
    while (row := _next_cells(cells, path, lines)) is not None:
        place = f"line {start}"
        start = lines.number + 1
        if not row:
            continue
        if header is None:
            header = _header(row, path)
            continue
        if len(row) != len(header):
            raise ConfigError(
                f"{path}, {place}: {len(row)} cells where the header has {len(header)}: is a comma "
                "or a line end not quoted?"
            )
        yield Row(place, dict(zip(header, row, strict=True)))


def _header(row: list[str], path: Path) -> list[str]:
    names = [name.strip() for name in row]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"{path}: the header names the column {twice[:60]!r} twice")
    return names


def _next_cells(cells: Iterator[list[str]], path: Path, lines: "_Lines") -> list[str] | None:
    # The limit belongs to the whole process: it is raised for one row and given back.
    before = csv.field_size_limit(MAX_CELL_CHARS)
    try:
        return next(cells, None)
    except csv.Error as error:
        raise ConfigError(f"{path}, line {lines.number}: malformed CSV: {error}") from error
    finally:
        csv.field_size_limit(before)


class _Lines:
    """The lines of a text file for the csv module, blank ones included."""

    def __init__(self, path: Path) -> None:
        self.number = 0
        self._path = path
        self._lines = read_lines(path, blank=True)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number = line.number
        try:
            return line.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{self._path}, line {line.number}: not UTF-8: {error.reason} at byte {error.start}"
            ) from error


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _jsonl_rows,
    ".ndjson": _jsonl_rows,
    ".json": _json_rows,
    ".csv": _csv_rows,
    ".tsv": _tsv_rows,
    ".parquet": parquet_rows,
}
"""How a file is read, by the end of its name."""
