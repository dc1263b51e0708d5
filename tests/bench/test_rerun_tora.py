"""What ToRA-Code-34B really wrote for GSM8K, run again by `tirkit.bench.rerun`."""

import sys
from itertools import islice
from pathlib import Path

import pytest

from tirkit.bench.rerun import Difference, RerunSettings, RerunSummary, read_traces, rerun
from tirkit.kernels import KernelPool, KernelSettings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="code is confined on Linux only")

IN_FLIGHT = 4
CELL_SECONDS = 60.0
"""The slowest takes well under one; the machine may be busy."""


async def run(path: Path, limit: int | None) -> RerunSummary:
    summary = RerunSummary()
    async with KernelPool(KernelSettings(backend="fork", spares=IN_FLIGHT, seed=0)) as pool:
        traces = islice(read_traces(path), limit)
        settings = RerunSettings(at_once=IN_FLIGHT, timeout_seconds=CELL_SECONDS)
        await rerun(traces, pool, settings, summary.add)
        assert pool.stats().lost == 0
    return summary


async def test_tora_when_some_are_run_again_then_the_outputs_are_the_recorded_ones(
    data_dir: Path,
) -> None:
    summary = await run(data_dir / "tora_code_34b_gsm8k.jsonl", 200)
    assert (summary.traces, summary.run) == (200, 200)
    assert summary.counts == {Difference.SAME: 199, Difference.NO_SYNTAX: 1}


@pytest.mark.slow
async def test_tora_when_all_are_run_again_then_the_outputs_are_the_recorded_ones(
    data_dir: Path,
) -> None:
    summary = await run(data_dir / "tora_code_34b_gsm8k.jsonl", None)
    assert (summary.traces, summary.run) == (1319, 1319)
    assert summary.counts == {
        Difference.SAME: 1316,
        Difference.SAME_ERROR: 2,
        Difference.NO_SYNTAX: 1,
    }
