"""Runs the code of recorded attempts again and holds the outputs against the recorded ones."""

from tirkit.bench.rerun.compare import Compared, TraceCompare, compare
from tirkit.bench.rerun.difference import Difference, Group
from tirkit.bench.rerun.file import RerunFile, rerun_row
from tirkit.bench.rerun.forms import FORMS, TraceForm
from tirkit.bench.rerun.read import read_traces
from tirkit.bench.rerun.run import RerunCell, RerunSettings, RerunTrace, rerun, rerun_trace
from tirkit.bench.rerun.summary import Example, RerunSummary
from tirkit.bench.rerun.traces import Ended, RecordedCell, RecordedTrace

__all__ = (
    "FORMS",
    "Compared",
    "Difference",
    "Ended",
    "Example",
    "Group",
    "RecordedCell",
    "RecordedTrace",
    "RerunCell",
    "RerunFile",
    "RerunSettings",
    "RerunSummary",
    "RerunTrace",
    "TraceCompare",
    "TraceForm",
    "compare",
    "read_traces",
    "rerun",
    "rerun_row",
    "rerun_trace",
)
