"""`tirkit export`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from typer.testing import CliRunner

from tests.export.made_attempts import PROBLEM, attempt, code, last, write_run
from tests.own_loop import in_own_loop
from tirkit.cli.main import app
from tirkit.types import Problem

SAID = (code(), code("print(40 + 2)", before="Once more, to be sure of it.\n"), last())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    attempts = [attempt(), attempt(1, (last("41"),), answer="41"), attempt(2, SAID)]
    return in_own_loop(write_run, tmp_path / "run", [(PROBLEM, attempts)])


def tirkit(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["export", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("form", "rows"), [("sft", 2), ("preference", 1), ("rl", 3)])
def test_export_when_a_format_is_named_then_its_files_stand_in_the_folder(
    form: str, rows: int, run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    status, told, err = tirkit(run, "--format", form, "--out", out, "--parquet")
    assert status == 0, err
    assert f"{rows} rows of 3 attempts written" in told
    assert len((out / f"{form}.jsonl").read_text().splitlines()) == rows
    assert (out / f"{form}.parquet").exists()
    status, told, _ = tirkit(run, "--format", form, "--out", out, "--parquet")
    assert (status, "was there already" in told) == (0, True)


def test_export_when_json_is_asked_for_then_the_counts_are_told(run: Path, tmp_path: Path) -> None:
    status, told, err = tirkit(run, "-f", "sft", "-o", tmp_path / "out", "--json")
    assert status == 0, err
    counts = json.loads(told)
    assert (counts["rows"], counts["attempts_dropped"]) == (2, {"wrong": 1})
    assert counts["already_there"] is False


def test_export_when_no_row_is_left_then_it_fails_and_says_why(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    status, told, err = tirkit(run, "-f", "sft", "-o", out, "--filter", "openmath-tir")
    assert (status, told) == (1, "")
    assert "no row is left: attempts: 2 no_final_answer" in err
    assert not out.exists()
    status, told, err = tirkit(run, "-f", "sft", "-o", out, "--filter", "openmath-tir", "--json")
    assert (status, json.loads(told)["rows"]) == (1, 0)


def test_export_when_a_problem_stands_in_a_benchmark_then_it_is_named(tmp_path: Path) -> None:
    held = tmp_path / "held.jsonl"
    held.write_text(json.dumps({"problem": PROBLEM.text, "id": "h\x1b[31m1"}) + "\n")
    other = Problem("Which number comes before 43?", "p9", "42")
    solved = [(PROBLEM, [attempt()]), (other, [attempt(problem=other)])]
    run = in_own_loop(write_run, tmp_path / "run", solved)
    status, told, err = tirkit(run, "-f", "sft", "-o", tmp_path / "out", "--against", held)
    assert status == 0, err
    assert "1 problems left out: contaminated" in told
    assert "p1 stands in" in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name the runs, the --format and the --out folder"),
        (("RUN", "-f", "sft"), "name the runs"),
        (("nowhere", "-f", "sft", "-o", "OUT"), "no folder of a run"),
        (("RUN", "-f", "sft", "-o", "RUN"), "holds something else"),
        (("RUN", "-f", "sft", "-o", "OUT", "--filter", "shorter"), "is not for sft"),
        (("RUN", "-f", "sft", "-o", "OUT", "--filter", "best"), "is unknown for sft"),
        (("RUN", "-f", "rl", "-o", "OUT", "--no-ids"), "made of token ids"),
        (("RUN", "-f", "sft", "-o", "OUT", "--near", "7"), "a share of 7.0"),
        (("RUN", "-f", "sft", "-o", "OUT", "--no-jsonl"), "nothing to write"),
        (("RUN", "-f", "sft", "-o", "OUT", "--against", "no-such-set"), "neither known nor a file"),
        (("RUN", "-f", "sft", "-o", "OUT", "--engine", "magic:1"), "magic"),
    ],
)
def test_export_when_it_is_used_wrongly_then_it_says_so(
    words: tuple[str, ...], told: str, run: Path, tmp_path: Path
) -> None:
    known = {"RUN": str(run), "OUT": str(tmp_path / "out")}
    status, out, err = tirkit(*(known.get(word, word) for word in words))
    assert (status, out) == (2, "")
    assert told in err
    assert not (tmp_path / "out").exists()


def test_export_when_an_engine_decodes_then_texts_are_those_of_the_ids(tmp_path: Path) -> None:
    question = "What is 6 * 7?"
    turns = ["Hm.\n```python\nprint(6*7)\n```\n", "So it is \\boxed{42}."]
    words = tmp_path / "words.jsonl"
    words.write_text(json.dumps({"problem_id": "p1", "index": 0, "turns": turns}))
    file = tmp_path / "problems.jsonl"
    file.write_text(json.dumps({"id": "p1", "problem": question, "answer": "42"}))
    engine, run, out = f"replay:{words}", tmp_path / "run", tmp_path / "out"
    made = ["bench", str(file), "--engine", engine, "-n", "1", "--out", str(run), "--quiet"]
    assert CliRunner().invoke(app, made).exit_code == 0
    exported = (run, "-f", "sft", "-o", out, "--no-ids", "--engine", engine)
    status, _, err = tirkit(*exported)
    assert status == 0, err
    [row] = map(json.loads, (out / "sft.jsonl").read_text().splitlines())
    assert row["text"].startswith(turns[0])
    assert "42" in row["text"][len(turns[0]) : -len(turns[1])]
    assert turns[1] in row["text"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "tirkit.cli.export.check_texts", AsyncMock(return_value=["ids say something else"])
        )
        status, _, err = tirkit(*exported[:4], tmp_path / "other", *exported[5:])
    assert (status, "1 texts_differ" in err) == (1, True)


def test_export_when_filters_are_listed_then_each_has_its_source() -> None:
    status, told, _ = tirkit("--filters")
    assert status == 0
    assert "nemo-sft (rl, sft):" in told
    status, told, _ = tirkit("--filters", "--json")
    rows = json.loads(told)
    assert {"name", "formats", "tells", "source", "differs"} == set(rows[0])


@pytest.mark.slow
def test_export_when_it_is_interrupted_then_nothing_is_left(run: Path, tmp_path: Path) -> None:
    """It waits for a benchmark that a pipe never tells."""
    pipe = tmp_path / "held.jsonl"
    os.mkfifo(pipe)
    words = [
        "export", str(run), "-f", "sft", "-o", str(tmp_path / "out"), "--against", str(pipe)
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", "from tirkit.cli import main; main()", *words],
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        with pipe.open("w"):  # returns once the export reads it
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.jsonl", "run"]
