"""Read `records.jsonl` back: what is solved, and which attempts are already paid for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from tirkit.errors import RecordError, TirkitError
from tirkit.records.schema import AnyRow, AttemptRow, RunRow, SolutionRow, decode_row
from tirkit.types import Solution, Trajectory

RECORDS_FILE = "records.jsonl"
MAX_ROW_BYTES = 256 * 1024 * 1024
"""Longest row; an attempt of 131,072 tokens with log-probabilities takes about 5 MB."""
_FAULT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a directory of records holds.

    Attributes:
        solutions: settled problems, by the problem's content hash, in the order of the file.
        attempts: trajectories by content hash and in the order of the file, those of settled
            problems included.
        torn_bytes: length of the incomplete last row that was passed over, 0 without one.
    """

    solutions: dict[str, Solution] = field(default_factory=dict)
    attempts: dict[str, list[Trajectory]] = field(default_factory=dict)
    torn_bytes: int = 0


def read_records(directory: Path) -> Resumed:
    """Read a directory of records, also while a writer appends to it.

    An incomplete last row (the process was killed while writing it) is passed over; one that lacks
    its newline alone is taken.

    Raises:
        RecordError: there are no records, or a row is malformed, foreign or there twice; names
            the file and the line.
    """
    path = directory / RECORDS_FILE
    try:
        with path.open("rb") as file:
            return read_rows(path, file)
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror or error}") from error


def read_any(path: Path) -> Resumed:
    """Read a directory of records, any file of rows, or a file with one row over several lines.

    Raises:
        RecordError: as `read_records`.
    """
    if path.is_dir():
        return read_records(path)
    try:
        with path.open("rb") as file:
            try:
                return read_rows(path, file)
            except RecordError:
                file.seek(0)
                row = _only_row(file.read(MAX_ROW_BYTES + 1))
                if row is None:
                    raise
                return Resumed(attempts={row.content_hash: [row.trajectory()]})
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror or error}") from error


def read_rows(path: Path, file: BinaryIO) -> Resumed:
    """Read all rows of an open file; `path` only names it.

    Raises:
        RecordError: as `read_records`.
        OSError: reading failed.
    """
    resumed = Resumed()
    for number, line in _lines(path, file):
        try:
            _take(decode_row(line.removesuffix(b"\n")), resumed)
        except ValueError as error:
            if not line.endswith(b"\n"):
                return Resumed(resumed.solutions, resumed.attempts, len(line))
            raise RecordError(f"{path}, line {number}: {first_fault(error)}") from error
        except TirkitError as error:
            raise RecordError(f"{path}, line {number}: {error}") from error
    return resumed


def _only_row(data: bytes) -> AttemptRow | None:
    try:
        row = decode_row(data) if len(data) <= MAX_ROW_BYTES else None
    except ValueError:
        return None
    return row if isinstance(row, AttemptRow) else None


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(line) > MAX_ROW_BYTES:
            raise RecordError(f"{path}, line {number}: longer than {MAX_ROW_BYTES} bytes")
        yield number, line


def _take(row: AnyRow, resumed: Resumed) -> None:
    if isinstance(row, RunRow):
        return
    attempts = resumed.attempts.get(row.content_hash, [])
    by_index = {trajectory.index: trajectory for trajectory in attempts}
    if isinstance(row, SolutionRow):
        if row.content_hash in resumed.solutions:
            raise RecordError(f"problem {row.problem.id} is settled twice")
        resumed.solutions[row.content_hash] = row.solution(by_index)
    elif row.index in by_index:
        raise RecordError(f"attempt {row.attempt_id} is there twice")
    else:
        resumed.attempts.setdefault(row.content_hash, []).append(row.trajectory())


def first_fault(error: ValueError) -> str:
    """The first complaint in one line, without the value it is about."""
    if not isinstance(error, ValidationError):
        return f"not a row of tirkit: {error}"[:_FAULT_CHARS]
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"not a row of tirkit: {place + ': ' if place else ''}{first['msg']}"[:_FAULT_CHARS]
