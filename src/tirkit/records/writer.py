"""Append rows so that a kill at any moment loses nothing that was finished."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread

from tirkit.concurrency import shielded
from tirkit.errors import RecordError
from tirkit.records.row_file import RowFile
from tirkit.records.run import RecordedRun
from tirkit.types import Problem, Solution, StopReason, Trajectory

WRITE_SECONDS = 60.0
"""Longest a row may wait for the rows before it, on a disk that hardly answers."""


class RecordWriter:
    """Appends to `records.jsonl` in a directory; one writer per directory at a time.

    An async context manager. Entering takes the directory's lock, opens what is there (`run`), cuts
    an incomplete last row off and appends a header. Every append encodes, writes, flushes and
    fsyncs in a worker thread, one after the other, and is carried through although its caller is
    cancelled.

    Args:
        directory: made if it does not exist.
        settings: the resolved settings as JSON values, kept in `config.json`; a run is gone on
            with by the same ones alone.
        beside: further settings, of the machine rather than of the run, that only the header tells.
        facts: what else the header shall tell, such as the dataset's name, as JSON values.

    Raises:
        ConfigError: on entering: the directory was made with other settings.
        RecordError: on entering: another run writes there, its records are damaged, or it cannot
            be written to.
    """

    def __init__(
        self,
        directory: Path,
        settings: Mapping[str, Any],
        *,
        beside: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._beside = beside or {}
        self._facts = facts or {}
        self._rows: RowFile | None = None
        self._run: RecordedRun | None = None
        self._turn = anyio.Lock()

    @property
    def run(self) -> RecordedRun:
        """What the directory held on entering; `refresh` takes what was written since.

        Raises:
            RecordError: the writer was never entered.
        """
        if self._run is None:
            raise RecordError(f"the writer of {self._directory} is not open")
        return self._run

    async def __aenter__(self) -> Self:
        self._rows, self._run = await anyio.to_thread.run_sync(
            RowFile.open, self._directory, self._settings, self._beside, self._facts
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
        _check(problem)
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
        _check(solution.problem)
        key = solution.problem.content_hash
        return await self._append(lambda rows: rows.append(key, solution.trajectories, solution))

    async def _append(self, write: Callable[[RowFile], bool]) -> bool:
        async with shielded(WRITE_SECONDS), self._turn:
            if self._rows is None:
                raise RecordError(f"the writer of {self._directory} is not open")
            return await anyio.to_thread.run_sync(write, self._rows)
        raise RecordError(f"no row could be written to {self._directory} in {WRITE_SECONDS:g} s")


def _check(problem: Problem) -> None:
    """Refuse what would not be the same problem when read again."""
    try:
        problem.text.encode()
    except UnicodeEncodeError as error:
        raise RecordError(
            f"problem {problem.id!r} holds half a character (a lone surrogate, at character "
            f"{error.start}), which no file can hold: mend its text"
        ) from error
