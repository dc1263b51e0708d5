"""Attempts and problems as CSV."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.made_run import made_solutions, write_run
from tirkit.report import RunReport, attempts_csv, problems_csv
from tirkit.report.csv_text import Cell, safe

MADE = made_solutions(3, 6, words=10)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    return RunReport(write_run(tmp_path_factory.mktemp("run"), MADE))


def test_attempts_when_written_then_a_reader_gets_them_back(report: RunReport) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(attempts_csv(report)))))
    attempts = [one for solution in MADE for one in solution.trajectories]
    assert len(rows) == len(attempts) == 18
    for row, one in zip(rows, attempts, strict=True):
        assert row["attempt_id"] == one.attempt_id
        assert row["answer"] == ("" if one.answer is None else str(one.answer))
        assert int(row["sampled_tokens"]) == one.usage.sampled_tokens
        assert float(row["seconds"]) == pytest.approx(one.duration_seconds, rel=1e-4)
        assert row["correct"] in {"true", "false"} if one.answer else not row["correct"]


def test_problems_when_written_then_one_row_each(report: RunReport) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(problems_csv(report.summary())))))
    assert [row["problem"] for row in rows] == [one.problem.id for one in MADE]
    assert {row["settled"] for row in rows} == {"true"}


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("+3.5", "+3.5"),
        ("-1e9", "-1e9"),
        ("a\x1b[1m", "a␛[1m"),
        (float("nan"), "0"),
        (1_750_000_000.25, "1750000000.250"),
        (True, "true"),
        (None, ""),
        ("x" * 40_000, "x" * 32_000 + "…"),
    ],
)
def test_cell_when_it_looks_like_a_formula_then_it_is_text(cell: Cell, written: str) -> None:
    assert safe(cell) == written


def test_attempts_when_texts_are_hostile_then_each_stays_in_its_cell(tmp_path: Path) -> None:
    first = MADE[0]
    told = 'a","b\n=2+2\r\n'
    hostile = replace(first.trajectories[0], stop_detail=told, engine="=cmd()")
    made = replace(first, trajectories=(hostile, *first.trajectories[1:]))
    report = RunReport(write_run(tmp_path, [made]))
    rows = list(csv.DictReader(io.StringIO("".join(attempts_csv(report)), newline="")))
    assert len(rows) == 6
    assert rows[0]["engine"] == "'=cmd()"
    assert rows[0]["stop_detail"].startswith('a","b\n=2+2')
