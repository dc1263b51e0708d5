"""`tirkit grade` as a process: rows, JSON, going on, and one clear line for every wrong use."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROWS: list[dict[str, Any]] = [
    {"id": "a", "completion": r"So \boxed{\frac12}.", "predicted": "3", "answer": "0.5"},
    {"id": "b", "completion": r"So \boxed{41}.", "predicted": "42", "answer": 42},
    {"id": "c", "completion": "```output\n50\n```\nSo.", "predicted": "50", "answer": "0.5"},
    {"id": "d", "completion": r"\boxed{\sqrt{8}}", "predicted": "", "answer": r"2\sqrt{2}"},
]
PATH = "rows.jsonl"


def tirkit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tirkit", "grade", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )


def written(tmp_path: Path, rows: list[dict[str, Any]]) -> str:
    path = tmp_path / PATH
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def outcomes(shown: subprocess.CompletedProcess[str]) -> list[str]:
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line)["outcome"] for line in shown.stdout.splitlines()]


def test_grade_when_run_then_every_row_and_a_summary_are_told(tmp_path: Path) -> None:
    shown = tirkit(written(tmp_path, ROWS))
    assert outcomes(shown) == ["correct", "wrong", "wrong", "correct"]
    assert shown.stderr == "4 rows: 2 correct, 2 wrong, 0 without an answer: 50.0 % correct\n"
    first = json.loads(shown.stdout.splitlines()[0])
    assert (first["line"], first["id"], first["answer"], first["source"]) == (1, "a", "1/2", "box")
    assert (first["reference"], first["start"], first["end"]) == ("1/2", 3, 18)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", (4, 2, 2, 0, 0.5)),
        ("--sources box", (4, 2, 1, 1, 0.5)),
        ("--percent", (4, 3, 1, 0, 0.75)),
        ("--from predicted", (4, 1, 2, 1, 0.25)),
        ("--sources box --relative 0.05 --workers 3", (4, 3, 0, 1, 0.75)),
        ("--against predicted --sources output --domain integer", (4, 1, 0, 3, 0.25)),
    ],
)
def test_grade_when_json_is_asked_then_it_prints_one_object(
    options: str, expected: tuple[float, ...], tmp_path: Path
) -> None:
    rows = [{**row, "predicted": row["predicted"] or "7"} for row in ROWS]
    rows = ROWS if "--from" in options or "against" not in options else rows
    shown = tirkit(written(tmp_path, rows), "--json", *options.split())
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    names = ("rows", "correct", "wrong", "no_answer", "accuracy")
    assert tuple(told[name] for name in names) == expected
    assert shown.stderr == ""


def test_grade_when_killed_and_run_again_then_every_row_is_there_once(tmp_path: Path) -> None:
    rows = [{**row, "id": n} for n in range(3_000) for row in ROWS]
    file, out, whole = written(tmp_path, rows), tmp_path / "part.jsonl", tmp_path / "whole.jsonl"
    assert tirkit(file, "--out", str(whole)).returncode == 0
    command = [sys.executable, "-m", "tirkit", "grade", file, "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size > 100_000):
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert 0 < out.stat().st_size < whole.stat().st_size
    again = tirkit(file, "--out", str(out), "--json")
    assert json.loads(again.stdout)["rows"] == len(rows)
    assert out.read_bytes() == whole.read_bytes()


def test_grade_when_nobody_reads_the_rows_any_more_then_it_ends_without_a_traceback(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, ROWS * 2_000)
    command = f"{shlex.quote(sys.executable)} -m tirkit grade {shlex.quote(file)} | head -n 1"
    shown = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False
    )
    assert len(shown.stdout.splitlines()) == 1
    assert shown.stderr == ""


BAD: dict[str, tuple[str, str]] = {
    "no file": ("{here}/no.jsonl", "cannot read"),
    "a folder": ("{here}", "is a folder: name a JSONL file"),
    "empty": ("{here}/empty.jsonl", "holds no row"),
    "binary": ("{here}/binary.jsonl", "line 1: not UTF-8"),
    "malformed": ("{here}/malformed.jsonl", "line 2: malformed JSON"),
    "missing field": ("{here}/rows.jsonl --against gold", "no reference answer in gold"),
    "unknown domain": ("{here}/rows.jsonl --domain prime", "unknown answer domain 'prime'"),
    "reference outside": ("{here}/rows.jsonl --domain integer", "line 1: the reference '0.5' is"),
    "unknown source": ("{here}/rows.jsonl --sources boxes", "unknown source of answers 'boxes'"),
    "unknown from": ("{here}/rows.jsonl --from thought", "--from is 'thought'"),
    "no workers": ("{here}/rows.jsonl --workers 0", "0 workers"),
    "too many workers": ("{here}/rows.jsonl --workers 9999", "--workers is 9999"),
    "negative places": ("{here}/rows.jsonl --places -1", "places is -1"),
    "no time": ("{here}/rows.jsonl --timeout 0", "timeout_seconds is 0"),
    "itself": ("{here}/rows.jsonl --out {here}/rows.jsonl", "--out is the graded file itself"),
    "a foreign out": ("{here}/rows.jsonl --out {here}/malformed.jsonl", "use another --out"),
    "out is a folder": ("{here}/rows.jsonl --out {here}", "cannot write"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_grade_when_used_wrongly_then_one_clear_line_and_exit_code_2(
    case: str, tmp_path: Path
) -> None:
    written(tmp_path, ROWS)
    (tmp_path / "empty.jsonl").write_bytes(b"\n \n")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00\n")
    (tmp_path / "malformed.jsonl").write_bytes(
        b'{"completion": "", "answer": 1}\n{"completion": \n'
    )
    command, message = BAD[case]
    shown = tirkit("--json", *shlex.split(command.format(here=tmp_path)))
    assert shown.returncode == 2, shown.stderr
    assert len(shown.stderr.splitlines()) == 1, shown.stderr
    assert shown.stderr.startswith("tirkit: ")
    assert message in shown.stderr
    assert shown.stdout == ""
