"""Reads recorded traces from a file or from a directory of records, one at a time."""

from collections.abc import Iterator
from pathlib import Path

from tirkit.bench.jsonl import Line, parse_object, read_lines
from tirkit.bench.rerun.forms import form_of, row_name
from tirkit.bench.rerun.own import row_traces, run_traces
from tirkit.bench.rerun.traces import RecordedTrace
from tirkit.errors import ConfigError, RecordError

_RUN_FILE = "records.jsonl"
"""Of this name, the file is read with what stands beside it in its folder."""

_OWN_TYPES = {"run", "attempt", "solution"}


def read_traces(path: Path) -> Iterator[RecordedTrace]:
    """The traces of a JSONL file or of a directory of records, in their order.

    Blocks: iterate in a worker thread where a loop runs. Only one row is held at a time.

    Raises:
        ConfigError: it cannot be read, holds no row, or a line is malformed or of no known form;
            names the file and the line.
    """
    empty = True
    try:
        for trace in _run_or_file(path):
            empty = False
            yield trace
    except RecordError as error:
        raise ConfigError(str(error)) from error
    if empty:
        raise ConfigError(f"{path} holds no recorded attempt: give a JSONL file, one object a line")


def _run_or_file(path: Path) -> Iterator[RecordedTrace]:
    if path.is_dir():
        return run_traces(path)
    return run_traces(path.parent) if path.name == _RUN_FILE else _file_traces(path)


def _file_traces(path: Path) -> Iterator[RecordedTrace]:
    own = False
    for line in read_lines(path):
        try:
            row = parse_object(line.data)
            own = own or (row.get("type") in _OWN_TYPES and "version" in row)
            traces = list(row_traces(line)) if own else _foreign(row, line)
        except (ConfigError, ValueError) as error:
            if own and not line.is_whole:  # the run that writes it was killed, or goes on
                continue
            raise ConfigError(f"{path}, line {line.number}: {error}") from error
        yield from traces


def _foreign(row: dict[str, object], line: Line) -> list[RecordedTrace]:
    form = form_of(row)
    name = row_name(row, line.number)
    return [
        RecordedTrace(name, attempt, form.name, cells, line=line.number, read_bytes=line.end)
        for attempt, cells in enumerate(form.read(row))
    ]
