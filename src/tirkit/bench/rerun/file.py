"""The file of traces that were run again: appended to, and gone on with."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tirkit.bench.jsonl import open_locked, own_lines, parse_object
from tirkit.bench.rerun.difference import Difference
from tirkit.bench.rerun.run import RerunCell, RerunTrace
from tirkit.bench.rerun.summary import RerunSummary
from tirkit.bench.rerun.traces import RecordedTrace
from tirkit.errors import ConfigError, RecordError

_BEGIN = b'{"rerun":'
"""How each row of such a file begins; a file that begins otherwise is not touched."""


class RerunFile:
    """A file with one row a trace, open for one run; a context manager.

    What is there is not run again; a row cut off at the end is written anew.

    Args:
        path: the file; made if it does not exist.
        settings: in words, all that decides what the rows say.
        summary: counts what is there already.

    Raises:
        ConfigError: the file cannot be opened, somebody else writes to it, or it holds something
            but traces run again with these settings.
    """

    def __init__(self, path: Path, settings: str, summary: RerunSummary) -> None:
        self._path = path
        self._settings = settings
        self._keys: set[bytes] = set()
        self._file = open_locked(self._path)
        try:
            for row in self._old():
                self._keys.add(bytes.fromhex(row["rerun"]))
                summary.add_earlier([Difference(cell["difference"]) for cell in row["cells"]])
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def left_over(self, traces: Iterator[RecordedTrace]) -> Iterator[RecordedTrace]:
        """The traces that are not in the file yet."""
        for trace in traces:
            if bytes.fromhex(trace.key(self._settings)) not in self._keys:
                yield trace

    def append(self, found: RerunTrace) -> None:
        """Write one row behind the others.

        Raises:
            RecordError: it cannot be written.
        """
        try:
            self._file.write(encode_rerun(found, self._settings))
            self._file.flush()
        except OSError as error:
            raise RecordError(f"cannot write {self._path}: {error.strerror or error}") from error

    def _old(self) -> Iterator[dict[str, Any]]:
        """The rows that are there; an incomplete last one is cut off."""
        for number, data in own_lines(self._path, self._file, _BEGIN, "tirkit replay"):
            yield self._checked(data, f"{self._path}, line {number}")

    def _checked(self, data: bytes, place: str) -> dict[str, Any]:
        try:
            row = parse_object(data)
            bytes.fromhex(row["rerun"])
            for cell in row["cells"]:
                Difference(cell["difference"])
        except (ConfigError, ValueError, TypeError, KeyError) as error:
            raise ConfigError(f"{place} is damaged ({error}): use another --out") from error
        if row.get("settings") != self._settings:
            raise ConfigError(
                f"{place} was run with other settings ({row.get('settings')}; now it is "
                f"{self._settings}): use another --out"
            )
        return row


def rerun_row(found: RerunTrace) -> dict[str, Any]:
    """A trace that was run again as JSON values; of long outputs the beginning."""
    trace = found.trace
    return {
        "id": trace.id,
        "attempt": trace.attempt,
        "line": trace.line,
        "form": trace.form,
        "differs": found.differs,
        "cells": [_cell_row(cell) for cell in found.cells],
    }


def encode_rerun(found: RerunTrace, settings: str) -> bytes:
    """One line of JSON, its newline included; a lone surrogate is written as its escape."""
    head = {"rerun": found.trace.key(settings), **rerun_row(found), "settings": settings}
    return json.dumps(head, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _cell_row(cell: RerunCell) -> dict[str, Any]:
    result = cell.result
    told: dict[str, Any] = {
        "difference": cell.compared.difference.value,
        "group": cell.compared.difference.group.value,
        "detail": cell.detail,
        "recorded": cell.recorded.ended.value,
    }
    if result is None:
        return told
    return {
        **told,
        "status": result.status.value,
        "duration_seconds": round(result.duration_seconds, 6),
        "queue_seconds": round(result.queue_seconds, 6),
    }
