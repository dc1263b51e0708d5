"""`tirkit bench`: all problems of a dataset."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import anyio
import typer

from tirkit.bench import BenchOutcome, BenchRun, Halt, load_problems, repeat_runs, run_benches
from tirkit.bench.runner import refuse_records
from tirkit.cli import options
from tirkit.cli.bench_compare import OtherRun
from tirkit.cli.bench_look import BenchLook
from tirkit.cli.bench_show import show_outcomes
from tirkit.cli.command_line import command_line
from tirkit.cli.errors import exit_codes
from tirkit.cli.signals import STOPPED_BY_USER, halted_by_signals
from tirkit.config import preset_for
from tirkit.engines import engine_from_name
from tirkit.types import Problem


def bench(
    dataset: Annotated[
        str, typer.Argument(help="File of problems, name of a dataset, or hf:owner/name.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory of the records.")],
    engine: options.EngineName = "local",
    preset: options.Preset = None,
    config: options.ConfigFile = None,
    attempts: options.Attempts = None,
    sets: options.Sets = None,
    engine_sets: options.EngineSets = None,
    confinement: options.Confinement = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--field", help="A column, as in question=text; may be repeated."),
    ] = None,
    split: Annotated[str | None, typer.Option("--split", help="Of a dataset with several.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many problems.")] = None,
    repeats: Annotated[
        int, typer.Option("--repeats", help="So many runs, with seeds that count up.")
    ] = 1,
    seed: Annotated[int | None, typer.Option("--seed", help="Of the first run.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Go on with what DIR holds, or refuse to.")
    ] = True,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", help="Directory of another run, compared problem by problem."),
    ] = None,
    prometheus: options.Prometheus = None,
    details: Annotated[
        bool, typer.Option("--details", help="Print every figure, not the main ones alone.")
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Solve every problem of a dataset; run again, it goes on where it stopped."""
    with exit_codes():
        settings = options.read_settings(
            preset or preset_for(engine), config, attempts, sets, confinement
        )
        if seed is not None:
            settings = settings.model_copy(update={"seed": seed})
        columns = options.read_texts("--field", fields)
        problems = load_problems(dataset, fields=columns, split=split, limit=limit)
        parts = engine_from_name(engine, **options.read_pairs("--engine-set", engine_sets))
        told = _told(dataset, columns, split, limit)
        runs = repeat_runs(BenchRun(parts, settings, out, told=told), repeats)
        if not resume:
            refuse_records(runs)
        other = None if compare is None else OtherRun(compare, runs, problems)
        look = BenchLook(runs, problems, show=not (quiet or as_json), port=prometheus)
        outcomes = _run(runs, problems, look)
        stopped = len(outcomes) < len(runs) or any(one.stopped for one in outcomes)
        failed = next((one.failures[0][1] for one in outcomes if one.failures), None)
        if not (as_json and (stopped or failed)):
            comparisons = [] if other is None else list(other.compared(outcomes))
            show_outcomes(outcomes, comparisons, as_json=as_json, details=details)
        if failed is not None:
            raise failed
    if stopped:
        _tell_stopped(runs, outcomes)
        raise typer.Exit(STOPPED_BY_USER)


def _told(
    dataset: str, columns: dict[str, str], split: str | None, limit: int | None
) -> dict[str, Any]:
    """What the head of the records tells beside the settings: of a path its last name alone."""
    path = Path(dataset)
    return {
        "dataset": path.name if path.exists() else dataset,
        "columns": columns,
        "split": split,
        "limit": limit,
        "command": command_line(sys.argv[1:]),
    }


def _run(
    runs: Sequence[BenchRun], problems: Sequence[Problem], look: BenchLook
) -> list[BenchOutcome]:
    async def work() -> list[BenchOutcome]:
        halt = Halt()
        async with halted_by_signals(halt, look.say), look.file:
            return await run_benches(
                runs, problems, listener=look.listener, beside=look.beside, halt=halt
            )

    with look.shown():
        return anyio.run(work)


def _tell_stopped(runs: Sequence[BenchRun], outcomes: Sequence[BenchOutcome]) -> None:
    problems = max(one.problems for one in outcomes)
    left = sum(one.left for one in outcomes) + problems * (len(runs) - len(outcomes))
    print(
        f"tirkit: stopped with {left} of {problems * len(runs)} problems left; to go on: "
        f"{shlex.join(command_line(sys.argv[1:]))}",
        file=sys.stderr,
    )
