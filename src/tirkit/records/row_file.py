"""The file a run appends its rows to."""

import errno
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tirkit.errors import RecordError
from tirkit.records.folder import DirectoryLock, check_settings, sync_directory
from tirkit.records.header import RunRow
from tirkit.records.index import IndexEnd, write_index
from tirkit.records.outline import Found
from tirkit.records.reader import MAX_ROW_BYTES, RECORDS_FILE, first_fault
from tirkit.records.run import RecordedRun
from tirkit.records.scan import entry_in
from tirkit.records.schema import AnyRow, AttemptRow, SolutionRow, encode_row
from tirkit.types import Solution, Trajectory

_REMEDIES = {
    errno.ENOSPC: "free some space and run the same command again",
    errno.EDQUOT: "raise the quota or free some space, and run the same command again",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f) and run the same command again",
    errno.EROFS: "use another --out",
    errno.EACCES: "use another --out, or take the right to write there",
    errno.EPERM: "use another --out, or take the right to write there",
}


class RowFile:
    """The open file, and which rows it holds. Every method blocks: worker threads alone call them.

    Made by `open`.
    """

    def __init__(self, path: Path, lock: DirectoryLock, run: RecordedRun) -> None:
        self._path = path
        self._lock = lock
        self._solved = set(run.problems)
        self._attempts = {(key, index) for key, there in run.attempts.items() for index in there}
        self._file = path.open("r+b", buffering=0)
        self._end = self._file.seek(0, os.SEEK_END)
        self._index = IndexEnd(path.parent)

    @classmethod
    def open(
        cls,
        directory: Path,
        settings: Mapping[str, Any],
        beside: Mapping[str, Any],
        facts: Mapping[str, Any],
    ) -> "tuple[RowFile, RecordedRun]":
        """Lock the directory, check its settings, outline it, mend its end and write a header.

        Raises:
            ConfigError, RecordError: as `RecordWriter`.
        """
        path = directory / RECORDS_FILE
        header = RunRow.of({**settings, **beside}, facts)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = DirectoryLock.acquire(directory)
            try:
                path.touch()
                check_settings(directory, settings, has_records=path.stat().st_size > 0)
                sync_directory(directory)
                run = RecordedRun(directory)
                _mend(path, run)
                write_index(directory, run.outline)
                rows = cls(path, lock, run)
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            raise _failed(directory, error) from error
        try:
            rows.write([header])
        except BaseException:
            rows.close()
            raise
        return rows, run

    def append(
        self, key: str, trajectories: tuple[Trajectory, ...], solution: Solution | None
    ) -> bool:
        """Write what is not there yet in one go; False if there is nothing to write.

        Raises:
            RecordError: it could not be written; the file is as it was before.
        """
        if solution is not None and key in self._solved:
            return False
        fresh = {
            trajectory.index: trajectory
            for trajectory in trajectories
            if (key, trajectory.index) not in self._attempts
        }
        if solution is None and not fresh:
            return False
        self.write(_rows(key, fresh, solution))
        self._attempts.update((key, index) for index in fresh)
        if solution is not None:
            self._solved.add(key)
        return True

    def write(self, rows: Sequence[AnyRow]) -> None:
        """Append some rows in one go, fsync them, and tell the index.

        Raises:
            RecordError: it could not be done; the file is as it was before.
        """
        data, found = bytearray(), []
        for row in rows:
            line = encode_row(row)
            found.append(_found(self._end + len(data), line))
            data += line
        self._write(bytes(data))
        self._index.append(found)

    def close(self) -> None:
        """Close the file and give the directory free."""
        try:
            self._file.close()
        finally:
            self._lock.release()

    def _write(self, data: bytes) -> None:
        """Append and fsync; a failed write leaves the file as it was before."""
        left = memoryview(data)
        try:
            self._file.truncate(self._end)  # what a failed write may have left
            self._file.seek(self._end)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise _failed(self._path, error) from error
        self._end += len(data)


def _rows(key: str, fresh: Mapping[int, Trajectory], solution: Solution | None) -> list[AnyRow]:
    try:
        rows: list[AnyRow] = [AttemptRow.of(key, one) for one in fresh.values()]
        if solution is not None:
            rows.append(SolutionRow.of(solution))
    except ValidationError as error:
        raise RecordError(f"no row can be made of problem {key[:12]}: {error}") from error
    return rows


def _found(offset: int, line: bytes) -> Found:
    """The row as readers will find it.

    Raises:
        RecordError: they could not.
    """
    if len(line) > MAX_ROW_BYTES:
        raise RecordError(f"a row would be longer than {MAX_ROW_BYTES} bytes")
    try:
        return Found(offset, len(line), entry_in(line, lambda: line))
    except ValueError as error:
        raise RecordError(f"a row could not be read again: {first_fault(error)}") from error


def _mend(path: Path, run: RecordedRun) -> None:
    """Cut an incomplete last row off and end the file with a newline."""
    outline = run.outline
    with path.open("r+b", buffering=0) as file:
        if run.torn_bytes:
            file.truncate(outline.end)
        if not outline.is_ended:
            file.seek(outline.end)
            file.write(b"\n")
        os.fsync(file.fileno())
    run.refresh()


def _failed(path: Path, error: OSError) -> RecordError:
    remedy = _REMEDIES.get(error.errno or 0, "")
    told = f"cannot write to {path}: {error.strerror or error}"
    return RecordError(f"{told}; nothing recorded is lost: {remedy}" if remedy else told)
