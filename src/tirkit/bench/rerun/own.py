"""Traces of tirkit's own records."""

from collections.abc import Iterator
from pathlib import Path

from tirkit.bench.jsonl import Line
from tirkit.bench.rerun.error_text import raised_line
from tirkit.bench.rerun.traces import Ended, RecordedCell, RecordedTrace
from tirkit.records import RecordedRun
from tirkit.records.schema import AttemptRow, decode_row
from tirkit.types import CodeResult, CodeStatus, Trajectory

NAME = "tirkit"
"""How the form of tirkit's own rows is called."""

_ENDED = {
    CodeStatus.OK: Ended.OK,
    CodeStatus.ERROR: Ended.ERROR,
    CodeStatus.TIMED_OUT: Ended.TIMED_OUT,
    CodeStatus.DIED: Ended.DIED,
}


def run_traces(directory: Path) -> Iterator[RecordedTrace]:
    """The traces of a directory of records, one attempt in memory at a time.

    Raises:
        RecordError: there are no records, or they are damaged.
    """
    run = RecordedRun(directory)
    for content_hash, attempts in run.attempts.items():
        for index in attempts:
            yield trace_of(run.trajectory(content_hash, index))


def row_traces(line: Line) -> Iterator[RecordedTrace]:
    """The trace of one line of a file of records; none of a row that is no attempt.

    Raises:
        ValueError: it is no row of tirkit.
    """
    row = decode_row(line.data)
    if isinstance(row, AttemptRow):
        yield trace_of(row.trajectory(), line)


def trace_of(trajectory: Trajectory, line: Line | None = None) -> RecordedTrace:
    """The cells of a trajectory."""
    cells = (_cell(turn.code, turn.result) for turn in trajectory.turns if turn.code is not None)
    number, end = (line.number, line.end) if line is not None else (0, 0)
    return RecordedTrace(
        trajectory.problem_id,
        trajectory.index,
        NAME,
        tuple(cells),
        trajectory.attempt_id,
        number,
        end,
    )


def _cell(code: str, result: CodeResult | None) -> RecordedCell:
    if result is None:
        return RecordedCell(code)
    error = raised_line(result.error) if result.error else None
    return RecordedCell(code, output_of(result).strip(), error, _ENDED[result.status])


def output_of(result: CodeResult) -> str:
    """Standard output, the value on a line of its own, then standard error."""
    texts = (result.stdout, result.value or "", result.stderr)
    return "\n".join(text.strip("\n") for text in texts if text.strip())
