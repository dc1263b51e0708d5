"""`tirkit replay` as a process, against real kernels."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.records.factory import SETTINGS

BASE = [sys.executable, "-m", "tirkit", "replay"]


def replay(*arguments: object, columns: int = 200) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BASE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": str(columns)},
        check=False,
    )


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def tora(name: str, code: str, output: str) -> dict[str, str]:
    text = f"```python\n{code}\n```\n```output\n{output}\n```\nSo it is."
    return {"id": name, "completion": text}


HOSTILE = "\x1b]0;owned\x07[red]\u202emarkup[/red]"


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    return write(
        tmp_path / "traces.jsonl",
        tora("right", "print(6 * 7)", "42"),
        tora(f"odd{HOSTILE}", f"print({HOSTILE!r})", f"other {HOSTILE}"),
        {"generation": "<tool_call>\nx = 1\nx\n</tool_call>\n```output\n1\n```\n"},
        tora("fails", "1 / 0", "ZeroDivisionError: division by zero"),
    )


def test_replay_when_outputs_differ_then_the_classes_and_cells_are_told(traces: Path) -> None:
    shown = replay(traces)
    assert (shown.returncode, shown.stderr) == (0, "")
    rows = {line.split("  ")[0]: line.split() for line in shown.stdout.splitlines()}
    assert rows["same"][1] == "2"
    assert rows["same error"][2] == "1"
    assert rows["other output"][2] == "1"
    last = shown.stdout.splitlines()[-1]
    assert last.startswith("4 traces, 4 cells: 3 agree, 1 differ, 0 not compared; ")
    assert last.endswith(" cells a second")


def test_replay_when_texts_are_hostile_then_they_are_shown_as_text(traces: Path) -> None:
    shown = replay(traces)
    assert not set("\x1b\x07\u202e") & set(shown.stdout)
    assert "odd␛]0;owned␇[red]<U+202E>markup[/red], attempt 0, cell 1: other output" in shown.stdout
    assert "[red]" in shown.stdout.split("is recorded, now it is")[1]


def test_replay_when_strict_then_a_difference_fails(traces: Path, tmp_path: Path) -> None:
    assert replay(traces, "--strict", "--quiet").returncode == 1
    right = write(tmp_path / "right.jsonl", tora("right", "print(6 * 7)", "42"))
    shown = replay(right, "--strict", "--quiet")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "", "")


def test_replay_when_json_is_asked_then_one_object_tells_all(traces: Path) -> None:
    told: dict[str, Any] = json.loads(replay(traces, "--json").stdout)
    figures = ("traces", "cells", "run", "agrees", "differs", "not_compared")
    assert [told[name] for name in figures] == [4, 4, 4, 3, 1, 0]
    assert told["cells_per_second"] > 0
    classes = {one["name"]: one["cells"] for one in told["classes"]}
    assert classes == {"same": 2, "same error": 1, "other output": 1}
    assert all(one["meaning"] for one in told["classes"])
    assert told["examples"][0]["difference"] == "other output"


def test_replay_when_a_file_is_asked_then_it_is_gone_on_with(traces: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    first = replay(traces, "--out", out, "--limit", 2, "--json")
    assert json.loads(first.stdout)["traces"] == 2
    again = json.loads(replay(traces, "--out", out, "--json", "--at-once", 1).stdout)
    assert (again["traces"], again["earlier"], again["run"]) == (4, 2, 2)
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4
    other = replay(traces, "--out", out, "--timeout", 7)
    assert other.returncode == 2
    assert "other settings" in other.stderr


def test_replay_when_a_run_is_given_then_its_own_code_is_run(tmp_path: Path) -> None:
    program = (
        "import anyio, sys\nfrom pathlib import Path\n"
        "from tests.records.factory import PROBLEM, SETTINGS, trajectory\n"
        "from tirkit.records import RecordWriter\n"
        "async def main():\n"
        "    async with RecordWriter(Path(sys.argv[1]), SETTINGS) as writer:\n"
        "        await writer.append_attempt(PROBLEM, trajectory(0))\n"
        "anyio.run(main)\n"
    )
    assert SETTINGS
    root = Path(__file__).parents[2]
    run = tmp_path / "run"
    subprocess.run([sys.executable, "-c", program, str(run)], check=True, cwd=root)
    told = json.loads(replay(run, "--json").stdout)
    assert (told["traces"], told["cells"], told["agrees"]) == (1, 1, 1)


WRONG = {
    "no file": (["nowhere.jsonl"], "cannot read nowhere.jsonl"),
    "at once": (["{}", "--at-once", "0"], "--at-once is 0: use 1 to 1024"),
    "limit": (["{}", "--limit", "0"], "--limit is 0: use 1 or more"),
    "timeout": (["{}", "--timeout", "0"], "timeout_seconds is 0.0"),
    "out": (["{}", "--out", "{}"], "--out is what is read"),
    "confinement": (["{}", "--confinement", "some"], "confinement"),
    "memory": (["{}", "--memory-mb", "1"], "memory_bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_replay_when_used_wrongly_then_one_line_says_how(name: str, traces: Path) -> None:
    arguments, fault = WRONG[name]
    shown = replay(*(argument.format(traces) for argument in arguments))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert len(shown.stderr.splitlines()) == 1
    assert fault in shown.stderr


def test_replay_when_the_fields_are_hostile_then_the_error_is_plain(tmp_path: Path) -> None:
    shown = replay(write(tmp_path / "a.jsonl", {HOSTILE: 1}))
    assert shown.returncode == 2
    assert "no recorded code" in shown.stderr
    assert not set("\x1b\x07\u202e") & set(shown.stderr)


def test_replay_when_interrupted_then_whole_rows_are_kept_and_it_goes_on(tmp_path: Path) -> None:
    rows = [tora(str(number), f"print({number})", str(number)) for number in range(200)]
    many = write(tmp_path / "many.jsonl", *rows)
    out = tmp_path / "out.jsonl"
    running = subprocess.Popen(
        [*BASE, str(many), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert stderr == "tirkit: interrupted: the same command goes on\n"
    kept = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert 0 < len(kept) < 200
    assert stdout.splitlines()[-1].startswith(f"{len(kept)} traces, ")
    told = json.loads(replay(many, "--out", out, "--json").stdout)
    assert (told["traces"], told["earlier"], told["agrees"]) == (200, len(kept), 200)
