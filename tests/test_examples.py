"""The examples run: the notebook in a kernel of its own, the scripts as processes."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def run(
    *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, **environment},
        check=False,
    )


async def test_notebook_when_executed_then_every_cell_works(tmp_path: Path) -> None:
    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    await client.async_execute()
    shown = json.dumps(notebook)
    assert "496" in shown
    assert "ProblemFinished" in shown


@pytest.mark.slow
def test_demo_when_run_then_problems_of_all_tiers_are_right_and_a_report_is_written(
    tmp_path: Path,
) -> None:
    shown = run(str(EXAMPLES / "demo.py"), cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    (told,) = re.findall(r"(\d+) of 12 right", shown.stdout)
    assert int(told) >= 8
    (page,) = (tmp_path / "runs").glob("demo-*/report.html")
    assert page.stat().st_size > 100_000


def test_embedding_when_run_then_both_requests_are_answered() -> None:
    shown = run(str(EXAMPLES / "embed.py"))
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.strip().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("71: 2 attempts agree on 71") for line in lines)


def test_aime_when_run_on_replayed_words_then_it_grades_them(
    tmp_path: Path, data_dir: Path
) -> None:
    rows = [json.loads(line) for line in (data_dir / "aime24.jsonl").read_text().splitlines()]
    written = tmp_path / "written.jsonl"
    right = {"aime24-0", "aime24-2"}
    answers = {row["id"]: row["answer"] if row["id"] in right else "1" for row in rows[:3]}
    attempts = [
        {"problem_id": name, "index": 0, "turns": [f"So \\boxed{{{answer}}}."]}
        for name, answer in answers.items()
    ]
    written.write_text("\n".join(map(json.dumps, attempts)))
    arguments = ["--engine", f"replay:{written}", "--attempts", "2", "--first", "3"]
    shown = run(
        str(EXAMPLES / "aime.py"),
        *arguments,
        "--out",
        str(tmp_path / "out"),
        TIRKIT_DATA=str(data_dir),
    )
    assert shown.returncode == 0, shown.stderr
    assert "66.7 %" in shown.stdout


def test_aime_when_the_data_is_missing_then_one_clear_line(tmp_path: Path) -> None:
    shown = run(str(EXAMPLES / "aime.py"), "--data", str(tmp_path / "none.jsonl"))
    assert shown.returncode != 0
    assert "none.jsonl" in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1


async def test_kaggle_when_run_without_the_gateway_then_every_row_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, rows = tmp_path / "written.jsonl", tmp_path / "test.csv"
    attempts = [
        {"problem_id": name, "index": 0, "turns": [f"So \\boxed{{{value}}}."]}
        for name, value in (("aa", 0), ("bb", 99_999), ("cc", 100_000))
    ]
    written.write_text("\n".join(map(json.dumps, attempts)))
    rows.write_text("id,problem\naa,What is a?\nbb,What is b?\ncc,What is c?\n")
    monkeypatch.setenv("AIMO_ENGINE", f"replay:{written}")
    monkeypatch.setenv("AIMO_PRESET", "default")
    monkeypatch.setenv("AIMO_DATA", str(rows))
    notebook = nbformat.read(EXAMPLES / "kaggle.ipynb", as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources)
    await client.async_execute()
    (shown,) = [cell.outputs for cell in notebook.cells if cell.get("outputs")]
    answers = ast.literal_eval(shown[-1]["data"]["text/plain"])
    assert answers == {"aa": 0, "bb": 99_999, "cc": 0}


@pytest.mark.slow
def test_demo_when_run_then_it_solves_something() -> None:
    shown = run(str(EXAMPLES / "demo.py"))
    assert shown.returncode == 0, shown.stderr
    assert "right in" in shown.stdout
