"""The code of 1,319 recorded ToRA completions, run again by tirkit and by stock Jupyter kernels.

tirkit gives each trace a confined kernel of its own. Stock kernels, as plain jupyter_client drives
them, are measured three times: as few as there are processors, each reused for trace after trace,
with all names kept and with `%reset -f` between traces (a trace may still find what another has
changed elsewhere); and a new one for each trace, which alone is as clean as tirkit's; of these only
a part of the traces, as they are slow. Sides take turns block by block in one run, with as many
traces at once on each. Starting what lives for the whole run is not counted.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import anyio

from benchmarks.kernels.stock import StockKernel, stock_kernel
from benchmarks.report import Report
from tirkit.bench.rerun import (
    Group,
    RecordedCell,
    RecordedTrace,
    RerunSettings,
    RerunSummary,
    compare,
    read_traces,
    rerun,
)
from tirkit.concurrency import usable_cores
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.types import CodeResult, CodeStatus

COLUMNS = ("kernels", "traces", "cells", "cells agreeing", "seconds", "cells/s", "tirkit / this")
BLOCKS = 8
FRESH_PER_BLOCK = 12
CELL_SECONDS = 60.0
RESET = "%reset -f"

Run = Callable[[RecordedTrace], Coroutine[Any, Any, list[CodeResult]]]


@dataclass
class Side:
    """What one side has done, and cells per second of each block."""

    name: str
    traces: int = 0
    cells: int = 0
    agreeing: int = 0
    seconds: float = 0.0
    rates: list[float] = field(default_factory=list)

    def add(self, traces: int, cells: int, agreeing: int, seconds: float) -> None:
        self.traces += traces
        self.cells += cells
        self.agreeing += agreeing
        self.seconds += seconds
        self.rates.append(cells / seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay_traces", description=__doc__)
    parser.add_argument("--traces", type=int, default=None, help="only so many")
    parser.add_argument("--at-once", type=int, default=usable_cores())
    asked = parser.parse_args()
    shared = Path(__file__).parents[2] / "shared" / "data"
    data = Path(os.environ.get("TIRKIT_DATA", shared)) / "tora_code_34b_gsm8k.jsonl"
    traces = list(islice(read_traces(data), asked.traces))
    anyio.run(measure, traces, asked.at_once)


async def measure(traces: Sequence[RecordedTrace], at_once: int) -> None:
    mine, soiled, reused, fresh = (Side("") for _ in range(4))
    settings = KernelSettings(spares=at_once, concurrent_cells=at_once, seed=0)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        pool = await stack.enter_async_context(KernelPool(settings))
        mine.name = f"tirkit, one a trace (confinement {pool.confinement.level.value})"
        kernels = [
            await stack.enter_async_context(stock_kernel(folder, number))
            for number in range(at_once)
        ]
        size = -(-len(traces) // BLOCKS)
        for start in range(0, len(traces), size):
            block = traces[start : start + size]
            await replay_ours(pool, block, at_once, mine)
            await replay_stock(block, soiled, [partial(run_soiled, one) for one in kernels])
            await replay_stock(block, reused, [partial(run_reused, one) for one in kernels])
            await replay_stock(
                block[:FRESH_PER_BLOCK], fresh, [partial(run_fresh, folder)] * at_once
            )
    soiled.name = f"stock, {at_once} reused, names kept"
    reused.name = f"stock, {at_once} reused with {RESET}"
    fresh.name = "stock, a new one a trace"
    publish(mine, soiled, reused, fresh)


async def replay_ours(
    pool: KernelPool, block: Sequence[RecordedTrace], at_once: int, side: Side
) -> None:
    summary = RerunSummary()
    began = time.perf_counter()
    await rerun(iter(block), pool, RerunSettings(at_once, CELL_SECONDS), summary.add)
    seconds = time.perf_counter() - began
    side.add(summary.traces, summary.cells, summary.of_group(Group.AGREES), seconds)


async def run_reused(kernel: StockKernel, trace: RecordedTrace) -> list[CodeResult]:
    """All cells of a trace in a kernel that others have used; its names go afterwards."""
    results = await run_soiled(kernel, trace)
    await kernel.run(RESET)
    return results


async def run_soiled(kernel: StockKernel, trace: RecordedTrace) -> list[CodeResult]:
    """All cells of a trace among the names of those before."""
    return [await run_cell(kernel, cell.code) for cell in trace.cells]


async def run_fresh(folder: str, trace: RecordedTrace) -> list[CodeResult]:
    """All cells of a trace in a new kernel."""
    async with stock_kernel(folder, 10_000 + trace.line) as kernel:
        return [await run_cell(kernel, cell.code) for cell in trace.cells]


async def replay_stock(block: Sequence[RecordedTrace], side: Side, places: Sequence[Run]) -> None:
    """Each place takes the next trace; results are compared as tirkit's are."""
    left = iter(block)
    found: list[bool] = []

    async def work(run: Run) -> None:
        for trace in left:
            found.extend(map(agrees, trace.cells, await run(trace)))

    began = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for place in places:
            tasks.start_soon(work, place)
    side.add(len(block), len(found), sum(found), time.perf_counter() - began)


def agrees(cell: RecordedCell, result: CodeResult) -> bool:
    return compare(cell, result).difference.group is Group.AGREES


async def run_cell(kernel: StockKernel, code: str) -> CodeResult:
    """A cell and what it gave, as jupyter_client's documentation collects it."""
    sent = kernel.client.execute(code, store_history=False)
    while True:
        reply = await kernel.client.get_shell_msg(timeout=CELL_SECONDS)
        if reply["parent_header"].get("msg_id") == sent:
            break
    texts: dict[str, str] = {"stdout": "", "stderr": "", "value": ""}
    error: str | None = None
    while True:
        message = await kernel.client.get_iopub_msg(timeout=CELL_SECONDS)
        if message["parent_header"].get("msg_id") != sent:
            continue
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                texts[content["name"]] += content["text"]
            case "execute_result":
                texts["value"] += content["data"].get("text/plain", "")
            case "error":
                error = f"{content['ename']}: {content['evalue']}"
            case "status" if content["execution_state"] == "idle":
                status = CodeStatus.OK if error is None else CodeStatus.ERROR
                value = texts["value"] or None
                return CodeResult(status, texts["stdout"], texts["stderr"], value, error)


def publish(mine: Side, *others: Side) -> None:
    """Print the table and write it. Ratios are medians over the blocks."""
    report = Report("replay_traces", COLUMNS)
    for side in (mine, *others):
        ratios = [a / b for a, b in zip(mine.rates, side.rates, strict=True)]
        report.rows.append(
            (
                side.name,
                side.traces,
                side.cells,
                side.agreeing,
                side.seconds,
                side.cells / side.seconds,
                statistics.median(ratios),
            )
        )
    clean = others[-1]
    ratio = statistics.median(a / b for a, b in zip(mine.rates, clean.rates, strict=True))
    report.target(
        f"a clean kernel a trace: {ratio:.1f} times stock's cells per second, 5 asked",
        met=ratio >= 5,
    )
    report.publish()


if __name__ == "__main__":
    main()
