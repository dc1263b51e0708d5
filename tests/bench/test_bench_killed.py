"""A benchmark that is killed again and again holds in the end what an undisturbed one holds."""

import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.killed_run import (
    LONG_SECONDS,
    answers,
    content,
    gone,
    started,
    wait_for_rows,
    write_problems,
    write_turns,
    written_rows,
)
from tests.kernels.hostile.surroundings import descendants

FAKE = Path(__file__).with_name("fake_bench.py")
START_SECONDS = 0.6
"""About what a process takes until it writes."""


def killed(out: Path, draw: random.Random, most_rows: int, command: Sequence[str]) -> None:
    """Go on with a run and kill it at a random moment: while it starts, writes or works."""
    with started(*command) as process:
        if draw.random() < 0.15:
            time.sleep(draw.uniform(0, START_SECONDS))
        else:
            wait_for_rows(out, written_rows(out) + draw.randint(1, most_rows), process)
            time.sleep(draw.uniform(0, 0.03))
        assert process.poll() is None, f"it ended too soon: {process.communicate()}"
        family = descendants(process.pid)
        process.kill()
        process.communicate(timeout=LONG_SECONDS)
    gone(family)


def finished(command: Sequence[str]) -> None:
    with started(*command) as process:
        _, stderr = process.communicate(timeout=2 * LONG_SECONDS)
    assert process.returncode == 0, stderr


def commands(
    tmp_path: Path, problems: int, attempts: int, delay_seconds: float
) -> tuple[list[str], list[str]]:
    """The same run into `whole` and into `killed`."""
    file = str(write_problems(tmp_path, problems))
    turns = str(write_turns(tmp_path, problems, attempts, delay_seconds))
    whole, broken = (
        [str(FAKE), file, turns, str(tmp_path / name), str(attempts)]
        for name in ("whole", "killed")
    )
    return whole, broken


def bench_commands(
    tmp_path: Path, problems: int, attempts: int, stop: str
) -> tuple[list[str], list[str]]:
    """The same by the command line, with real kernels."""
    file = str(write_problems(tmp_path, problems))
    turns = str(write_turns(tmp_path, problems, attempts, 0.02))
    settings = ["-n", str(attempts), "--set", "max_in_flight=4", "--set", f"stop={stop}", "-q"]
    whole, broken = (
        ["-m", "tirkit", "bench", file, "--out", str(tmp_path / name), "-e", f"replay:{turns}"]
        for name in ("whole", "killed")
    )
    return whole + settings, broken + settings


def check_same(tmp_path: Path, problems: int, attempts: int) -> None:
    whole, broken = content(tmp_path / "whole"), content(tmp_path / "killed")
    assert len(whole["solutions"]) == problems
    assert len(whole["attempts"]) == problems * attempts
    assert broken == whole


@pytest.mark.parametrize(
    ("kills", "problems"), [(6, 12), pytest.param(20, 36, marks=pytest.mark.slow)]
)
def test_bench_when_killed_at_many_moments_then_its_records_are_those_of_an_undisturbed_run(
    tmp_path: Path, kills: int, problems: int
) -> None:
    attempts = 4
    whole, broken = commands(tmp_path, problems, attempts, 0.012)
    finished(whole)
    draw = random.Random(2026)
    for _ in range(kills):
        killed(tmp_path / "killed", draw, 4, broken)
    finished(broken)
    check_same(tmp_path, problems, attempts)
    # A finished run is left as it is.
    before = (tmp_path / "killed" / "records.jsonl").read_bytes()
    finished(broken)
    assert (tmp_path / "killed" / "records.jsonl").read_bytes() == before


@pytest.mark.slow
def test_bench_command_when_killed_at_20_moments_then_its_records_are_the_same(
    tmp_path: Path,
) -> None:
    problems, attempts, kills = 36, 4, 20
    whole, broken = bench_commands(tmp_path, problems, attempts, f"after_attempts({attempts})")
    finished(whole)
    draw = random.Random(26)
    for _ in range(kills):
        killed(tmp_path / "killed", draw, 4, broken)
    finished(broken)
    check_same(tmp_path, problems, attempts)


def test_bench_when_killed_and_a_stop_rule_fires_then_the_verdicts_are_the_same(
    tmp_path: Path,
) -> None:
    problems, attempts = 8, 6
    whole, broken = bench_commands(tmp_path, problems, attempts, "when_agreed(3)")
    finished(whole)
    draw = random.Random(6)
    for _ in range(2):
        killed(tmp_path / "killed", draw, 4, broken)
    finished(broken)
    assert answers(tmp_path / "killed") == answers(tmp_path / "whole")
    assert len(answers(tmp_path / "whole")) == problems
