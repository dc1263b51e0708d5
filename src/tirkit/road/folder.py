"""The files of the road: each stage's rows, there whole or not at all, with what they came from."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from tirkit.bench.jsonl import parse_object, read_lines
from tirkit.errors import ConfigError, RecordError
from tirkit.records.folder import sync_directory
from tirkit.road.rows import Outcome, Row


@dataclass(slots=True)
class StageCounts:
    """What became of the rows of a stage.

    Attributes:
        name: of the stage.
        read: rows that came in; of the first stage what its files hold.
        rows: that go on.
        dropped: what was left out, by reason.
        refused: replies of the model that had to be asked for again, by reason.
        already_there: whether the stage was done before.
    """

    name: str
    read: int = 0
    rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    already_there: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As the files hold it."""
        return {
            "name": self.name,
            "read": self.read,
            "rows": self.rows,
            "dropped": dict(self.dropped.most_common()),
            "refused": dict(self.refused.most_common()),
        }


class FileRows:
    """The rows of a stage that is done, read anew each time.

    Args:
        path: of the file; None stands for no rows.
        count: how many there are.
    """

    def __init__(self, path: Path | None, count: int = 0) -> None:
        self._path = path
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        if self._path is not None:
            for line in read_lines(self._path):
                yield parse_object(line.data)


@dataclass(frozen=True, slots=True)
class StageFiles:
    """The files of one stage.

    Attributes:
        folder: of the road.
        label: number and name of the stage.
    """

    folder: Path
    label: str

    @property
    def rows(self) -> Path:
        """What goes on."""
        return self.folder / f"{self.label}.jsonl"

    @property
    def left_out(self) -> Path:
        """What was left out, a row each with its reason."""
        return self.folder / f"{self.label}.dropped.jsonl"

    @property
    def marker(self) -> Path:
        """Says that the stage is done, from what, and with which counts."""
        return self.folder / f"{self.label}.json"

    def done(self, key: str, name: str) -> StageCounts | None:
        """The counts, if the stage was done from the same rows with the same settings.

        Raises:
            ConfigError: its rows were changed since.
            RecordError: a file is damaged or cannot be read.
        """
        try:
            told = json.loads(self.marker.read_bytes())
            if told["key"] != key:
                return None
            counts = StageCounts(
                name,
                int(told["counts"]["read"]),
                int(told["counts"]["rows"]),
                Counter(told["counts"]["dropped"]),
                Counter(told["counts"]["refused"]),
                already_there=True,
            )
            digest = told["sha256"]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"cannot read {self.marker}: {error.strerror or error}") from error
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise RecordError(f"{self.marker} is damaged: remove it") from error
        if not self.rows.is_file() or file_digest(self.rows) != digest:
            raise ConfigError(
                f"{self.rows} was changed since it was written: remove {self.marker.name} to have "
                "it made again"
            )
        return counts

    def write(self, key: str, name: str, outcomes: Iterable[Outcome]) -> StageCounts:
        """Write the rows of a stage and what was left out, then the marker.

        Raises:
            RecordError: they cannot be written.
        """
        counts = StageCounts(name)
        with disk_faults(self.rows):
            self.marker.unlink(missing_ok=True)
            with _whole(self.rows) as rows, _whole(self.left_out) as left_out:
                for outcome in outcomes:
                    counts.read += 1
                    for row in outcome.rows:
                        rows.write(_line(row))
                    for one in outcome.dropped:
                        left_out.write(_line({"id": one.id, "why": one.why, "detail": one.detail}))
                    counts.rows += len(outcome.rows)
                    counts.dropped.update(one.why for one in outcome.dropped)
                    counts.refused.update(outcome.refused)
            told = {"key": key, "sha256": file_digest(self.rows), "counts": counts.as_dict()}
            write_json(self.marker, told)
        return counts


def write_json(path: Path, tree: dict[str, Any]) -> None:
    """Write a small file so that it is there whole or not at all.

    Raises:
        RecordError: it cannot be written.
    """
    with disk_faults(path), _whole(path) as file:
        file.write((json.dumps(tree, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Tell faults of the disk as one clear error."""
    try:
        yield
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name once it is written to its end."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_directory(path.parent)


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
