"""A recorded run as a reader sees it: opened by its outline, read problem by problem."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import RLock
from typing import Any, BinaryIO, TypeVar

from tirkit.errors import RecordError, TirkitError
from tirkit.records.entries import AttemptEntry, ProblemEntry
from tirkit.records.folder import read_settings
from tirkit.records.header import RunRow
from tirkit.records.index import read_index, write_index
from tirkit.records.outline import Outline, StaleOutlineError
from tirkit.records.reader import RECORDS_FILE, first_fault
from tirkit.records.scan import entry_of, read_line, scan
from tirkit.records.schema import AnyRow, AttemptRow, SolutionRow, decode_row
from tirkit.types import Solution, Trajectory

__all__ = ("AttemptEntry", "ProblemEntry", "RecordedRun")

_WORTH_BYTES = 8 * 1024 * 1024
"""Records that had to be scanned because no index told of them: from here on a reader writes it."""

T = TypeVar("T")


class RecordedRun:
    """A directory of records, opened for reading, also while a run writes to it.

    The outline is held in memory; trajectories are read when they are asked for. Everything blocks:
    call it from a worker thread where a loop runs. Several threads may.

    Opening takes the index beside the records and scans what it does not tell. It refuses rows that
    are foreign, that begin damaged, or that are there twice; damage further inside a row shows when
    the row is read.

    Args:
        directory: of the records.

    Attributes:
        torn_bytes: length of the incomplete last row that was passed over, 0 without one.

    Raises:
        RecordError: there are no records, or they are damaged; names the file and the line.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.torn_bytes = 0
        self._path = directory / RECORDS_FILE
        self._outline = Outline()
        self._identity = (0, 0)
        self._lock = RLock()
        self._load(use_index=True)

    @property
    def attempts(self) -> dict[str, dict[int, AttemptEntry]]:
        """By content hash and index, in the order of the file; those of settled problems too."""
        return self._outline.attempts

    @property
    def problems(self) -> dict[str, ProblemEntry]:
        """Settled problems by content hash, in the order of the file."""
        return self._outline.problems

    @property
    def outline(self) -> Outline:
        """Where each row stands."""
        return self._outline

    @property
    def headers(self) -> tuple[RunRow, ...]:
        """What ran: one row for each time the run was started or gone on with.

        Empty in records of before there were headers.

        Raises:
            RecordError: one is damaged.
        """
        return self._read(
            lambda file: tuple(
                row
                for line in self._outline.headers()
                if isinstance(row := self._row(file, line), RunRow)
            )
        )

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the last header; without one those kept beside the records, or none.

        Raises:
            RecordError: they are damaged.
        """
        headers = self.headers
        if headers:
            return headers[-1].settings
        try:
            return read_settings(self.directory) or {}
        except OSError as error:
            raise self._unreadable(error) from error

    def refresh(self) -> int:
        """Take the rows that were appended since; how many attempts and problems are new."""
        with self._lock:
            before = len(self._outline)
            try:
                with self._open() as file:
                    is_same = _identity(file) == self._identity
                    if is_same:
                        self.torn_bytes = scan(self._path, file, self._outline)
            except StaleOutlineError:
                is_same = False
            except OSError as error:
                raise self._unreadable(error) from error
            if not is_same:
                self._load(use_index=True)
            return max(0, len(self._outline) - before)

    def solution(self, content_hash: str) -> Solution:
        """A settled problem with its trajectories, read from the file.

        Raises:
            RecordError: it is not settled, or its rows are damaged.
        """
        return self._read(lambda file: self._solution(file, content_hash))

    def solutions(self) -> Iterator[Solution]:
        """The settled problems in the order of the file, one at a time."""
        for key in tuple(self.problems):
            yield self.solution(key)

    def trajectory(self, content_hash: str, index: int) -> Trajectory:
        """One attempt, read from the file.

        Raises:
            RecordError: it is not there, or its row is damaged.
        """
        return self._read(lambda file: self._trajectory(file, content_hash, index))

    def trajectories(self, content_hash: str) -> tuple[Trajectory, ...]:
        """The attempts at a problem, settled or not, in the order of the file; maybe none.

        Raises:
            RecordError: a row is damaged.
        """
        return self._read(
            lambda file: tuple(
                self._trajectory(file, content_hash, index)
                for index in tuple(self.attempts.get(content_hash, ()))
            )
        )

    def _load(self, *, use_index: bool) -> None:
        """Outline the file anew.

        What an index told may be why the rest does not fit: only the file itself can be wrong.
        """
        try:
            with self._open() as file:
                self._identity = _identity(file)
                outline = read_index(self.directory, file) if use_index else Outline()
                told_bytes = outline.end
                try:
                    self.torn_bytes = scan(self._path, file, outline)
                except (RecordError, StaleOutlineError):
                    if not told_bytes:
                        raise
                    outline, told_bytes = Outline(), 0
                    self.torn_bytes = scan(self._path, file, outline)
        except OSError as error:
            raise self._unreadable(error) from error
        self._outline = outline
        if not use_index or outline.end - told_bytes >= _WORTH_BYTES:
            write_index(self.directory, outline)

    def _read(self, read: Callable[[BinaryIO], T]) -> T:
        """Read from the file; once more by a new outline where the one at hand does not fit."""
        with self._lock:
            try:
                try:
                    with self._open() as file:
                        return read(file)
                except StaleOutlineError:
                    self._load(use_index=False)
                with self._open() as file:
                    return read(file)
            except StaleOutlineError as error:
                raise RecordError(str(error)) from error
            except OSError as error:
                raise self._unreadable(error) from error

    def _solution(self, file: BinaryIO, content_hash: str) -> Solution:
        line = self._outline.line(content_hash)
        row = None if line is None else self._row(file, line)
        if not isinstance(row, SolutionRow):
            raise RecordError(f"{self.directory} holds no settled problem {content_hash}")
        return row.solution(
            {index: self._trajectory(file, content_hash, index) for index in row.attempts}
        )

    def _trajectory(self, file: BinaryIO, content_hash: str, index: int) -> Trajectory:
        line = self._outline.line(content_hash, index)
        row = None if line is None else self._row(file, line)
        if not isinstance(row, AttemptRow):
            raise RecordError(f"{self.directory} holds no attempt {index} of {content_hash}")
        return row.trajectory()

    def _row(self, file: BinaryIO, line: int) -> AnyRow:
        """A row, which has to be what the outline says of it."""
        found = self._outline.rows[line]
        place = f"{self._path}, line {line + 1}"
        try:
            row = decode_row(read_line(file, found.offset, found.length))
            told = entry_of(row)
        except ValueError as error:
            raise StaleOutlineError(f"{place}: {first_fault(error)}") from error
        except TirkitError as error:
            raise StaleOutlineError(f"{place}: {error}") from error
        # As text: a figure may be NaN, which is equal to nothing.
        if repr(told) != repr(found.entry):
            raise StaleOutlineError(f"{place}: the row is not what its beginning says")
        return row

    def _open(self) -> BinaryIO:
        return self._path.open("rb")

    def _unreadable(self, error: OSError) -> RecordError:
        return RecordError(f"cannot read {self._path}: {error.strerror or error}")


def _identity(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino
