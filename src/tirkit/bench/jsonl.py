"""Objects of a JSONL file, one a line, with every fault named by its line."""

import fcntl
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from tirkit.errors import ConfigError

MAX_LINE_BYTES = 256 * 1024 * 1024
"""Longest line read, as in the records; more is no row, and must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank.

    Attributes:
        number: of the line, from 1.
        data: its bytes, the line end included.
        end: offset in the file one past the line, in bytes.
    """

    number: int
    data: bytes
    end: int

    @property
    def is_whole(self) -> bool:
        """Whether the line is ended; the last one of a file that is written to may not be."""
        return self.data.endswith(b"\n")


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """A file to read; one whose name ends in .gz is unpacked on the way.

    Raises:
        ConfigError: it cannot be read, or is damaged.
    """
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield cast("BinaryIO", file)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise ConfigError(f"cannot read {path}: damaged gzip: {error}") from error


def read_lines(path: Path, *, blank: bool = False) -> Iterator[Line]:
    """The lines of a file that are not blank, without a byte order mark.

    Args:
        path: the file; unpacked if its name ends in .gz, offsets are then those of the text.
        blank: whether blank lines are given too.

    Raises:
        ConfigError: it cannot be read, or a line is longer than `MAX_LINE_BYTES`.
    """
    with open_bytes(path) as file:
        end = number = 0
        while data := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            end += len(data)
            if len(data) > MAX_LINE_BYTES:
                raise ConfigError(
                    f"{path}, line {number}: longer than {MAX_LINE_BYTES} bytes: write one "
                    "object a line"
                )
            bare = data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data
            if blank or bare.strip():
                yield Line(number, bare, end)


def parse_object(line: bytes, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The JSON object of a line.

    Args:
        line: what stands on it.
        parse_float: makes the value of a number that is no integer.

    Raises:
        ConfigError: it is not UTF-8, not JSON or not an object.
    """
    try:
        row = json.loads(line.decode("utf-8"), parse_float=parse_float)
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"malformed JSON: {error}") from error
    if not isinstance(row, dict):
        raise ConfigError("not a JSON object")
    return row


def open_locked(path: Path) -> BinaryIO:
    """A file of rows to read and append to, at its beginning, which nobody else writes meanwhile.

    Raises:
        ConfigError: it cannot be opened, or somebody else writes to it.
    """
    try:
        file = path.open("a+b")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise ConfigError(
            f"somebody else writes to {path}: wait for it or use another --out"
        ) from error
    file.seek(0)
    return file


def own_lines(
    path: Path, file: BinaryIO, begin: bytes, command: str
) -> Iterator[tuple[int, bytes]]:
    """The lines a command has written to an open file, numbered; an incomplete last one is cut off.

    Args:
        path: names the file.
        file: from `open_locked`.
        begin: what each line begins with.
        command: what writes such lines, for the message.

    Raises:
        ConfigError: a line is not the command's.
    """
    number = 0
    while data := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if not data.startswith(begin[: len(data)]):
            raise ConfigError(f"{path}, line {number} is no row of {command}: use another --out")
        if not data.endswith(b"\n"):
            file.truncate(file.tell() - len(data))
            return
        yield number, data
