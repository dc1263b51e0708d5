"""Holds what a cell gives now against what it gave when it was recorded."""

from dataclasses import dataclass, replace

from tirkit.bench.rerun.alike import alike
from tirkit.bench.rerun.difference import Difference, Group
from tirkit.bench.rerun.error_text import raised_line, split_error
from tirkit.bench.rerun.own import output_of
from tirkit.bench.rerun.traces import Ended, RecordedCell
from tirkit.types import CodeResult, CodeStatus

_MISSING = {"ImportError", "ModuleNotFoundError"}
_DENIED = {
    "BlockingIOError",
    "BrokenProcessPool",
    "ConnectionError",
    "ConnectionRefusedError",
    "MemoryError",
    "OSError",
    "PermissionError",
    "URLError",
    "gaierror",
}
_SYNTAX = {"IndentationError", "SyntaxError", "TabError"}


@dataclass(frozen=True, slots=True)
class Compared:
    """How a cell's new output stands to the recorded one.

    Attributes:
        difference: the class.
        detail: the exception or what else tells the case, or "".
    """

    difference: Difference
    detail: str = ""


@dataclass(slots=True)
class TraceCompare:
    """Compares the cells of one trace in order; it minds what earlier cells did."""

    _differed: bool = False
    _lost: bool = False

    def cell(self, cell: RecordedCell, result: CodeResult) -> Compared:
        """How the next cell compares."""
        self._lost = self._lost or result.state_lost
        found = compare(cell, result)
        if found.difference in {Difference.NOW_FAILS, Difference.OTHER_ERROR}:
            if self._lost:
                found = Compared(Difference.STATE_LOST, found.detail)
            elif self._differed:
                found = Compared(Difference.FOLLOWS, found.detail)
        self._differed = self._differed or found.difference.group is Group.DIFFERS
        return found


def compare(cell: RecordedCell, result: CodeResult) -> Compared:
    """How one cell compares, whatever stood before it."""
    line = raised_line(result.error) if result.error else ""
    if cell.output is None and cell.error is None:
        return _unrecorded(line)
    if result.status is CodeStatus.DIED:
        same = cell.ended is Ended.DIED
        return Compared(Difference.SAME_ERROR if same else Difference.DIED)
    if result.status is CodeStatus.TIMED_OUT:
        same = cell.ended is Ended.TIMED_OUT
        return Compared(Difference.BOTH_TIMED_OUT if same else Difference.NEW_TIMEOUT)
    if result.ok:
        return _ran(cell, result)
    return _raised(cell, result, line)


def _unrecorded(line: str) -> Compared:
    if split_error(line)[0] in _SYNTAX:
        return Compared(Difference.NO_SYNTAX, line)
    return Compared(Difference.NOT_RECORDED, line)


def _ran(cell: RecordedCell, result: CodeResult) -> Compared:
    found = _of_outputs(cell.output or "", result)
    if found is not None and _is_told_in_output(cell):
        return Compared(found)
    if cell.ended is Ended.TIMED_OUT:
        return Compared(Difference.RECORDED_TIMEOUT)
    if cell.ended in {Ended.ERROR, Ended.DIED}:
        return Compared(Difference.NOW_WORKS, cell.error or "")
    return Compared(Difference.OUTPUT)


def _is_told_in_output(cell: RecordedCell) -> bool:
    """Whether an error is known from the output alone: then the code may have printed it."""
    return cell.ended in {Ended.OK, Ended.ERROR} and (cell.error or "") in (cell.output or "")


def _of_outputs(recorded: str, result: CodeResult) -> Difference | None:
    """How two outputs compare: with standard error or without, or by the value alone."""
    whole = output_of(result)
    if not whole and recorded in _SILENT:
        return Difference.SAME
    found = alike(recorded, whole)
    if found is Difference.SAME:
        return found
    if result.stderr.strip() and alike(recorded, output_of(replace(result, stderr=""))):
        return Difference.WARNINGS
    if found is None and result.value and alike(recorded, result.value):
        return Difference.VALUE
    return found


_SILENT = {
    "",
    "Done",
    "None",
    "Script executed successfully (no output)",
    "[the code ran and printed nothing; use print() to see a value]",
}
"""What is shown where the code printed nothing: by NeMo-Skills, ToRA, verl-tool and tirkit."""


def _raised(cell: RecordedCell, result: CodeResult, line: str) -> Compared:
    if cell.ended is Ended.TIMED_OUT:
        return Compared(Difference.RECORDED_TIMEOUT, line)
    new_name, new_text = split_error(line)
    # An exception of the code's own may have any name: without one the last line may be it.
    name, text = split_error(cell.error or (cell.output or "").rpartition("\n")[2])
    if name and name == new_name:
        if not _is_told_in_output(cell) and not _of_outputs(cell.output or "", result):
            return Compared(Difference.OUTPUT, line)
        same = " ".join(text.split()) == " ".join(new_text.split())
        return Compared(Difference.SAME_ERROR if same else Difference.ERROR_TEXT, line)
    if cell.ended is Ended.ERROR and not cell.error and new_name in (cell.output or ""):
        return Compared(Difference.ERROR_TEXT, line)
    return Compared(_cause(new_name, recorded_error=cell.ended is Ended.ERROR), line)


def _cause(name: str, *, recorded_error: bool) -> Difference:
    """Why a cell raises what is not recorded, as far as the exception tells."""
    if name in _MISSING:
        return Difference.MISSING_MODULE
    if name in _DENIED:
        return Difference.FORBIDDEN
    return Difference.OTHER_ERROR if recorded_error else Difference.NOW_FAILS
