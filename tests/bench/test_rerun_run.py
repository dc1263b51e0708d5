"""Recorded code is run again: in order, many traces at once, bounded, and gone on with."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from tests.records.factory import PROBLEM, trajectory
from tirkit.bench.rerun import (
    Difference,
    Ended,
    RecordedCell,
    RecordedTrace,
    RerunFile,
    RerunSettings,
    RerunSummary,
    RerunTrace,
    read_traces,
    rerun,
    rerun_trace,
)
from tirkit.errors import ConfigError, KernelError
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.records import RecordWriter
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus

D = Difference


def trace(*cells: tuple[str, str | None], name: str = "a", line: int = 1) -> RecordedTrace:
    recorded = tuple(RecordedCell(code, output) for code, output in cells)
    return RecordedTrace(name, 0, "cells", recorded, line=line)


def kinds(found: RerunTrace) -> list[Difference]:
    return [cell.compared.difference for cell in found.cells]


REAL: dict[str, tuple[list[tuple[str, str | None]], list[Difference]]] = {
    "state": ([("x = 6", ""), ("x * 7", "42")], [D.SAME, D.SAME]),
    "out": ([("print(1.5)", "1.5"), ("2", "3")], [D.SAME, D.OUTPUT]),
    "set": ([("{1, 2, 3}", "{3, 2, 1}")], [D.ORDER]),
    "numpy": ([("import numpy as np\n[np.float64(1.5)]", "[1.5]")], [D.REPR]),
    "float": ([("0.1 + 0.2", "0.3")], [D.NUMBERS]),
    "error": ([("1 / 0", "ZeroDivisionError: division by zero")], [D.SAME_ERROR]),
    "own error": (
        [("class Odd(Exception): pass\nraise Odd('so')", "Odd: so")],
        [D.SAME_ERROR],
    ),
    "fails and follows": (
        [("y = z", "ok"), ("print(y)", "3"), ("4", "4")],
        [D.NOW_FAILS, D.FOLLOWS, D.SAME],
    ),
    "module": ([("import nothing_like_it", "")], [D.MISSING_MODULE]),
    "write": ([("open('/etc/tirkit', 'w')", "")], [D.FORBIDDEN]),
    "dies": (
        [("x = 1", ""), ("import os\nos._exit(3)", ""), ("x", "1")],
        [D.SAME, D.DIED, D.STATE_LOST],
    ),
    "long": ([("print('7' * 3_000_000)", "7" * 1000 + "<output cut>")], [D.CUT]),
    "parse": ([("x = = 1", None)], [D.NO_SYNTAX]),
    "silent": ([("print('?')", None)], [D.NOT_RECORDED]),
    "none": ([], []),
}


async def test_real_cells_when_run_again_then_each_has_its_class() -> None:
    traces = [trace(*cells, name=name) for name, (cells, _) in REAL.items()]
    found: dict[str, list[Difference]] = {}
    settings = KernelSettings(spares=2, output_cap_chars=1_000_000, total_cap_chars=None)
    async with KernelPool(settings) as pool:
        await rerun(
            iter(traces),
            pool,
            RerunSettings(at_once=3, timeout_seconds=60),
            lambda one: found.__setitem__(one.trace.id, kinds(one)),
        )
    assert found == {name: expected for name, (_, expected) in REAL.items()}


@pytest.mark.slow
async def test_cell_when_it_does_not_end_then_the_next_one_is_run_all_the_same() -> None:
    late = trace(("x = 2", ""), ("while True: pass", "1"), ("x", "2"))
    async with KernelPool(KernelSettings(spares=1)) as pool:
        found = await rerun_trace(late, pool, RerunSettings(timeout_seconds=3))
    assert kinds(found) == [D.SAME, D.NEW_TIMEOUT, D.SAME]


async def test_chance_when_run_twice_then_it_is_told_from_a_real_difference() -> None:
    chance = trace(("import random, time", ""), ("random.random()", "0.5"), ("2 + 2", "5"))
    async with KernelPool(KernelSettings(spares=2, seed=0)) as pool:
        once = await rerun_trace(chance, pool, RerunSettings())
        twice = await rerun_trace(chance, pool, RerunSettings(twice=True))
    assert kinds(once) == [D.SAME, D.OUTPUT, D.OUTPUT]
    assert kinds(twice) == [D.SAME, D.UNSTABLE, D.OUTPUT]


async def test_own_run_when_recorded_and_run_again_then_it_agrees(tmp_path: Path) -> None:
    async with RecordWriter(tmp_path / "run", {}) as writer:
        await writer.append_attempt(PROBLEM, trajectory(0))
        await writer.append_attempt(PROBLEM, trajectory(1))
    (row, other) = read_traces(tmp_path / "run")
    assert (row.id, row.attempt, row.form, row.lease) == ("p1", 0, "tirkit", "p1/0")
    assert row.cells == (RecordedCell("6*7", "42", None, Ended.OK),)
    kernels = FakeKernelSource({"6*7": CodeResult(CodeStatus.OK, value="42")})
    assert kinds(await rerun_trace(row, kernels, RerunSettings())) == [D.SAME]
    assert kernels.leases == ["p1/0"]
    path = tmp_path / "run" / "records.jsonl"
    assert [one.cells for one in read_traces(path)] == [row.cells, other.cells]
    bare = tmp_path / "bare.jsonl"
    bare.write_bytes(path.read_bytes() + b'{"type": "att')  # a run that goes on
    assert [one.cells for one in read_traces(bare)] == [row.cells, other.cells]


async def test_traces_when_many_then_no_more_are_read_than_there_are_places() -> None:
    read, done = 0, 0
    most = 0
    lock = threading.Lock()

    def traces() -> Iterator[RecordedTrace]:
        nonlocal read, most
        for number in range(200):
            with lock:
                read += 1
                most = max(most, read - done)
            yield trace(("x", "1"), name=str(number))

    def take(found: RerunTrace) -> None:
        nonlocal done
        with lock:
            done += 1

    kernels = FakeKernelSource(lambda code: CodeResult(CodeStatus.OK, stdout="1\n"))
    await rerun(traces(), kernels, RerunSettings(at_once=4), take)
    assert (read, done, kernels.open_leases) == (200, 200, 0)
    assert most <= 5  # four in work and the one being read


async def test_code_cut_off_when_read_then_no_kernel_is_asked() -> None:
    kernels = FakeKernelSource({})
    cut = RecordedTrace("a", 0, "tora", (RecordedCell("x = (", ended=Ended.NOT_RUN),))
    found = await rerun_trace(cut, kernels, RerunSettings())
    assert (kinds(found), kernels.leases) == ([D.NOT_RUN], [])
    assert found.cells[0].result is None


async def test_run_when_cancelled_then_it_ends_and_gives_its_kernels_back() -> None:
    kernels = FakeKernelSource(lambda code: CodeResult(CodeStatus.OK), delay_seconds=5)
    with anyio.move_on_after(0.02) as scope:
        await rerun(
            iter([trace(("x", "1"))] * 9), kernels, RerunSettings(at_once=3), lambda one: None
        )
    assert scope.cancelled_caught
    assert kernels.open_leases == 0


async def test_kernels_when_none_comes_up_then_the_error_is_the_kernels() -> None:
    broken = KernelSettings(python="/nowhere/python", backend="stock", spares=0)
    with pytest.raises(KernelError):
        async with KernelPool(broken) as pool:
            await rerun(iter([trace(("x", "1"))]), pool, RerunSettings(), lambda one: None)


@pytest.mark.parametrize(
    "wrong", [{"at_once": 0}, {"timeout_seconds": 0.0}, {"timeout_seconds": float("inf")}]
)
def test_settings_when_out_of_range_then_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RerunSettings(**wrong)  # type: ignore[arg-type]


async def run_into(path: Path, traces: list[RecordedTrace], settings: str = "s") -> RerunSummary:
    kernels = FakeKernelSource(lambda code: CodeResult(CodeStatus.OK, stdout="1\n"))
    summary = RerunSummary()
    with RerunFile(path, settings, summary) as file:

        def take(found: RerunTrace) -> None:
            summary.add(found)
            file.append(found)

        await rerun(file.left_over(iter(traces)), kernels, RerunSettings(), take)
    assert len(kernels.leases) == summary.traces - summary.earlier
    return summary


async def test_file_when_gone_on_with_then_only_the_rest_is_run(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    traces = [trace(("x", "1"), ("y", "2"), name=str(line), line=line) for line in range(6)]
    first = await run_into(path, traces[:3])
    assert (first.traces, first.earlier, first.cells) == (3, 0, 6)
    path.write_bytes(path.read_bytes()[:-20])  # killed in the middle of a row
    second = await run_into(path, traces)
    assert (second.traces, second.earlier, second.cells) == (6, 2, 12)
    assert second.counts == {D.SAME: 6, D.OUTPUT: 6}
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(row["id"] for row in rows) == ["0", "1", "2", "3", "4", "5"]
    assert rows[0]["cells"][1]["detail"] == "'2' is recorded, now it is '1'"
    assert second.as_dict()["agrees"] == 6
    changed = [trace(("x", "5"), name="0", line=0)]
    assert (await run_into(path, changed)).traces == 7


BAD_FILES = {
    "foreign": ('{"id": 1}\n', "line 1 is no row of tirkit replay"),
    "damaged": ('{"rerun": "xx", "cells": []}\n', "is damaged"),
    "no cells": ('{"rerun": "00"}\n', "is damaged"),
    "odd class": ('{"rerun": "00", "cells": [{"difference": "?"}]}\n', "is damaged"),
    "settings": ('{"rerun": "00", "cells": [], "settings": "t"}\n', "other settings"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_file_when_it_holds_something_else_then_it_is_left_alone(name: str, tmp_path: Path) -> None:
    text, fault = BAD_FILES[name]
    path = tmp_path / "out.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigError, match=fault):
        RerunFile(path, "s", RerunSummary())
    assert path.read_text() == text


def test_file_when_it_cannot_be_written_then_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        RerunFile(tmp_path, "s", RerunSummary())
