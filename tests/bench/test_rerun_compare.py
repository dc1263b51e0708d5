"""Each way in which a new output may differ from the recorded one has its class."""

from typing import Any

import pytest

from tirkit.bench.rerun import (
    Compared,
    Difference,
    Ended,
    Group,
    RecordedCell,
    TraceCompare,
    compare,
)
from tirkit.bench.rerun.alike import alike
from tirkit.bench.rerun.error_text import read_shown
from tirkit.types import CodeResult, CodeStatus

MARK = "\n... [5000 characters cut] ...\n"
LONG = "".join(f"{number} " for number in range(2000))

TEXTS: dict[str, tuple[str, str, Difference | None]] = {
    "equal": ("18", "18\n", Difference.SAME),
    "empty": ("", "\n", Difference.SAME),
    "lines": ("1\n\n2", "1 2", Difference.SPACE),
    "matrix": ("[[1 2]\n [3 4]]", "[[1 2]\n[3  4]]", Difference.SPACE),
    "numpy scalar": ("(1.5, 3)", "(np.float64(1.5), np.int64(3))", Difference.REPR),
    "numpy words": ("[True, nan]", "[np.True_, np.nan]", Difference.REPR),
    "numpy text": ("['a (b']", "[np.str_('a (b')]", Difference.REPR),
    "address": ("<f at 0x7f00aa00aa00>", "<f at 0x55d2bb00bb11>", Difference.REPR),
    "set": ("{3, 1, 2}", "{1, 2, 3}", Difference.ORDER),
    "dictionary": ("{b: 2, a: (1, 2)}", "{a: (1, 2), b: 2}", Difference.ORDER),
    "nested set": ("[{2, 1}, {x: {4, 3}}]", "[{1, 2}, {x: {3, 4}}]", Difference.ORDER),
    "list": ("[3, 1, 2]", "[1, 2, 3]", None),
    "other set": ("{1, 2}", "{1, 3}", None),
    "deep braces": ("{" * 5000 + "1" + "}" * 5000, "{" * 5000 + "2" + "}" * 5000, None),
    "last digit": ("0.30000000000000004", "0.3", Difference.NUMBERS),
    "whole float": ("x = 3", "x = 3.0", Difference.NUMBERS),
    "exponent": ("1e-05", "1.0000000001e-05", Difference.NUMBERS),
    "signs": ("-1.0", "1.0", None),
    "other number": ("3.14", "3.15", None),
    "big integers": (str(10**30), str(10**30 + 1), None),
    "huge integers": ("7" * 5000, "7" * 4999 + "8", None),
    "overflow": ("1e999", "1e998", Difference.NUMBERS),
    "more numbers": ("1 2", "1 2 3", None),
    "names with digits": ("x1 = 2", "x2 = 2", None),
    "cut here": (LONG, LONG[:2000] + MARK + LONG[-2000:], Difference.CUT),
    "cut there": (LONG[:1000] + "<output cut>", LONG, Difference.CUT),
    "cut on both": (LONG[:1000] + "<output cut>", LONG[:500] + MARK + LONG[-9:], Difference.CUT),
    "cut otherwise": ("9" + LONG[:999] + "<output cut>", LONG, None),
    "cut by ToRA": (LONG[:200] + "..." + LONG.strip()[-200:], LONG, Difference.CUT),
    "cut by dots": (LONG[:300] + "...", LONG, Difference.CUT),
    "printed dots": ("1, 2, ...", "1, 2, 3", None),
    "only dots": ("...", "anything", None),
    "words": ("yes", "no", None),
    "control": ("\x1b[31mred", "red", None),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_when_compared_then_the_least_difference_is_told(name: str) -> None:
    recorded, new, difference = TEXTS[name]
    assert alike(recorded, new) is difference


def raises(error: str, **more: Any) -> CodeResult:
    trace = f"Traceback (most recent call last):\n  Cell, line 1\n    x\n{error}"
    return CodeResult(CodeStatus.ERROR, error=trace, **more)


def gives(stdout: str = "", **more: Any) -> CodeResult:
    return CodeResult(CodeStatus.OK, stdout=stdout, **more)


LATE = CodeResult(CodeStatus.TIMED_OUT)
DEAD = CodeResult(CodeStatus.DIED)
BY_ZERO = "ZeroDivisionError: division by zero"
NO_NAME = "NameError: name 'x' is not defined"
PLAIN = f"Traceback (most recent call last):\n  File <a>, line 1\n{BY_ZERO}"
OUT_OF_TIME = "Execution timed out after 10 seconds"

CELLS: dict[str, tuple[str | None, CodeResult, Difference]] = {
    "same": ("4", gives("4\n"), Difference.SAME),
    "value": ("a\n4", gives("a\n", value="4"), Difference.SAME),
    "value alone": ("4", gives("a\n", value="4"), Difference.VALUE),
    "silent": ("Done", gives(), Difference.SAME),
    "warned now": ("4", gives("4\n", stderr="old!"), Difference.WARNINGS),
    "warned both": ("4\nold!", gives("4\n", stderr="old!"), Difference.SAME),
    "other": ("4", gives("5\n"), Difference.OUTPUT),
    "printed error": (BY_ZERO, gives(BY_ZERO + "\n"), Difference.SAME),
    "same error": (BY_ZERO, raises(BY_ZERO), Difference.SAME_ERROR),
    "same traceback": (PLAIN, raises(BY_ZERO), Difference.SAME_ERROR),
    "library's error": ("Error: x", raises("a.b.Error: x"), Difference.SAME_ERROR),
    "error text": ("IndexError: a", raises("IndexError: b"), Difference.ERROR_TEXT),
    "line of syntax": (
        "SyntaxError: invalid syntax (<string>, line 3)",
        raises("SyntaxError: invalid syntax (cell, line 1)"),
        Difference.SAME_ERROR,
    ),
    "error in lines": ("E1Error: a", raises("E1Error: a\nb\n  c"), Difference.SAME_ERROR),
    "other error": (BY_ZERO, raises(NO_NAME), Difference.OTHER_ERROR),
    "now works": (PLAIN, gives("4\n"), Difference.NOW_WORKS),
    "now fails": ("4", raises(NO_NAME), Difference.NOW_FAILS),
    "missing": ("4", raises("ModuleNotFoundError: No module named 'x'"), Difference.MISSING_MODULE),
    "forbidden": ("4", raises("PermissionError: [Errno 1] no"), Difference.FORBIDDEN),
    "late both": (OUT_OF_TIME, LATE, Difference.BOTH_TIMED_OUT),
    "late then": ("Timeout Error", gives("4"), Difference.RECORDED_TIMEOUT),
    "late then, fails": ("Timed out", raises(NO_NAME), Difference.RECORDED_TIMEOUT),
    "late now": ("4", LATE, Difference.NEW_TIMEOUT),
    "interrupted then": ("KeyboardInterrupt: ", gives("4"), Difference.RECORDED_TIMEOUT),
    "dead": ("4", DEAD, Difference.DIED),
    "no output": (None, gives("4"), Difference.NOT_RECORDED),
    "no output, fails": (None, raises(NO_NAME), Difference.NOT_RECORDED),
    "no output, no syntax": (
        None,
        raises("IndentationError: unexpected indent (cell, line 2)"),
        Difference.NO_SYNTAX,
    ),
}


@pytest.mark.parametrize("name", CELLS)
def test_cell_when_compared_then_its_class_is_told(name: str) -> None:
    shown, result, difference = CELLS[name]
    cell = RecordedCell("x") if shown is None else read_shown("x", shown)
    assert compare(cell, result).difference is difference


def test_recorded_status_when_it_is_known_then_equal_text_does_not_hide_it() -> None:
    cell = RecordedCell("x", "4", BY_ZERO, Ended.ERROR)
    assert compare(cell, gives("4\n")) == Compared(Difference.NOW_WORKS, BY_ZERO)
    assert compare(cell, raises(BY_ZERO, stdout="4\n")).difference is Difference.SAME_ERROR
    assert compare(cell, raises(BY_ZERO, stdout="5\n")).difference is Difference.OUTPUT
    dead = RecordedCell("x", "", None, Ended.DIED)
    assert compare(dead, DEAD).difference is Difference.SAME_ERROR
    assert compare(dead, gives()).difference is Difference.NOW_WORKS


def test_trace_when_a_cell_fails_behind_another_that_differs_then_it_follows() -> None:
    trace = TraceCompare()
    four = read_shown("x", "4")
    kinds = [trace.cell(four, result).difference for result in (gives("5"), raises(NO_NAME))]
    assert kinds == [Difference.OUTPUT, Difference.FOLLOWS]
    trace = TraceCompare()
    lost = CodeResult(CodeStatus.ERROR, error=NO_NAME, state_lost=True)
    kinds = [trace.cell(four, result).difference for result in (LATE, lost, gives("4"))]
    assert kinds == [Difference.NEW_TIMEOUT, Difference.STATE_LOST, Difference.SAME]


def test_classes_when_listed_then_each_has_a_group_and_a_meaning() -> None:
    assert {kind.group for kind in Difference} == set(Group)
    assert all(len(kind.meaning) > 10 for kind in Difference)
