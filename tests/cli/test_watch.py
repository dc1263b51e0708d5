"""`tirkit watch` beside a real run of another process."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tirkit.display import Picture
from tirkit.display.live_file import LIVE_FILE, LiveState, live_row
from tirkit.records.reader import RECORDS_FILE

COUNT = 4
HANG_SECONDS = 90.0
SLOW_SECONDS = 0.03


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tirkit", *arguments]


def watched(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("watch", *arguments),
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        env={**os.environ, "COLUMNS": "150"},
        check=False,
    )


def bench_command(place: Path, delay_seconds: float, *options: str) -> list[str]:
    """A run of four problems whose words come with a delay."""
    turns = [{"text": "Let me think. So it is \\boxed{42}.", "delay_seconds": delay_seconds}]
    rows = [{"problem_id": f"p{n}", "index": 0, "turns": turns} for n in range(COUNT)]
    (place / "written.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = [{"id": f"p{n}", "problem": f"Problem {n}?", "answer": "42"} for n in range(COUNT)]
    (place / "problems.jsonl").write_text("\n".join(map(json.dumps, asked)))
    return command(
        "bench", str(place / "problems.jsonl"), "--out", str(place / "out"), "-n", "3", "-q",
        "--engine", f"replay:{place / 'written.jsonl'}", "--set", "stop=after_attempts(3)",
        "--set", "max_in_flight=3", *options,
    )  # fmt: skip


@contextmanager
def running(arguments: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """A child process, killed with its group at the end."""
    child = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def until(ready: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        if found := ready():
            return found
        time.sleep(0.02)
    pytest.fail("what was waited for did not come")


def live_picture(out: Path, problems_done: int = 0) -> dict[str, Any] | None:
    """What the run tells of itself, once so many problems are done and others are worked on."""
    if not (out / LIVE_FILE).exists():
        return None
    picture: dict[str, Any] = json.loads((out / LIVE_FILE).read_text())["picture"]
    ready = picture["open"] and picture["tokens"] and picture["done"] >= problems_done
    return picture if ready else None


def test_watch_when_a_run_works_then_follows_it_to_its_end(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(command("watch", str(out), "--json", "--every", "0.1")) as looking:
        with running(bench_command(tmp_path, SLOW_SECONDS)) as bench:
            until(lambda: live_picture(out))
            bench.send_signal(signal.SIGSTOP)  # the machine may be slow: the run waits for it
            once = watched(str(out), "--once")
            bench.send_signal(signal.SIGCONT)
            assert bench.wait(HANG_SECONDS) == 0
        told, errors = looking.communicate(timeout=HANG_SECONDS)
    assert looking.returncode == 0, errors
    assert once.returncode == 0
    assert f"/{COUNT} problems done" in once.stdout
    assert "attempts in flight" in once.stdout
    assert "doing" in once.stdout
    rows = [json.loads(line) for line in told.splitlines()]
    states = list(dict.fromkeys(row["state"] for row in rows))
    assert states[0] in {"waiting", "starting"}
    assert "running" in states
    assert states[-1] == "ended"
    assert any(row["picture"]["in_flight"] for row in rows)
    assert rows[-1]["picture"]["done"] == rows[-1]["picture"]["right"] == COUNT
    assert next(row["pid"] for row in rows if row["state"] == "running") == bench.pid
    after = watched(str(out))
    assert after.returncode == 0
    assert f"{COUNT}/{COUNT} problems done" in after.stdout
    assert "the run has ended" in after.stdout
    assert "p0  right: 42 (reference 42), 3 of 3 votes" in after.stdout


def test_watch_when_the_run_is_killed_then_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(bench_command(tmp_path, SLOW_SECONDS)) as bench:
        until(lambda: live_picture(out, problems_done=1))
        with running(command("watch", str(out), "--every", "0.1")) as looking:
            bench.send_signal(signal.SIGKILL)
            bench.wait()
            told, errors = looking.communicate(timeout=HANG_SECONDS)
    assert looking.returncode == 1, errors
    assert f"the run (process {bench.pid}) is gone: the same command goes on" in told


def test_watch_when_repeats_run_then_follows_all_of_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(command("watch", str(out), "--json", "--every", "0.1")) as looking:
        with running(bench_command(tmp_path, 0.01, "--repeats", "2")) as bench:
            assert bench.wait(HANG_SECONDS) == 0
        told, errors = looking.communicate(timeout=HANG_SECONDS)
    assert looking.returncode == 0, errors
    last = json.loads(told.splitlines()[-1])
    assert last["state"] == "ended"
    assert last["picture"]["done"] == last["picture"]["problems"] == 2 * COUNT


def test_watch_when_interrupted_then_leaves_with_0(tmp_path: Path) -> None:
    with running(command("watch", str(tmp_path / "none"))) as looking:
        assert looking.stdout is not None
        assert "waiting" in looking.stdout.readline()
        looking.send_signal(signal.SIGINT)
        told, errors = looking.communicate(timeout=HANG_SECONDS)
    assert (looking.returncode, told) == (0, "")
    assert "Traceback" not in errors


def test_watch_when_there_are_records_alone_then_shows_them(tmp_path: Path) -> None:
    assert subprocess.run(bench_command(tmp_path, 0.0), check=False).returncode == 0
    out = tmp_path / "out"
    (out / LIVE_FILE).unlink()
    shown = watched(str(out), "--once", "--json")
    row = json.loads(shown.stdout)
    assert (row["state"], row["pid"]) == ("recorded", None)
    assert row["picture"]["done"] == row["picture"]["right"] == COUNT
    assert len(row["picture"]["finished"]) == COUNT
    assert row["picture"]["elapsed_seconds"] > 0
    moved = tmp_path / "moved" / "seed-0"
    shutil.copytree(out, moved)
    repeats = json.loads(watched(str(tmp_path / "moved"), "--once", "--json").stdout)
    assert repeats["picture"]["done"] == COUNT


def state(**changes: Any) -> dict[str, Any]:
    now = time.time()
    made = LiveState(
        os.getpid(), socket.gethostname(), now, now, ended=False, picture=Picture(problems=3)
    )
    return {**live_row(made), **changes}


def test_watch_when_the_writer_is_silent_then_says_for_how_long(tmp_path: Path) -> None:
    (tmp_path / LIVE_FILE).write_text(json.dumps(state(written_at=time.time() - 1000)))
    shown = watched(str(tmp_path), "--once")
    assert shown.returncode == 0
    assert "no news from process" in shown.stdout
    assert "for 16:" in shown.stdout


def test_watch_when_a_run_ended_early_then_tells_what_is_left(tmp_path: Path) -> None:
    (tmp_path / LIVE_FILE).write_text(json.dumps(state(ended=True)))
    shown = watched(str(tmp_path))
    assert shown.returncode == 1
    assert "the run has ended with 3 problems left: the same command goes on" in shown.stdout


HOSTILE = "\x1b[2J<script>alert(1)</script>\x07"


def test_watch_when_texts_are_hostile_then_they_do_nothing(tmp_path: Path) -> None:
    picture = {**state()["picture"], "notice": HOSTILE}
    (tmp_path / LIVE_FILE).write_text(json.dumps(state(picture=picture, host=HOSTILE)))
    shown = watched(str(tmp_path), "--once")
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout
    assert "␛[2J<script>alert(1)</script>␇" in shown.stdout


WRONG = {
    "no directory": (2, "no run in"),
    "a file": (2, "is a file"),
    "foreign": (1, f"{LIVE_FILE} is none of tirkit's"),
    "damaged records": (1, f"{RECORDS_FILE}, line 1"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_watch_when_there_is_nothing_to_see_then_one_clear_line(case: str, tmp_path: Path) -> None:
    place = tmp_path / "there"
    if case == "a file":
        place.write_text("")
    elif case != "no directory":
        place.mkdir()
        name = LIVE_FILE if case == "foreign" else RECORDS_FILE
        (place / name).write_text('{"html": "<script>"}\n{}\n')
    code, message = WRONG[case]
    shown = watched(str(place), "--no-wait")
    assert shown.returncode == code, shown.stderr
    assert message in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
