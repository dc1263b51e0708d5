"""`tirkit export`: recorded attempts as rows for training."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import anyio
import typer
from anyio import from_thread, to_thread
from rich.console import Console
from rich.progress import Progress

from tirkit.cli import options
from tirkit.cli.errors import exit_codes
from tirkit.display import one_line
from tirkit.engines import Engine, engine_from_name
from tirkit.errors import ConfigError, RecordError
from tirkit.export import (
    PRESETS,
    ExportCounts,
    ExportSettings,
    FileKind,
    Form,
    Reader,
    export_runs,
)
from tirkit.records import check_texts
from tirkit.types import Trajectory

_MOST_LISTED = 5


def export(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of runs, or of several runs.", show_default=False),
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", "-f", help="What the rows are for.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder to write.")] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", help="Name of a preset; may be repeated: all must be passed."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", help="Benchmark not to train on, a name or file; repeatable."),
    ] = None,
    near: Annotated[
        float | None,
        typer.Option("--near", help="Drop problems that share this part of word runs, such as 0.8"),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl/--no-jsonl", help="Write JSONL.")] = True,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet.")] = False,
    no_ids: Annotated[bool, typer.Option("--no-ids", help="Texts alone, no token ids.")] = False,
    cancelled: Annotated[
        bool, typer.Option("--cancelled", help="Attempts stopped from outside, too.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn.")] = 0,
    engine: Annotated[
        str | None,
        typer.Option("--engine", "-e", help="Decodes the ids, as it made them: exact texts."),
    ] = None,
    engine_sets: options.EngineSets = None,
    list_filters: Annotated[
        bool, typer.Option("--filters", help="List the presets instead.")
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write recorded attempts as rows for TRL, LLaMA-Factory and verl."""
    with exit_codes():
        if list_filters:
            _list(as_json=as_json)
            return
        if not runs or form is None or out is None:
            raise ConfigError("name the runs, the --format and the --out folder")
        kinds = [FileKind.JSONL] * jsonl + [FileKind.PARQUET] * parquet
        settings = ExportSettings(
            form,
            tuple(filters or ()),
            tuple(against or ()),
            near,
            not no_ids,
            cancelled,
            seed,
            tuple(kinds),
        )
        decoder = _engine(engine, engine_sets)
        show = not (quiet or as_json) and sys.stderr.isatty()
        work = _Work(tuple(runs), out, settings, show)
        counts = work.done() if decoder is None else anyio.run(_decoding, work, decoder)
        if as_json:
            print(json.dumps({**counts.as_dict(), "already_there": counts.already_there}))
        elif not quiet and counts.rows:
            _tell(counts, out)
        if not counts.rows:
            raise RecordError(f"no row is left: {counts.reasons()}")


def _engine(name: str | None, sets: list[str] | None) -> Engine | None:
    if name is None:
        return None
    return engine_from_name(name, **options.read_pairs("--engine-set", sets))


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be exported where, and whether a bar is shown."""

    runs: tuple[Path, ...]
    out: Path
    settings: ExportSettings
    show: bool

    def done(
        self, reader: Reader | None = None, check: Callable[[], None] = lambda: None
    ) -> ExportCounts:
        """Export; `check` is called after every problem and may stop it."""
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not self.show) as bar:
            task = bar.add_task("exporting")

            def told(done: int, total: int) -> None:
                check()
                bar.update(task, completed=done, total=total)

            return export_runs(self.runs, self.out, self.settings, reader=reader, progress=told)


async def _decoding(work: _Work, engine: Engine) -> ExportCounts:
    async with engine:
        return await to_thread.run_sync(work.done, _reader(engine), from_thread.check_cancelled)


def _reader(engine: Engine) -> Reader:
    """Asks the engine from the thread that exports."""

    def check(trajectory: Trajectory) -> list[str]:
        return from_thread.run(check_texts, trajectory, engine.decode)

    def decode(ids: Sequence[int]) -> str:
        return from_thread.run(engine.decode, ids)

    return Reader(decode, check)


def _tell(counts: ExportCounts, out: Path) -> None:
    said = "was there already" if counts.already_there else "written"
    print(f"{out}: {counts.rows} rows of {counts.attempts} attempts {said}")
    for what, dropped in (
        ("attempts", counts.attempts_dropped),
        ("problems", counts.problems_dropped),
        ("windows", counts.windows_dropped),
    ):
        for why, count in dropped.most_common():
            print(f"  {count:6} {what} left out: {why}")
    found = [
        f"{one['problem_id']} stands in {one['dataset']} as {one['question_id']}: {one['why']}"
        for one in counts.overlaps
    ]
    found += [f"{one['problem_id']} is near {one['near']}" for one in counts.near]
    for line in found[:_MOST_LISTED]:
        print(f"  {one_line(line)}")
    if len(found) > _MOST_LISTED:
        print(f"  and {len(found) - _MOST_LISTED} more in {out / 'counts.json'}")


def _list(*, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "name": one.name,
                "formats": sorted(one.forms),
                "tells": one.tells,
                "source": one.source,
                "differs": one.differs,
            }
            for one in PRESETS.values()
        ]
        print(json.dumps(told))
        return
    for one in PRESETS.values():
        print(f"{one.name} ({', '.join(sorted(one.forms))}): {one.tells}. Source: {one.source}")
