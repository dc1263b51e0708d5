"""`tirkit replay`: the code of recorded attempts, run again."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tirkit.bench import run_settings
from tirkit.bench.rerun import (
    Group,
    RecordedTrace,
    RerunFile,
    RerunSettings,
    RerunSummary,
    RerunTrace,
    read_traces,
    rerun,
)
from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.cli.replay_table import show_rerun
from tirkit.concurrency import usable_cores
from tirkit.errors import ConfigError
from tirkit.kernels import KernelPool, KernelSettings

_OUTPUT_CAP_CHARS = 1_000_000
_MEBIBYTE = 2**20
_INTERRUPTED = 128 + signal.SIGINT
_MOST_AT_ONCE = 1024


def replay(
    traces: Annotated[
        Path,
        typer.Argument(help="JSONL of ToRA, NeMo-Skills or others, or the folder of a run."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File for a row a trace; gone on with if it is there."),
    ] = None,
    at_once: Annotated[
        int | None, typer.Option("--at-once", help="Traces in work; two a processor.")
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", help="Seconds a cell may take.")
    ] = 10.0,
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many traces.")] = None,
    twice: Annotated[
        bool, typer.Option("--twice", help="Run what differs once more: does it repeat itself?")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where an output differs.")
    ] = False,
    confinement: options.Confinement = None,
    memory_mb: Annotated[
        int | None, typer.Option("--memory-mb", help="Address space of each kernel, in MiB.")
    ] = None,
    allow_processes: Annotated[
        bool, typer.Option("--allow-processes", help="Let the code start processes.")
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run the code of recorded attempts again and compare what it gives."""
    with exit_codes():
        _check(traces, out, at_once, limit)
        own = run_settings(traces) if traces.is_dir() else None
        base = KernelSettings() if own is None else own.kernel_settings()
        settings = RerunSettings(at_once or 2 * usable_cores(), timeout, twice)
        kernels = _kernels(base, settings, confinement, memory_mb, allow_processes)
        shown = not quiet and not as_json and sys.stderr.isatty()
        summary, interrupted = _run(_Work(traces, out, limit, shown), settings, kernels)
        if as_json:
            print(json.dumps(summary.as_dict()))
        elif not quiet:
            show_rerun(summary)
    if interrupted:
        more = ": the same command goes on" if out is not None else ""
        print(f"tirkit: interrupted{more}", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED)
    if strict and summary.of_group(Group.DIFFERS):
        raise typer.Exit(WORK_FAILED)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is read and where it goes; the options of the same names say more."""

    traces: Path
    out: Path | None
    limit: int | None
    shown: bool


def _check(traces: Path, out: Path | None, at_once: int | None, limit: int | None) -> None:
    if at_once is not None and not 1 <= at_once <= _MOST_AT_ONCE:
        raise ConfigError(f"--at-once is {at_once}: use 1 to {_MOST_AT_ONCE}")
    if limit is not None and limit < 1:
        raise ConfigError(f"--limit is {limit}: use 1 or more")
    if not traces.exists():
        raise ConfigError(f"cannot read {traces}: there is no such file or folder")
    if out is not None and out.exists() and out.samefile(traces):
        raise ConfigError(f"--out is what is read, {out}: use another")


def _kernels(
    base: KernelSettings,
    settings: RerunSettings,
    confinement: str | None,
    memory_mb: int | None,
    allow_processes: bool,
) -> KernelSettings:
    """The kernels of the run: as its own were, as far as it tells, with a warm one each."""
    limits = base.limits
    if memory_mb is not None:
        limits = replace(limits, memory_bytes=memory_mb * _MEBIBYTE)
    if allow_processes:
        limits = replace(limits, allow_processes=True)
    return replace(
        base,
        confinement=confinement or base.confinement,
        limits=limits,
        spares=settings.at_once,
        max_kernels=None,
        concurrent_cells=settings.at_once,
        output_cap_chars=_OUTPUT_CAP_CHARS,
        total_cap_chars=None,
        keep_images=0,
        seed=base.seed or 0,
    )


def _run(
    work: _Work, settings: RerunSettings, kernels: KernelSettings
) -> tuple[RerunSummary, bool]:
    """What was found, and whether it was interrupted."""
    summary = RerunSummary()
    with ExitStack() as stack:
        traces: Iterator[RecordedTrace] = islice(read_traces(work.traces), work.limit)
        takers: list[Callable[[RerunTrace], None]] = [summary.add]
        if work.out is not None:
            file = stack.enter_context(RerunFile(work.out, _told(settings, kernels), summary))
            traces = file.left_over(traces)
            takers.append(file.append)
        advance = stack.enter_context(_progress(work, summary))
        traces = _counted(traces, advance)

        def take(found: RerunTrace) -> None:
            for taker in takers:
                taker(found)

        began = time.monotonic()
        try:
            anyio.run(_rerun, traces, settings, kernels, take)
        except KeyboardInterrupt:
            return summary, True
        finally:
            summary.seconds = time.monotonic() - began
    return summary, False


def _told(settings: RerunSettings, kernels: KernelSettings) -> str:
    """What decides the rows, and not how fast they come."""
    return (
        f"timeout {settings.timeout_seconds:g} s, twice {settings.twice}, confinement "
        f"{kernels.confinement}, seed {kernels.seed}, {kernels.limits}"
    )


async def _rerun(
    traces: Iterator[RecordedTrace],
    settings: RerunSettings,
    kernels: KernelSettings,
    take: Callable[[RerunTrace], None],
) -> None:
    async with KernelPool(kernels) as pool:
        await rerun(traces, pool, settings, take)


def _counted(
    traces: Iterator[RecordedTrace], advance: Callable[[int], None]
) -> Iterator[RecordedTrace]:
    for trace in traces:
        advance(trace.read_bytes)
        yield trace


@contextmanager
def _progress(work: _Work, summary: RerunSummary) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of the file; gives what takes how many were read."""
    size = work.traces.stat().st_size if work.traces.is_file() else None
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not work.shown) as bar:
        task = bar.add_task("", total=size)

        def advance(read_bytes: int) -> None:
            told = f"{summary.cells} cells, {summary.of_group(Group.DIFFERS)} differ"
            bar.update(task, completed=read_bytes, description=told)

        yield advance
