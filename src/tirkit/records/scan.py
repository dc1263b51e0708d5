"""Find the rows of a file without reading more of them than a list needs."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tirkit.errors import RecordError, TirkitError
from tirkit.records.attempt_row import HEAD_END, AttemptHead
from tirkit.records.entries import AttemptEntry, ProblemEntry
from tirkit.records.outline import Entry, Found, Outline, StaleOutlineError
from tirkit.records.reader import MAX_ROW_BYTES, first_fault
from tirkit.records.schema import AnyRow, AttemptRow, SolutionRow, decode_row

HEAD_BYTES = 4096
"""Enough for the head of an attempt's row; where it is not, the whole row is read."""
_BLOCK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, of which no more than the first bytes are there.

    Attributes:
        offset: of its first byte.
        length: in bytes, its newline included.
        head: its first bytes, `HEAD_BYTES` at most.
        is_ended: whether it has a newline; the last one may lack it.
    """

    offset: int
    length: int
    head: bytes
    is_ended: bool


def scan(path: Path, file: BinaryIO, outline: Outline) -> int:
    """Take the rows that stand behind those of the outline; `path` only names the file.

    Returns:
        Length of the incomplete last row, in bytes; 0 without one.

    Raises:
        RecordError: a row is malformed, foreign or there twice; names the file and the line. The
            outline holds the rows before.
        StaleOutlineError: the file is not the one the outline was made of.
        OSError: reading failed.
    """
    size = os.fstat(file.fileno()).st_size
    _meet(file, outline, size)
    for line in lines(file, outline.end, size):
        place = f"{path}, line {len(outline.rows) + 1}"
        if line.length > MAX_ROW_BYTES:
            raise RecordError(f"{place}: longer than {MAX_ROW_BYTES} bytes")
        try:
            found = Found(line.offset, line.length, entry_at(file, line))
            outline.take(found, is_ended=line.is_ended)
        except ValueError as error:
            if not line.is_ended:
                return line.length
            raise RecordError(f"{place}: {first_fault(error)}") from error
        except TirkitError as error:
            raise RecordError(f"{place}: {error}") from error
    return 0


def lines(file: BinaryIO, start: int, end: int) -> Iterator[Line]:
    """The lines between two offsets, in memory for one block; ends with one that is too long."""
    offset = at = start
    head = b""
    file.seek(start)
    while at < end and (block := file.read(min(_BLOCK_BYTES, end - at))):
        begin = 0
        while (cut := block.find(b"\n", begin) + 1) > 0:
            head += block[begin : min(cut, begin + HEAD_BYTES - len(head))]
            yield Line(offset, at + cut - offset, head, is_ended=True)
            offset, head, begin = at + cut, b"", cut
        head += block[begin : begin + HEAD_BYTES - len(head)]
        at += len(block)
        if at - offset > MAX_ROW_BYTES:
            break
    if at > offset:
        yield Line(offset, at - offset, head, is_ended=False)


def entry_at(file: BinaryIO, line: Line) -> Entry | None:
    """What a list tells of the row in a line; None for the header of a run.

    Raises:
        ValueError: it is no row.
        TirkitError: it contradicts itself.
        OSError: reading failed.
    """
    head = line.head if line.is_ended else b""
    return entry_in(head, lambda: read_line(file, line.offset, line.length))


def entry_in(head: bytes, whole: Callable[[], bytes]) -> Entry | None:
    """What a list tells of the row that begins with `head`.

    Args:
        head: the row's first bytes, maybe all.
        whole: gives the row where they do not tell.

    Raises:
        ValueError: it is no row.
        TirkitError: it contradicts itself.
    """
    cut = head.find(HEAD_END)
    if cut >= 0:
        try:
            told = AttemptEntry.of_head(AttemptHead.model_validate_json(head[:cut] + b"}"))
        except ValueError:
            told = None  # the whole row tells what is wrong with it
        if told is not None:
            return told
    return entry_of(decode_row(whole()))


def entry_of(row: AnyRow) -> Entry | None:
    """What a list tells of a row; None for the header of a run.

    Raises:
        TirkitError: the row contradicts itself.
    """
    if isinstance(row, AttemptRow):
        return AttemptEntry.of(row.content_hash, row.trajectory())
    if isinstance(row, SolutionRow):
        row.checked_problem()
        return ProblemEntry.of_row(row)
    return None


def read_line(file: BinaryIO, offset: int, length: int) -> bytes:
    """A line without its newline.

    Raises:
        ValueError: there are less bytes, or more than one line.
        OSError: reading failed.
    """
    if not (offset >= 0 and 0 < length <= MAX_ROW_BYTES):
        raise ValueError(f"there is no row of {length} bytes at byte {offset}")
    data = os.pread(file.fileno(), length, offset)
    line = data.removesuffix(b"\n")
    if len(data) != length or b"\n" in line:
        raise ValueError(f"there is no row of {length} bytes at byte {offset}")
    return line


def _meet(file: BinaryIO, outline: Outline, size: int) -> None:
    """Whether the file still has its rows, and the newline that the last one lacked."""
    if size < outline.end:
        raise StaleOutlineError("the file is shorter than its rows were")
    if not outline.is_ended and size > outline.end:
        if os.pread(file.fileno(), 1, outline.end) != b"\n":
            raise StaleOutlineError("the last row goes on behind its end")
        outline.end_line()
