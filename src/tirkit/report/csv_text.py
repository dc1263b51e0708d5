"""The attempts or the problems of a run as CSV, for spreadsheets and data frames."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping

from tirkit.display.escape import visible
from tirkit.report.build.grading import right_or_unknown
from tirkit.report.build.numbers import finite, logprob
from tirkit.report.build.report import RunReport
from tirkit.report.build.source import RUNNING, Shown
from tirkit.report.payload import ProblemLine, Summary
from tirkit.types import CodeStatus, Trajectory

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.IGNORECASE)
_MOST_CHARS = 32_000
"""Of a cell; spreadsheets take 32,767."""

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

PROBLEM_COLUMNS = (
    *("problem", "reference", "answer", "correct", "settled", "attempts", "finished", "right"),
    *("silent", "tokens", "saved_tokens", "cells", "errors", "timeouts", "seconds"),
    *("confidence", "stop_reason", "text"),
)
ATTEMPT_COLUMNS = (
    *("problem", "settled", "attempt", "attempt_id", "seed", "engine", "dialect", "prompt"),
    *("answer", "reference", "correct", "stop_reason", "stop_detail", "turns", "prompt_tokens"),
    *("sampled_tokens", "given_tokens", "wasted_tokens", "cells", "errors", "timeouts", "deaths"),
    *("started_at", "seconds", "generate_seconds", "execute_seconds", "queue_seconds"),
    "mean_logprob",
)


def attempts_csv(report: RunReport) -> Iterator[str]:
    """One row per attempt, read problem by problem.

    Raises:
        RecordError: a row of the records is damaged.
    """
    rows = (row for shown in report.problems() for row in _attempt_rows(shown))
    return _lines(ATTEMPT_COLUMNS, rows)


def problems_csv(summary: Summary) -> Iterator[str]:
    """One row per problem."""
    return _lines(PROBLEM_COLUMNS, map(_problem_row, summary.problems))


def safe(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula.

    Text that begins like one gets an apostrophe before it, as OWASP advises; numbers stay numbers.
    Control characters are written out, line ends stay. None is empty, booleans are true and false.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        number = finite(cell)
        return f"{number:.6g}" if abs(number) < 1e6 else f"{number:.3f}"
    if isinstance(cell, int):
        return str(cell)
    text = cell if len(cell) <= _MOST_CHARS else f"{cell[:_MOST_CHARS]}…"
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{visible(text)}"
    return visible(text)


def _lines(columns: Iterable[str], rows: Iterable[Row]) -> Iterator[str]:
    names = tuple(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    for row in rows:
        writer.writerow([safe(row[name]) for name in names])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _problem_row(line: ProblemLine) -> Row:
    same = (name for name in PROBLEM_COLUMNS if name not in {"problem", "settled"})
    told: dict[str, Cell] = {name: getattr(line, name) for name in same}
    return {"problem": line.id, "settled": line.stop_reason != RUNNING, **told}


def _attempt_rows(shown: Shown) -> Iterator[Row]:
    problem = shown.solution.problem
    grader = shown.grader()
    for one in sorted(shown.solution.trajectories, key=lambda one: one.index):
        yield {
            "problem": problem.id,
            "settled": shown.settled,
            "attempt": one.index,
            "attempt_id": one.attempt_id,
            "seed": one.seed,
            "engine": one.engine,
            "dialect": one.dialect,
            "prompt": one.prompt,
            "answer": None if one.answer is None else one.answer.canonical,
            "reference": problem.answer,
            "correct": right_or_unknown(grader, one.answer),
            "stop_reason": str(one.stop_reason),
            "stop_detail": one.stop_detail,
            **_spent(one),
        }


def _spent(one: Trajectory) -> dict[str, Cell]:
    spent = one.spent
    results = [turn.result for turn in one.turns if turn.result is not None]
    ended = [result.status for result in results]
    return {
        "turns": len(one.turns),
        "prompt_tokens": spent.prompt_tokens,
        "sampled_tokens": spent.sampled_tokens,
        "given_tokens": spent.tool_tokens,
        "wasted_tokens": spent.wasted_tokens,
        "cells": spent.cells,
        "errors": ended.count(CodeStatus.ERROR),
        "timeouts": ended.count(CodeStatus.TIMED_OUT),
        "deaths": ended.count(CodeStatus.DIED),
        "started_at": one.started_at,
        "seconds": one.duration_seconds,
        "generate_seconds": spent.generate_seconds,
        "execute_seconds": spent.execute_seconds,
        "queue_seconds": sum(finite(result.queue_seconds) for result in results),
        "mean_logprob": logprob(one.mean_logprob),
    }
