"""`tirkit show` as a process: what it prints, and one clear line for every wrong use."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

TURNS = ["Hm \x1b[31m.\n```python\nprint(6*7)\n```\n", "So it is \\boxed{42}."]


def tirkit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tirkit", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run: two problems, two attempts each, two prompts."""
    place = tmp_path_factory.mktemp("run")
    replay, problems = place / "replay.jsonl", place / "problems.jsonl"
    rows = [{"problem_id": f"p{n}", "index": 0, "turns": TURNS} for n in range(2)]
    replay.write_text("\n".join(map(json.dumps, rows)))
    asked = [{"id": f"p{n}", "problem": f"Problem {n}?", "answer": "42"} for n in range(2)]
    problems.write_text("\n".join(map(json.dumps, asked)))
    out = place / "out"
    done = tirkit(
        "bench", str(problems), "--out", str(out), "-e", f"replay:{replay}", "-n", "2", "-q",
        "--set", "stop=after_attempts(2)", "--set", 'dialect.prompt=["default", "plain"]',
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


def test_show_when_there_are_several_attempts_then_it_lists_them(run: Path) -> None:
    shown = tirkit("show", str(run))
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == ["p0#0", "p0#1", "p1#0", "p1#1"]
    assert all("answered → 42" in line for line in lines)
    assert "--attempt ID" in shown.stderr
    rows = list(map(json.loads, tirkit("show", str(run), "--json").stdout.splitlines()))
    assert {row["prompt"] for row in rows} == {"default", "plain"}
    assert all("spans" not in row for row in rows)


def test_show_when_one_is_asked_for_then_it_prints_what_the_model_saw(run: Path) -> None:
    for choice in (["--attempt", "p1#0"], ["--problem", "p1", "--attempt", "0"]):
        shown = tirkit("show", str(run), *choice, "--ids").stdout
        assert "p1#0: replay:" in shown.splitlines()[0]
        assert "prompt  │ Problem 1?<|im_end|>" in shown
        assert "sampled │ Hm ␛[31m." in shown
        assert "tool    │ ```output\ntool    │ 42\ntool    │ ```" in shown
        assert "── answered: answer 42" in shown
        assert "\x1b" not in shown
    assert "── sampled " in shown


def test_show_when_json_is_asked_then_spans_cover_the_ids(run: Path) -> None:
    shown = tirkit("show", str(run), "-a", "p0#1", "--json", "--ids")
    [row] = map(json.loads, shown.stdout.splitlines())
    assert [span["by"] for span in row["spans"]] == ["prompt", "sampled", "tool", "sampled"]
    assert sum(len(span["ids"]) for span in row["spans"]) == row["tokens"]
    assert row["spans"][1]["text"] == TURNS[0]


def test_show_when_all_are_asked_for_then_each_is_there(run: Path) -> None:
    shown = tirkit("show", str(run / "records.jsonl"), "--problem", "p0", "--all").stdout
    assert shown.count("── answered: answer 42") == 2


def test_show_when_the_trajectory_stands_alone_then_it_is_printed(
    run: Path, tmp_path: Path
) -> None:
    line = (run / "records.jsonl").read_text().splitlines()[1]
    path = tmp_path / "one.json"
    path.write_text(json.dumps(json.loads(line), indent=1))
    assert "── answered: answer 42" in tirkit("show", str(path)).stdout


def test_check_when_all_is_well_then_it_says_so(run: Path) -> None:
    shown = tirkit("show", str(run), "--check")
    assert (shown.returncode, shown.stdout) == (
        0, "6 checked: 0 with faults, 0 not read again\n",
    )  # fmt: skip
    rows = json.loads(tirkit("show", str(run), "--check", "--json").stdout)
    assert [row["faults"] for row in rows] == [[]] * 6
    engine = run.parent / "replay.jsonl"
    with_texts = tirkit("show", str(run), "--check", "--engine", f"replay:{engine}")
    assert with_texts.stdout == shown.stdout


def test_check_when_a_record_was_changed_then_the_fault_is_told(run: Path, tmp_path: Path) -> None:
    text = (run / "records.jsonl").read_text()
    (tmp_path / "records.jsonl").write_text(text.replace("print(6*7)", "print(6*8)", 1))
    (tmp_path / "config.json").write_text((run / "config.json").read_text())
    shown = tirkit("show", str(tmp_path), "--check")
    assert shown.returncode == 1
    assert "turn 0: it reads as the code ['print(6*8)'], recorded is the code" in shown.stdout
    assert "6 checked: 1 with faults" in shown.stdout


WRONG = {
    "no such file": ("show {here}/none", "cannot read"),
    "an empty folder": ("show {here}", "cannot read"),
    "not records": ("show {here}/bad.jsonl", "line 1: not a row of tirkit"),
    "no rows": ("show {here}/empty.jsonl", "holds no attempts"),
    "a torn row": ("show {here}/torn.jsonl", "its only row is cut off"),
    "binary": ("show {here}/binary.jsonl", "line 1"),
    "a solution alone": ("show {here}/solution.jsonl", "lacks its attempts"),
    "no such attempt": ("show {run} --attempt p7#0", "no attempt p7#0: there are p"),
    "no such problem": ("show {run} --problem p7", "no attempt p7: there are p"),
    "an engine for nothing": ("show {run} --engine replay:x", "--engine is for --check"),
    "an unknown engine": ("show {run} --check --engine vlm:m", "unknown engine 'vlm:m'"),
    "settings that are none": ("show {here}/with --check", "config.json is no JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_show_when_used_wrongly_then_one_line_says_what(
    name: str, run: Path, tmp_path: Path
) -> None:
    rows = (run / "records.jsonl").read_bytes().splitlines(keepends=True)
    solution = next(row for row in rows if b'"type":"solution"' in row)
    for file, data in (
        ("bad.jsonl", b'{"a": 1}\n'), ("empty.jsonl", b""), ("torn.jsonl", rows[0][:50]),
        ("binary.jsonl", b"\xff\xfe\n\x00"), ("solution.jsonl", solution),
    ):  # fmt: skip
        (tmp_path / file).write_bytes(data)
    (tmp_path / "with").mkdir()
    (tmp_path / "with" / "records.jsonl").write_bytes(rows[1])
    (tmp_path / "with" / "config.json").write_text("{")
    command, message = WRONG[name]
    shown = tirkit(*shlex.split(command.format(here=tmp_path, run=run)))
    assert shown.returncode == 2, shown.stderr
    assert shown.stderr.startswith("tirkit: ")
    assert shown.stderr.count("\n") == 1
    assert message in shown.stderr
    assert shown.stdout == ""
