"""Append-only records of a run: whole attempts and settled problems, resumable."""

from tirkit.records.check import check_texts, check_trajectory
from tirkit.records.reader import Resumed, read_any, read_records
from tirkit.records.run import AttemptEntry, ProblemEntry, RecordedRun
from tirkit.records.schema import AttemptRow, SolutionRow, solution_row
from tirkit.records.writer import RecordWriter

__all__ = (
    "AttemptEntry",
    "AttemptRow",
    "ProblemEntry",
    "RecordWriter",
    "RecordedRun",
    "Resumed",
    "SolutionRow",
    "check_texts",
    "check_trajectory",
    "read_any",
    "read_records",
    "solution_row",
)
