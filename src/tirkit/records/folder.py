"""The directory of one run: who may write to it, and with which settings it was made."""

import fcntl
import json
import os
import struct
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from tirkit.errors import ConfigError, RecordError
from tirkit.records.header import plain

CONFIG_FILE = "config.json"
LOCK_FILE = "records.lock"
_FLOCK = "hhqqi4x"
"""Linux's `struct flock` of 64 bits: type, whence, start, length, process."""

_held: set[Path] = set()
_held_guard = threading.Lock()


class DirectoryLock:
    """Exclusive right to write to a directory, from `acquire` to `release`.

    A POSIX record lock: it ends with the process however that dies, and a forked child (a kernel,
    an engine's worker) that outlives it does not keep it, as it would a `flock`. Such a lock does
    not exclude its own process, so a set of the directories held here does.
    """

    def __init__(self, directory: Path, descriptor: int) -> None:
        self._directory = directory
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, directory: Path) -> Self:
        """Take the lock at once.

        Raises:
            RecordError: somebody else has it.
            OSError: the lock file cannot be made.
        """
        directory = directory.resolve()
        refusal = RecordError(
            f"another run writes to {directory}: wait for it or use another --out"
        )
        with _held_guard:
            if directory in _held:
                raise refusal
            descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(descriptor)
                if isinstance(error, BlockingIOError | PermissionError):
                    raise refusal from error
                raise
            _held.add(directory)
        return cls(directory, descriptor)

    def release(self) -> None:
        """Give the lock back; the file stays."""
        with _held_guard:
            os.close(self._descriptor)
            _held.discard(self._directory)


def lock_holder(directory: Path) -> int | None:
    """The process that writes to a directory; None if there is none, or nobody can tell.

    Nothing is locked for it. 0 stands for a process of another container.
    """
    with _held_guard:
        if directory.resolve() in _held:  # opening the file here and closing it would unlock it
            return os.getpid()
        if not sys.platform.startswith("linux"):
            return None
        try:
            descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, *_, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
        except OSError:
            return None
        finally:
            os.close(descriptor)
    return None if kind == fcntl.F_UNLCK else int(pid)


def check_settings(directory: Path, settings: Mapping[str, Any], *, has_records: bool) -> None:
    """Write the settings beside the records, or compare them with those written before.

    Secrets are left out of both.

    Raises:
        ConfigError: the records were made with other settings (names the keys, never the values),
            or it is unknown with which.
        RecordError: the settings file is malformed.
        OSError: it cannot be read or written.
    """
    path = directory / CONFIG_FILE
    wanted = plain(settings)
    there = read_settings(directory)
    if there is not None:
        differing = list(_differing(there, wanted))
        if differing:
            raise ConfigError(
                f"{directory} was made with other settings ({', '.join(differing)} differ): use "
                f"another --out, or the settings in {path}"
            )
    elif has_records:
        raise ConfigError(f"{directory} holds records but no {CONFIG_FILE}: use another --out")
    else:
        _write_whole(path, json.dumps(wanted, indent=2, sort_keys=True) + "\n")


def read_settings(directory: Path) -> dict[str, Any] | None:
    """The settings kept beside the records, or None.

    Raises:
        RecordError: they are damaged.
        OSError: they cannot be read.
    """
    path = directory / CONFIG_FILE
    try:
        loaded = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is no JSON: {error}") from error
    if not isinstance(loaded, dict):
        raise RecordError(f"{path} holds no object")
    return loaded


def sync_directory(directory: Path) -> None:
    """Make the names of new files in `directory` survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _differing(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted names of the settings that are not the same."""
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differing(one, other, f"{prefix}{key}.")
        elif (key in old) != (key in new) or _text(one) != _text(other):
            yield prefix + key


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, sort_keys=True)


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
