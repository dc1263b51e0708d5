"""Append-only records of a run: whole attempts and settled problems, resumable."""

from tirkit.records.reader import Resumed, read_records
from tirkit.records.schema import AttemptRow, SolutionRow, solution_row
from tirkit.records.writer import RecordWriter

__all__ = (
    "AttemptRow",
    "RecordWriter",
    "Resumed",
    "SolutionRow",
    "read_records",
    "solution_row",
)
