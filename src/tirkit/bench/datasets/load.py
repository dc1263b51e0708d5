"""Reads problems from a file, a folder, the Hub, or a set known by name."""

import difflib
import os
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import chain
from pathlib import Path

from tirkit.bench.datasets.fields import Fields
from tirkit.bench.datasets.files import READERS, file_rows
from tirkit.bench.datasets.hub import PREFIX, folder_rows, hub_rows
from tirkit.bench.datasets.named import NamedDataset, dataset_names, named_dataset
from tirkit.bench.datasets.rows import Reading, Row, read_problems
from tirkit.errors import ConfigError
from tirkit.types import AnswerDomain, Problem

FOLDER_VARIABLE = "TIRKIT_DATASETS"
"""The folder with copies of named sets: NAME.jsonl, NAME.csv, …, or a folder NAME."""
KAGGLE_INPUT = Path("/kaggle/input")
"""Where Kaggle shows the files of a competition."""


def load_problems(
    source: str | Path,
    *,
    fields: Mapping[str, str] | None = None,
    domain: AnswerDomain | None = None,
    split: str | None = None,
    limit: int | None = None,
) -> list[Problem]:
    """Read problems, in the order of their source.

    A row holds its question under `problem`, `question` or `prompt`, optionally its reference
    under `answer` or `expected_answer` and an `id`; its other fields become the metadata.

    Args:
        source: a name from `dataset_names`; `hf:owner/name[:config][@revision]`; a file whose
            name ends in .jsonl, .json, .csv, .tsv or .parquet (text also with .gz); or a folder
            that Hugging Face `datasets` has written. A `Path` is never taken for a name.
        fields: our names (question, answer, id, domain) to the columns of the source; every row
            must have them.
        domain: which answers are admissible, for every problem; None takes what the named set
            says, and else admits any.
        split: of a set on the Hub or of a folder; None takes the only one, or the named set's.
        limit: read no more problems than this.

    Raises:
        ConfigError: the source cannot be found, reached or read, holds no problem, or a row is
            malformed, without a question or, in a file or folder, there twice (by id, or by
            question; of a published set the first is taken). Names the source and the row.
        MissingExtra: Parquet, folders and the Hub need the extra `datasets`.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"a limit of {limit} problems: read 1 or more, or leave it out")
    if isinstance(source, str):
        known = named_dataset(source)
        if known is not None:
            return _load_named(known, Reading(known.fields.mapped(fields), domain, limit), split)
        if source.startswith(PREFIX):
            reading = Reading(Fields().mapped(fields), domain, limit, once=True)
            return read_problems(hub_rows(source, split), reading, source)
        _check_is_path(source)
    path = Path(source)
    return read_problems(
        _path_rows(path, split), Reading(Fields().mapped(fields), domain, limit), str(path)
    )


def _path_rows(path: Path, split: str | None) -> Iterator[Row]:
    if path.is_dir():
        return folder_rows(path, split)
    if split is not None:
        raise ConfigError(f"{path} is a file, which has no split {split!r}: leave it out")
    return file_rows(path)


def _check_is_path(source: str) -> None:
    """Tell a name that is not known from a file that is not there."""
    path = Path(source)
    if not source or (len(path.parts) == 1 and not path.suffix and not path.exists()):
        near = difflib.get_close_matches(source, dataset_names(), n=3, cutoff=0.6)
        guess = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ConfigError(
            f"dataset {source[:80]!r} is neither known nor a file: use one of "
            f"{', '.join(dataset_names())}, hf:owner/name, or a file{guess}"
        )


def _load_named(known: NamedDataset, plain: Reading, split: str | None) -> list[Problem]:
    reading = Reading(
        plain.fields,
        plain.domain or known.domain,
        plain.limit,
        name=known.name,
        once=True,
        read_answer=known.read_answer,
    )
    local = _local_copy(known) if split in {None, known.split} else None
    if local is not None:
        return read_problems(_path_rows(local, None), reading, str(local))
    if known.packaged:
        with resources.as_file(resources.files(__package__) / "data" / known.packaged) as path:
            return read_problems(_path_rows(path, split), reading, known.name)
    if not known.sources:
        raise ConfigError(
            f"dataset {known.name} is not published on the Hub: get {known.kaggle} from Kaggle "
            f"({known.url}) and name the file, or put it as {known.name}.csv into the folder "
            f"{FOLDER_VARIABLE} names"
        )
    rows = chain.from_iterable(hub_rows(name, split or known.split) for name in known.sources)
    try:
        return read_problems(rows, reading, known.name)
    except ConfigError as error:
        raise ConfigError(
            f"{error}; or put {known.name}.jsonl, .csv or .parquet into the folder "
            f"{FOLDER_VARIABLE} names"
        ) from error


def _local_copy(known: NamedDataset) -> Path | None:
    """The copy of a named set in the folder somebody has named, or where Kaggle shows it."""
    told = os.environ.get(FOLDER_VARIABLE, "")
    if told:
        folder = Path(told)
        if not folder.is_dir():
            raise ConfigError(f"{FOLDER_VARIABLE} names {folder}, which is no folder")
        endings = [*READERS, *(f"{ending}.gz" for ending in READERS if ending != ".parquet"), ""]
        for ending in endings:
            path = folder / f"{known.name}{ending}"
            if path.exists():
                return path
    shown = KAGGLE_INPUT / known.kaggle
    return shown if known.kaggle and shown.is_file() else None
