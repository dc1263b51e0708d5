"""The door to Hugging Face `datasets`: names on the Hub, and folders it has written."""

import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tirkit.bench.datasets.parquet import BATCH_ROWS, batch_rows, optional
from tirkit.bench.datasets.rows import Row
from tirkit.errors import ConfigError

PREFIX = "hf:"
PROBE_SECONDS = 5.0
"""How long the Hub may take to accept a connection. The client itself tries for half a minute."""

_NAME = re.compile(
    r"hf:(?P<repo>[\w.-]+/[\w.-]+)(?::(?P<config>[\w.-]+))?(?:@(?P<revision>[\w.][\w./-]*))?"
)
_REMEDY = (
    "Load it once with a network, and its copy in the cache is used from then on (HF_HUB_OFFLINE=1 "
    "asks for nothing else), or give a file or a folder"
)


def hub_rows(name: str, split: str | None = None) -> Iterator[Row]:
    """The rows of `hf:owner/name[:config][@revision]`, as data: no code of a set is ever run.

    Args:
        name: the set.
        split: which of its splits; None takes the only one.

    Raises:
        ConfigError: the name is malformed, the Hub cannot be reached and the cache does not hold
            the set, or there is no such set, config or split.
        MissingExtra: `datasets` is not installed.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ConfigError(f"dataset {name!r}: write hf:owner/name[:config][@revision]")
    datasets = optional("datasets")
    unreachable = "" if datasets.config.HF_HUB_OFFLINE else _unreachable(datasets)
    offline = bool(unreachable) or datasets.config.HF_HUB_OFFLINE
    try:
        with _quiet(datasets), _offline(datasets, offline=offline):
            # With the prefix a folder of that name in the working directory is never taken.
            found = datasets.load_dataset(
                f"hf://datasets/{match['repo']}",
                match["config"],
                split=split,
                revision=match["revision"],
            )
    except Exception as error:  # what goes wrong in there is told in one line
        raise ConfigError(
            f"dataset {name} could not be loaded: {_why(error, unreachable)}. {_REMEDY}"
        ) from error
    if offline and match["revision"]:
        _check_revision(found, match["revision"], name)
    return _dataset_rows(found, split, name)


def _check_revision(found: Any, revision: str, name: str) -> None:  # noqa: ANN401 - of datasets
    """The cache is asked by name alone and gives its latest copy, of whatever revision."""
    parts = found.values() if hasattr(found, "keys") else [found]
    files = [file["filename"] for part in parts for file in part.cache_files]
    if not all(revision in Path(file).parts for file in files):
        raise ConfigError(
            f"dataset {name}: the Hub is not to be reached, and the cache cannot show that its "
            "copy is of this revision: leave it out to take that copy"
        )


def folder_rows(path: Path, split: str | None = None) -> Iterator[Row]:
    """The rows of a folder: what `save_to_disk` wrote, or data files as on the Hub.

    Raises:
        ConfigError: it holds no data, is damaged, or there is no such split.
        MissingExtra: `datasets` is not installed.
    """
    saved = any((path / name).is_file() for name in ("state.json", "dataset_dict.json"))
    datasets = optional("datasets")
    try:
        with _quiet(datasets), _offline(datasets, offline=True):
            if saved:
                found = datasets.load_from_disk(str(path))
            else:
                found = datasets.load_dataset(str(path.absolute()), split=split)
    except Exception as error:  # what goes wrong in there is told in one line
        raise ConfigError(
            f"cannot read {path}: Is a directory, and not one with a dataset: {_line(error)}"
        ) from error
    return _dataset_rows(_of_split(found, split, str(path)) if saved else found, split, str(path))


def _dataset_rows(found: Any, split: str | None, source: str) -> Iterator[Row]:  # noqa: ANN401
    """Rows of a Dataset; of a DatasetDict its only split."""
    if hasattr(found, "keys"):
        found = _of_split(found, split, source)
    # As Arrow, pictures and sound stay bytes: nothing is decoded, and no decoder is needed.
    tables = found.with_format("arrow").iter(batch_size=BATCH_ROWS)
    return batch_rows(tables, source)


def _of_split(found: Any, split: str | None, source: str) -> Any:  # noqa: ANN401 - of datasets
    if not hasattr(found, "keys"):
        if split is not None:
            raise ConfigError(f"{source} has no splits: leave out {split!r}")
        return found
    names = list(found.keys())
    if split is None and len(names) == 1:
        return found[names[0]]
    if split not in names:
        asked = "name one of them" if split is None else f"{split!r} is none of them"
        raise ConfigError(f"{source} has the splits {', '.join(names)}: {asked}")
    return found[split]


@contextmanager
def _offline(datasets: Any, *, offline: bool) -> Iterator[None]:  # noqa: ANN401 - a module
    """Keep `datasets` from the network, where it would try again and again."""
    before = datasets.config.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = before or offline
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE = before


@contextmanager
def _quiet(datasets: Any) -> Iterator[None]:  # noqa: ANN401 - a module
    """Keep the progress bars and warnings of `datasets` from the terminal: its errors are told."""
    shown, level = not datasets.are_progress_bars_disabled(), datasets.logging.get_verbosity()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        datasets.logging.set_verbosity(level)
        if shown:
            datasets.enable_progress_bars()


def _unreachable(datasets: Any) -> str:  # noqa: ANN401 - a module
    """Why the Hub, or the proxy before it, accepts no connection; "" if it does."""
    endpoint = urlsplit(datasets.config.HF_ENDPOINT)
    host = endpoint.hostname or ""
    proxy = getproxies().get(endpoint.scheme)
    if proxy and not proxy_bypass(host):
        endpoint = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        host = endpoint.hostname or ""
    port = endpoint.port or (443 if endpoint.scheme == "https" else 80)
    told = [f"{host} does not answer in {PROBE_SECONDS:.0f} s"]

    def connect() -> None:
        try:
            socket.create_connection((host, port), PROBE_SECONDS).close()
            told[0] = ""
        except OSError as error:
            told[0] = f"cannot reach {host} ({error.strerror or error})"

    # Looking a name up has no deadline of its own: a thread that hangs in it is left behind.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return told[0]


def _why(error: Exception, unreachable: str) -> str:
    if isinstance(error, ConnectionError):  # told also when only the cache was looked into
        return f"{unreachable or 'HF_HUB_OFFLINE is set'}, and the cache does not hold it"
    return f"{unreachable}; of the cache: {_line(error)}" if unreachable else _line(error)


def _line(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return (first or type(error).__name__)[:300].rstrip(".")
