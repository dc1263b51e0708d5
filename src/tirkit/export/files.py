"""The folder of an export: there whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tirkit.errors import ConfigError, RecordError
from tirkit.records.folder import LOCK_FILE, DirectoryLock, sync_directory

MANIFEST = "export.json"


class ExportFolder:
    """The folder of an export while it is written; a context manager.

    Everything goes to `.NAME.partial` beside it, which becomes the folder at the end. What a
    process that was killed has left there is written anew.

    Args:
        folder: the export's; absent or empty.

    Raises:
        ConfigError: it cannot be made.
        RecordError: somebody else writes the same export.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self.partial = self._folder.with_name(f".{self._folder.name}.partial")

    def __enter__(self) -> Self:
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock.acquire(self.partial)
            try:
                for old in self.partial.iterdir():
                    if old.name != LOCK_FILE:
                        old.unlink()
            except OSError:
                self._lock.release()
                raise
        except OSError as error:
            raise ConfigError(
                f"cannot write {self._folder}: {error.strerror or error}: use another --out"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
        shutil.rmtree(self.partial, ignore_errors=True)  # not there any more once it is finished

    def write(self, name: str, tree: Mapping[str, Any]) -> None:
        """Write a small JSON file.

        Raises:
            RecordError: it cannot be written.
        """
        text = json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        with disk_faults(self._folder), (self.partial / name).open("wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Give the folder its name.

        Raises:
            RecordError: it cannot be done.
        """
        with disk_faults(self._folder):
            (self.partial / LOCK_FILE).unlink()
            sync_directory(self.partial)
            self.partial.rename(self._folder)
            sync_directory(self._folder.parent)


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Tell faults of the disk as one clear error.

    Raises:
        RecordError: instead of an `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror or error}") from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of an export that is there; None where there is nothing.

    Raises:
        ConfigError: the folder holds something else.
    """
    refusal = ConfigError(f"{folder} holds something else than an export: use another --out")
    try:
        if not folder.exists() or not any(folder.iterdir()):
            return None
        tree = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise refusal from error
    if not isinstance(tree, dict) or not isinstance(tree.get("made"), dict):
        raise refusal
    return tree
