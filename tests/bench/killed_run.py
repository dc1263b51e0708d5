"""A benchmark as a process of its own, on written turns: what tests kill and send signals to."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.kernels.hostile.surroundings import parents
from tirkit.records import read_records
from tirkit.types import Trajectory

_MEASURED = {"started_at", "peak_memory_mb"}
"""Beside everything that ends with `_seconds`: what is measured, which no run repeats."""
LONG_SECONDS = 60.0


def write_problems(folder: Path, count: int) -> Path:
    """Problems p0, p1, … with references, of which the written attempts get most."""
    rows = [{"id": f"p{n}", "problem": f"Problem {n}?", "answer": str(n)} for n in range(count)]
    path = folder / "problems.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def write_turns(
    folder: Path, count: int, attempts: int, delay_seconds: float, *, code: bool = True
) -> Path:
    """Attempts that run code, one of which raises, and answer; each is wrong about one time in 4.

    The delays differ, so that attempts do not end in the order they began.
    """
    draw = random.Random(7)
    rows = []
    for n in range(count):
        for index in range(attempts):
            wrong = draw.random() < 0.25
            answer = n + 1 + index if wrong else n
            cell = (
                f"raise ValueError({n})"
                if wrong
                else f"import time\ntime.sleep(0.05)\nprint({n}, {index})"
            )
            texts = [f"So attempt {index} says \\boxed{{{answer}}}."]
            if code:
                texts.insert(0, f"Hm.\n```python\n{cell}\n```\n")
            delay = delay_seconds * draw.uniform(0.3, 1.7)
            turns = [{"text": one, "delay_seconds": delay, "chunk_tokens": 6} for one in texts]
            rows.append({"problem_id": f"p{n}", "index": index, "turns": turns})
    path = folder / "turns.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@contextmanager
def started(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Python with these arguments, in a process group of its own like one a shell starts."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def written_rows(out: Path) -> int:
    """Whole rows of attempts and problems in a directory."""
    path = out / "records.jsonl"
    data = path.read_bytes() if path.exists() else b""
    return data.count(b"\n") - data.count(b'{"type":"run"')


def wait_for_rows(out: Path, rows: int, process: "subprocess.Popen[str]") -> None:
    """Wait until so many rows are there."""
    until = time.monotonic() + LONG_SECONDS
    while written_rows(out) < rows:
        assert process.poll() is None, f"it ended too soon: {process.communicate()}"
        assert time.monotonic() < until, "no rows are written"
        time.sleep(0.002)


def gone(family: set[int]) -> None:
    """Wait until none of some processes is left."""
    until = time.monotonic() + LONG_SECONDS
    while left := family & set(parents()):
        assert time.monotonic() < until, f"processes are left: {left}"
        time.sleep(0.01)


def content(out: Path) -> dict[str, Any]:
    """All that is recorded, by problem and index, without what was measured."""
    records = read_records(out)
    assert records.torn_bytes == 0
    attempts = {
        f"{key}#{one.index}": _timeless(asdict(one)) for key, one in _attempts(records.attempts)
    }
    solutions = {key: _timeless(asdict(one)) for key, one in records.solutions.items()}
    for one in solutions.values():
        one["attempts"] = sorted(each["index"] for each in one.pop("trajectories"))
    return {"attempts": attempts, "solutions": solutions}


def answers(out: Path) -> dict[str, str]:
    """The verdict of each problem."""
    found = read_records(out).solutions
    return {key: str(solution.answer) for key, solution in found.items()}


def _attempts(by_key: dict[str, list[Trajectory]]) -> Iterator[tuple[str, Trajectory]]:
    for key, trajectories in by_key.items():
        for one in trajectories:
            yield key, one


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _timeless(one)
            for name, one in value.items()
            if name not in _MEASURED and not str(name).endswith("_seconds")
        }
    if isinstance(value, list | tuple):
        return [_timeless(one) for one in value]
    return value
