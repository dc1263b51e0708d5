"""Append rows so that a kill at any moment loses nothing that was finished."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread
from pydantic import ValidationError

from tirkit.concurrency import shielded
from tirkit.errors import RecordError
from tirkit.records.folder import DirectoryLock, check_settings, sync_directory
from tirkit.records.reader import MAX_ROW_BYTES, RECORDS_FILE, Resumed, read_rows
from tirkit.records.schema import AttemptRow, SolutionRow, encode_row
from tirkit.types import Problem, Solution, StopReason, Trajectory

WRITE_SECONDS = 60.0
"""Longest a row may wait for the rows before it, on a disk that hardly answers."""


class RecordWriter:
    """Appends to `records.jsonl` in a directory; one writer per directory at a time.

    An async context manager. Entering reads what is there (`resumed`), cuts an incomplete last
    row off and takes the directory's lock. Every append encodes, writes, flushes and fsyncs in a
    worker thread, one after the other, and is carried through although its caller is cancelled.

    Args:
        directory: made if it does not exist.
        settings: the resolved settings as JSON values, kept in `config.json`.

    Raises:
        ConfigError: on entering: the directory was made with other settings.
        RecordError: on entering: another run writes there, or its records are damaged.
    """

    def __init__(self, directory: Path, settings: Mapping[str, Any]) -> None:
        self._directory = directory
        self._settings = settings
        self._rows: _RowFile | None = None
        self._turn = anyio.Lock()
        self.resumed = Resumed()
        """What the directory held on entering."""

    async def __aenter__(self) -> Self:
        self._rows, self.resumed = await anyio.to_thread.run_sync(
            _RowFile.open, self._directory, self._settings
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        rows, self._rows = self._rows, None
        if rows is not None:
            async with shielded(WRITE_SECONDS), self._turn:
                await anyio.to_thread.run_sync(rows.close)

    async def append_attempt(self, problem: Problem, trajectory: Trajectory) -> bool:
        """Write a finished attempt. False if it is there already, or was cancelled.

        A cancelled attempt is written with its problem's solution: until then it counts as in
        flight, and a resumed run may start its index again.

        Raises:
            RecordError: it could not be written.
        """
        if trajectory.stop_reason is StopReason.CANCELLED:
            return False
        return await self._append(
            lambda rows: rows.append(problem.content_hash, (trajectory,), None)
        )

    async def append_solution(self, solution: Solution) -> bool:
        """Write a settled problem and those of its attempts that are not there yet, in one go.

        False if the problem is settled already.

        Raises:
            RecordError: it could not be written.
        """
        key = solution.problem.content_hash
        return await self._append(lambda rows: rows.append(key, solution.trajectories, solution))

    async def _append(self, write: "Callable[[_RowFile], bool]") -> bool:
        async with shielded(WRITE_SECONDS), self._turn:
            if self._rows is None:
                raise RecordError(f"the writer of {self._directory} is not open")
            return await anyio.to_thread.run_sync(write, self._rows)
        raise RecordError(f"no row could be written to {self._directory} in {WRITE_SECONDS:g} s")


class _RowFile:
    """The open file, and what it holds. Every method blocks: worker threads alone call them."""

    def __init__(self, path: Path, lock: DirectoryLock, resumed: Resumed) -> None:
        self._path = path
        self._lock = lock
        self._solved = set(resumed.solutions)
        self._attempts = {
            (key, trajectory.index)
            for key, trajectories in resumed.attempts.items()
            for trajectory in trajectories
        }
        self._file = path.open("r+b", buffering=0)
        self._end = self._file.seek(0, os.SEEK_END)

    @classmethod
    def open(cls, directory: Path, settings: Mapping[str, Any]) -> "tuple[_RowFile, Resumed]":
        """Lock the directory, check its settings, read it and mend its end."""
        path = directory / RECORDS_FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = DirectoryLock.acquire(directory)
            try:
                path.touch()
                check_settings(directory, settings, has_records=path.stat().st_size > 0)
                sync_directory(directory)
                resumed = _read_and_mend(path)
                return cls(path, lock, resumed), resumed
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            raise RecordError(f"cannot write to {directory}: {error.strerror or error}") from error

    def append(
        self, key: str, trajectories: tuple[Trajectory, ...], solution: Solution | None
    ) -> bool:
        """Write what is not there yet in one go; False if there is nothing to write."""
        if solution is not None and key in self._solved:
            return False
        fresh = {
            trajectory.index: trajectory
            for trajectory in trajectories
            if (key, trajectory.index) not in self._attempts
        }
        if solution is None and not fresh:
            return False
        self._write(_encode(key, fresh, solution))
        self._attempts.update((key, index) for index in fresh)
        if solution is not None:
            self._solved.add(key)
        return True

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
            raise RecordError(f"cannot write {self._path}: {error.strerror or error}") from error
        self._end += len(data)


def _encode(key: str, fresh: Mapping[int, Trajectory], solution: Solution | None) -> bytes:
    try:
        rows: list[AttemptRow | SolutionRow] = [
            AttemptRow.of(key, trajectory) for trajectory in fresh.values()
        ]
        if solution is not None:
            rows.append(SolutionRow.of(solution))
    except ValidationError as error:
        raise RecordError(f"no row can be made of problem {key[:12]}: {error}") from error
    lines = [encode_row(row) for row in rows]
    if max(map(len, lines)) > MAX_ROW_BYTES:
        raise RecordError(f"a row of problem {key[:12]} is longer than {MAX_ROW_BYTES} bytes")
    return b"".join(lines)


def _read_and_mend(path: Path) -> Resumed:
    """Read all rows, cut an incomplete last one off and end the file with a newline."""
    with path.open("r+b") as file:
        resumed = read_rows(path, file)
        end = file.seek(0, os.SEEK_END) - resumed.torn_bytes
        file.truncate(end)
        file.seek(max(end - 1, 0))
        if end and file.read(1) != b"\n":
            file.write(b"\n")
        file.flush()
        os.fsync(file.fileno())
    return resumed
