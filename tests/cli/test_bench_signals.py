"""Ctrl-C finishes, Ctrl-C again and SIGTERM stop: no process is left and nothing finished is lost.

Signals go to the whole process group, as a terminal sends them.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.bench.killed_run import (
    LONG_SECONDS,
    gone,
    started,
    wait_for_rows,
    write_problems,
    write_turns,
)
from tests.kernels.hostile.surroundings import descendants
from tirkit.records import read_records

PROBLEMS, ATTEMPTS, IN_FLIGHT = 12, 3, 4


def command(tmp_path: Path, delay_seconds: float) -> list[str]:
    file = write_problems(tmp_path, PROBLEMS)
    turns = write_turns(tmp_path, PROBLEMS, ATTEMPTS, delay_seconds)
    return [
        "-m", "tirkit", "bench", str(file), "--out", str(tmp_path / "out"), "-q",
        "-e", f"replay:{turns}", "-n", str(ATTEMPTS), "--set", f"max_in_flight={IN_FLIGHT}",
        "--set", f"stop=after_attempts({ATTEMPTS})",
    ]  # fmt: skip


def interrupt(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGINT) -> None:
    os.killpg(process.pid, number)


def heard(process: "subprocess.Popen[str]", words: str) -> str:
    """The next line on standard error, which holds these words."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert words in line, line + process.stderr.read()
    return line


def ended(process: "subprocess.Popen[str]", family: set[int]) -> str:
    """What it said at its end, after which nothing of it is left."""
    _, stderr = process.communicate(timeout=LONG_SECONDS)
    assert process.returncode == 130, stderr
    gone(family)
    return stderr


def check_resumes(tmp_path: Path, arguments: list[str]) -> None:
    """What was finished is kept as it is, and the rest comes."""
    out = tmp_path / "out"
    before = read_records(out)
    with started(*arguments) as process:
        _, stderr = process.communicate(timeout=LONG_SECONDS)
    assert process.returncode == 0, stderr
    after = read_records(out)
    assert len(after.solutions) == PROBLEMS
    assert sum(map(len, after.attempts.values())) == PROBLEMS * ATTEMPTS
    for key, attempts in before.attempts.items():
        kept = {one.index: one for one in after.attempts[key]}
        assert all(kept[one.index] == one for one in attempts)


def test_bench_when_interrupted_once_then_problems_in_flight_are_finished_and_saved(
    tmp_path: Path,
) -> None:
    arguments = command(tmp_path, 0.02)
    with started(*arguments) as process:
        wait_for_rows(tmp_path / "out", 3, process)
        family = descendants(process.pid)
        interrupt(process)
        heard(process, "Ctrl-C again stops now")
        said = ended(process, family)
    records = read_records(tmp_path / "out")
    assert 0 < len(records.solutions) < PROBLEMS
    assert records.solutions.keys() == records.attempts.keys()
    assert all(len(attempts) == ATTEMPTS for attempts in records.attempts.values())
    # The signal went to the kernels' group, too: no cell has noticed it.
    errors = {
        turn.result.error
        for attempts in records.attempts.values()
        for one in attempts
        for turn in one.turns
        if turn.result is not None
    }
    assert not any("KeyboardInterrupt" in (error or "") for error in errors)
    left = PROBLEMS - len(records.solutions)
    assert f"stopped with {left} of {PROBLEMS} problems left; to go on: tirkit bench" in said
    check_resumes(tmp_path, arguments)


@pytest.mark.parametrize("signals", ["SIGINT SIGINT", "SIGTERM", "SIGINT SIGINT SIGINT SIGTERM"])
def test_bench_when_told_to_stop_then_it_stops_now_and_no_process_is_left(
    tmp_path: Path, signals: str
) -> None:
    arguments = command(tmp_path, 0.15)  # an attempt takes seconds, and is not waited for
    with started(*arguments) as process:
        wait_for_rows(tmp_path / "out", 1, process)
        family = descendants(process.pid)
        assert len(family) > 1, "no kernel"
        for name in signals.split():
            interrupt(process, signal.Signals[name])
            time.sleep(0.02)  # one signal of a kind can wait at a time
        said = ended(process, family)
    assert "stopping now" in said
    assert "tirkit bench" in said
    records = read_records(tmp_path / "out")
    assert len(records.solutions) < PROBLEMS
    assert any(records.attempts.values())


def test_bench_when_interrupted_with_all_problems_in_flight_then_it_is_done(
    tmp_path: Path,
) -> None:
    arguments = [*command(tmp_path, 0.1), "--limit", "1"]
    with started(*arguments) as process:
        wait_for_rows(tmp_path / "out", 1, process)
        interrupt(process)
        heard(process, "finishing 1 problem;")
        stdout, stderr = process.communicate(timeout=LONG_SECONDS)
    assert (process.returncode, stderr) == (0, "")
    assert "1 problems" in stdout


def test_bench_when_metrics_are_asked_for_then_they_are_served_while_it_works(
    tmp_path: Path,
) -> None:
    with started(*command(tmp_path, 0.02), "--prometheus", "0") as process:
        url = heard(process, "metrics are served at http://127.0.0.1:").split()[-1]
        wait_for_rows(tmp_path / "out", 3, process)
        with urlopen(url, timeout=LONG_SECONDS) as reply:
            text = reply.read().decode()
        interrupt(process, signal.SIGTERM)
        ended(process, set())
    told = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert float(told['tirkit_attempts_total{stop_reason="answered"}']) >= 1
    assert 0 < float(told["tirkit_attempts_in_flight"]) <= IN_FLIGHT
    assert float(told["tirkit_kernels_leased"]) <= IN_FLIGHT
