"""The picture of a run in a file beside its records, for whoever looks on from outside."""

import json
import logging
import os
import socket
import stat
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Annotated, Any, Literal, Self

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup
from pydantic import Field, TypeAdapter, ValidationError

from tirkit.concurrency import shielded
from tirkit.display.picture import Count, Picture
from tirkit.display.view import View
from tirkit.errors import RecordError

LIVE_FILE = "live.json"
MAX_BYTES = 4 * 1024 * 1024
"""Longest file that is read; one of 64 problems and 16 attempts takes about 40 kB."""
STALE_SECONDS = 15.0
"""A file that was not written for so long tells of a run that hangs or is gone."""
_PERIOD_SECONDS = 1.0
_LAST_WRITE_SECONDS = 5.0
_Moment = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
_LOG = logging.getLogger("tirkit.display")


@dataclass(frozen=True, slots=True)
class LiveState:
    """What the file holds.

    Attributes:
        pid: of the writing process.
        host: its machine.
        started_at: when the run began, in seconds since the epoch.
        written_at: when this was written.
        ended: whether this is the last picture.
        picture: the run.
        format: rises with every change a reader would misread.
    """

    pid: Count
    host: str
    started_at: _Moment
    written_at: _Moment
    ended: bool
    picture: Picture
    format: Literal[1] = 1

    def age_seconds(self, now: float) -> float:
        """How old it is at a moment, in seconds since the epoch."""
        return max(now - self.written_at, 0.0)

    def writer_is_gone(self) -> bool | None:
        """Whether the writing process has ended; None if it ran on another machine."""
        if self.host != socket.gethostname():
            return None
        try:
            os.kill(self.pid, 0)
        except PermissionError:
            return False
        except (OSError, OverflowError):
            return True
        return self.pid == 0


_STATES: TypeAdapter[LiveState] = TypeAdapter(LiveState)


class LiveFile:
    """Writes the picture of a run to `live.json` about once a second; an async context manager.

    The file is replaced as a whole, in a worker thread. Where it cannot be written the run goes on
    and the log says so once. When the block ends the file stays, with `ended` set.

    Args:
        directory: of the records; made if it does not exist.
        view: what is written; it takes the events elsewhere.
        period_seconds: time between two writes.
        held: nothing is written before `begin` is called, so that a run that is turned away from
            a directory leaves the file of the one that works there alone.
    """

    def __init__(
        self,
        directory: Path,
        view: View,
        *,
        period_seconds: float = _PERIOD_SECONDS,
        held: bool = False,
    ) -> None:
        self.path = directory / LIVE_FILE
        self._view = view
        self._period_seconds = period_seconds
        self._file = _Replaced(self.path)
        self._begun = anyio.Event()
        if not held:
            self._begun.set()
        now = time.time()
        self._state = LiveState(
            os.getpid(), socket.gethostname(), now, now, ended=False, picture=Picture()
        )

    async def __aenter__(self) -> Self:
        self._tasks: TaskGroup = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._keep)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tasks.cancel_scope.cancel()
        # The block's own error is not handed to the task group, which would wrap it in a group.
        await self._tasks.__aexit__(None, None, None)
        if self._begun.is_set():
            async with shielded(_LAST_WRITE_SECONDS):
                await self._write(ended=True)

    def begin(self) -> None:
        """Begin to write."""
        self._begun.set()

    async def _keep(self) -> None:
        await self._begun.wait()
        while True:
            self._view.refresh()
            await self._write(ended=False)
            await anyio.sleep(self._period_seconds)

    async def _write(self, *, ended: bool) -> None:
        state = replace(
            self._state, written_at=time.time(), ended=ended, picture=self._view.picture()
        )
        # A file system that hangs must not hold up the run's end.
        await anyio.to_thread.run_sync(self._file.write, state, abandon_on_cancel=True)


@dataclass(eq=False)
class _Replaced:
    """A file that is replaced as a whole; the last state stays, whichever thread is late."""

    path: Path
    _lock: Lock = field(default_factory=Lock)
    _written_at: float = 0.0
    _told: bool = False

    def write(self, state: LiveState) -> None:
        with self._lock:
            if state.written_at < self._written_at:
                return
            try:
                self._replace(_encode(state))
                self._written_at = state.written_at
            except (OSError, ValueError) as error:
                if not self._told:
                    _LOG.warning("cannot write %s: %s; the run goes on", self.path, error)
                self._told = True

    def _replace(self, data: bytes) -> None:
        partial = self.path.with_name(f"{self.path.name}.partial")
        try:
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(self.path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise


def read_live(directory: Path) -> LiveState | None:
    """What the file of a directory says; None if there is none.

    Raises:
        RecordError: it cannot be read, or is none of tirkit's.
    """
    path = directory / LIVE_FILE
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise RecordError(f"{path} is no file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise RecordError(f"{path} is longer than {MAX_BYTES} bytes: tirkit has not written it")
    try:
        return _STATES.validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:100]
        raise RecordError(f"{path} is none of tirkit's: {place} {first['msg'][:200]}") from error


def live_row(state: LiveState) -> dict[str, Any]:
    """A state as plain JSON values: what a machine is shown."""
    row: dict[str, Any] = json.loads(_encode(state))
    return row


def picture_row(picture: Picture) -> dict[str, Any]:
    """A picture as plain JSON values."""
    row: dict[str, Any] = live_row(LiveState(0, "", 0.0, 0.0, ended=False, picture=picture))
    shown: dict[str, Any] = row["picture"]
    return shown


def _encode(state: LiveState) -> bytes:
    try:
        return _STATES.dump_json(state)
    except ValueError:  # half characters, which no encoding can hold
        text = json.dumps(_STATES.dump_python(state), ensure_ascii=False)
        return text.encode("utf-8", "replace")
