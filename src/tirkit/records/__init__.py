"""Append-only records of a run: whole attempts and settled problems, resumable."""

from tirkit.records.check import check_texts, check_trajectory
from tirkit.records.entries import AttemptEntry, ProblemEntry
from tirkit.records.header import RunRow
from tirkit.records.machine import Machine
from tirkit.records.reader import Resumed, read_any, read_records
from tirkit.records.run import RecordedRun
from tirkit.records.schema import AttemptRow, SolutionRow, solution_row
from tirkit.records.writer import RecordWriter

__all__ = (
    "AttemptEntry",
    "AttemptRow",
    "Machine",
    "ProblemEntry",
    "RecordWriter",
    "RecordedRun",
    "Resumed",
    "RunRow",
    "SolutionRow",
    "check_texts",
    "check_trajectory",
    "read_any",
    "read_records",
    "solution_row",
)
