"""The door to pyarrow: rows of Parquet files and of Arrow tables, a few at a time."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tirkit.bench.datasets.rows import Row
from tirkit.errors import ConfigError, MissingExtra

BATCH_ROWS = 64
MAX_BATCH_BYTES = 1024**3
"""Most memory a batch of rows may take, in bytes: a cell that is repeated is tiny on disk."""


def optional(name: str) -> Any:  # noqa: ANN401 - a module
    """A module that the extra `datasets` brings.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtra(name.partition(".")[0], "datasets") from error


def parquet_rows(path: Path) -> Iterator[Row]:
    """The rows of a Parquet file.

    Raises:
        ConfigError: it cannot be read or is damaged, or a row group or batch is too large.
        MissingExtra: pyarrow is not installed.
    """
    arrow, parquet = optional("pyarrow"), optional("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                _check_size(file.metadata.row_group(group).total_byte_size, str(path))
            yield from batch_rows(file.iter_batches(batch_size=BATCH_ROWS), str(path))
    except (arrow.ArrowException, OSError, ValueError) as error:
        told = str(error).strip().partition("\n")[0][:300]
        raise ConfigError(f"{path} is no Parquet file that can be read: {told}") from error


def batch_rows(batches: Any, source: str) -> Iterator[Row]:  # noqa: ANN401 - batches or tables
    """The rows of Arrow batches, told by their number from 1."""
    number = 0
    for batch in batches:
        _check_size(batch.nbytes, source)
        for values in batch.to_pylist():
            number += 1
            yield Row(f"row {number}", values)


def _check_size(size_bytes: int, source: str) -> None:
    if size_bytes > MAX_BATCH_BYTES:
        raise ConfigError(
            f"{source} holds rows of {size_bytes} bytes together: at most {MAX_BATCH_BYTES} are "
            "read at once; drop the columns that are not needed"
        )
