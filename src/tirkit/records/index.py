"""`records.index`: an outline of `records.jsonl`, kept beside it so that opening need not read it.

A cache, never the truth: whatever is wrong with it, the records say. It is one line of its version
and one per row, written behind each row; nothing waits for it to reach the disk. It is read as far
as it follows on without a gap and lies inside the file, and spot checks meet the rows themselves;
what stands behind is scanned. A row that is read later has to be what the index told of it.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tirkit.errors import TirkitError
from tirkit.records.entries import AttemptEntry, ProblemEntry
from tirkit.records.outline import Found, Outline
from tirkit.records.row import Count, Row
from tirkit.records.scan import HEAD_BYTES, Line, entry_at

INDEX_FILE = "records.index"
_HEAD = b'{"index":1}\n'
_MAX_LINE_BYTES = 16 * 1024 * 1024
"""Longest line; an answer that makes a longer one ends the index before it."""
_CHECKED_ROWS = 32


class _IndexLine(Row):
    """A row of the records: its offset and length in bytes, and its entry; none for a header."""

    at: tuple[Count, Count]
    entry: AttemptEntry | ProblemEntry | None


def read_index(directory: Path, file: BinaryIO) -> Outline:
    """The outline the index tells, as far as it can be meant of `file`; empty if not at all.

    Args:
        directory: of the index.
        file: the open records.

    Raises:
        OSError: the records cannot be read.
    """
    outline = Outline()
    try:
        with (directory / INDEX_FILE).open("rb") as index:
            _read(index, file, outline)
    except OSError:
        pass  # missing, or unreadable: it is only a cache
    return outline if _agrees(outline, file) else Outline()


def write_index(directory: Path, outline: Outline) -> None:
    """Write the index of an outline anew, whole or not at all, where that can be done.

    Two that do so at once write the same; what a torn one says is found out on reading.
    """
    path = directory / INDEX_FILE
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as index:
            index.write(_HEAD)
            for found in outline.rows if outline.is_ended else outline.rows[:-1]:
                index.write(_encode(found))
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()


class IndexEnd:
    """Appends to the index of a directory, which is whole, until that fails once.

    Args:
        directory: of the index.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / INDEX_FILE
        self._works = True

    def append(self, rows: Iterable[Found]) -> None:
        """Append some rows in one go."""
        if not self._works:
            return
        try:
            with self._path.open("ab", buffering=0) as index:
                data = b"".join(_encode(found) for found in rows)
                self._works = index.write(data) == len(data)
        except OSError:
            self._works = False  # what is torn or missing now is scanned by who opens the records


def _encode(found: Found) -> bytes:
    line = _IndexLine(at=(found.offset, found.length), entry=found.entry)
    return line.model_dump_json().encode("utf-8", "replace") + b"\n"


def _read(index: BinaryIO, file: BinaryIO, outline: Outline) -> None:
    size = 0
    if index.readline(len(_HEAD)) != _HEAD:
        return
    while (line := index.readline(_MAX_LINE_BYTES)).endswith(b"\n"):
        try:
            told = _IndexLine.model_validate_json(line)
            found = Found(*told.at, told.entry)
            if found.offset + found.length > size:
                # Asked anew, because the run that writes may have gone on; rows come first.
                size = os.fstat(file.fileno()).st_size
            if found.offset + found.length > size:
                return
            outline.take(found)
        except (ValueError, TirkitError):
            return


def _agrees(outline: Outline, file: BinaryIO) -> bool:
    """Whether the first row, the last one and some between them are what the outline says."""
    last = len(outline.rows) - 1
    steps = range(_CHECKED_ROWS + 1)
    picked = {last * step // _CHECKED_ROWS for step in steps} if outline.rows else set()
    return all(_stands(outline.rows[line], file) for line in sorted(picked))


def _stands(found: Found, file: BinaryIO) -> bool:
    before = os.pread(file.fileno(), 1, found.offset - 1) if found.offset else b"\n"
    end = os.pread(file.fileno(), 1, found.offset + found.length - 1)
    head = os.pread(file.fileno(), min(found.length, HEAD_BYTES), found.offset)
    line = Line(found.offset, found.length, head, is_ended=True)
    if before != b"\n" or end != b"\n":
        return False
    try:
        return _encode(Found(found.offset, found.length, entry_at(file, line))) == _encode(found)
    except (ValueError, TirkitError):
        return False
