"""The file a run tells of itself in: whole, small, and never a reason for the run to fail."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import tests.display.made_runs as made
from tirkit.display import View
from tirkit.display.live_file import (
    LIVE_FILE,
    MAX_BYTES,
    LiveFile,
    LiveState,
    live_row,
    read_live,
)
from tirkit.display.picture import Picture
from tirkit.errors import RecordError


def state(**changes: Any) -> LiveState:
    now = time.time()
    one = LiveState(os.getpid(), socket.gethostname(), now, now, ended=False, picture=Picture())
    return replace(one, **changes)


def busy() -> View:
    view = View(7)
    for event in made.started("p", 20, answer="42"):
        view.take(event)
    view.take(made.ended("p", 0, "42", made.tally({"42": 1, made.HOSTILE: 1})))
    view.take(made.sampled("p", 1, made.HOSTILE + "\ud800"))
    return view


async def until(directory: Path, ready: Callable[[LiveState], bool] = bool) -> LiveState:
    with anyio.fail_after(20):
        while True:
            found = read_live(directory)
            if found is not None and ready(found):
                return found
            await anyio.sleep(0.005)


async def test_file_when_a_run_works_then_holds_its_picture_and_at_last_its_end(
    tmp_path: Path,
) -> None:
    view = busy()
    async with LiveFile(tmp_path / "out", view, period_seconds=0.01):
        first = await until(tmp_path / "out")
        assert not first.ended
        assert first.pid == os.getpid()
        assert first.writer_is_gone() is False
        assert first.picture.problems == 7
        assert len(first.picture.open[0].attempts) == 16
        view.notice = "news"
        await until(tmp_path / "out", lambda found: found.picture.notice == "news")
    last = read_live(tmp_path / "out")
    assert last is not None
    assert last.ended
    assert [path.name for path in (tmp_path / "out").iterdir()] == [LIVE_FILE]


async def test_file_when_it_is_held_then_nothing_is_written_before_it_begins(
    tmp_path: Path,
) -> None:
    async with LiveFile(tmp_path, View(), period_seconds=0.01, held=True):
        await anyio.sleep(0.03)
    assert not (tmp_path / LIVE_FILE).exists()
    async with LiveFile(tmp_path, View(), held=True) as live:
        live.begin()
    assert read_live(tmp_path) is not None


async def test_file_when_the_run_raises_then_the_error_comes_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the run's own"):
        async with LiveFile(tmp_path, View()):
            raise ValueError("the run's own")
    last = read_live(tmp_path)
    assert last is not None
    assert last.ended


async def test_file_when_it_cannot_be_written_then_the_run_goes_on_and_one_line_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "out").write_text("a file")
    with caplog.at_level(logging.WARNING):
        async with LiveFile(tmp_path / "out", View(), period_seconds=0.001):
            await anyio.sleep(0.04)
    (record,) = caplog.records
    assert "the run goes on" in record.getMessage()


async def test_readers_when_the_file_is_replaced_again_and_again_then_it_is_always_whole(
    tmp_path: Path,
) -> None:
    async with LiveFile(tmp_path, busy(), period_seconds=0.0):
        await until(tmp_path)
        for _ in range(200):
            assert read_live(tmp_path) is not None
            await anyio.lowlevel.checkpoint()


def test_state_when_written_as_json_then_is_read_as_it_was(tmp_path: Path) -> None:
    made_state = state(picture=busy().picture())
    (tmp_path / LIVE_FILE).write_text(json.dumps(live_row(made_state)))
    found = read_live(tmp_path)
    assert found is not None
    assert replace(found, picture=Picture()) == replace(made_state, picture=Picture())
    assert found.picture.open[0].votes == made_state.picture.open[0].votes
    assert len(json.dumps(live_row(made_state))) < 100_000


GOOD = live_row(state(picture=busy().picture()))
FOREIGN = {
    "no JSON": b"{",
    "not text": b"\xff\xfe\x00\x01",
    "empty": b"",
    "a list": b"[]",
    "another program's": b'{"pid": 1, "status": "ok"}',
    "deep": b"[" * 100_000,
    "long": b" " * (MAX_BYTES + 1),
    "a later format": json.dumps({**GOOD, "format": 2}).encode(),
    "a number as text": json.dumps({**GOOD, "pid": "1"}).encode(),
    "a negative number": json.dumps({**GOOD, "pid": -1}).encode(),
    "a huge number": json.dumps({**GOOD, "pid": 10**400}).encode(),
    "no number": json.dumps({**GOOD, "written_at": float("nan")}).encode(),
    "huge picture": json.dumps({**GOOD, "picture": {**GOOD["picture"], "tokens": 10**30}}).encode(),
    "script": json.dumps({**GOOD, "host": ["<script>"]}).encode(),
}


@pytest.mark.parametrize("case", sorted(FOREIGN))
def test_file_when_somebody_else_wrote_it_then_one_clear_error(case: str, tmp_path: Path) -> None:
    (tmp_path / LIVE_FILE).write_bytes(FOREIGN[case])
    with pytest.raises(RecordError) as failed:
        read_live(tmp_path)
    assert LIVE_FILE in str(failed.value)
    assert len(str(failed.value)) < 600


def test_file_when_it_is_a_pipe_then_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LIVE_FILE)
    with pytest.raises(RecordError, match="is no file"):
        read_live(tmp_path)


def test_writer_when_its_process_has_ended_then_it_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert state(pid=child.pid).writer_is_gone() is True
    assert state(pid=0).writer_is_gone() is True
    assert state(pid=10**14).writer_is_gone() is True
    assert state(host="elsewhere").writer_is_gone() is None
