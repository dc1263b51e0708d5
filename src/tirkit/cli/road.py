"""`tirkit road`: from raw posts and pages to problems and trajectories."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import anyio
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.engines import Engine, engine_from_name
from tirkit.errors import ConfigError
from tirkit.events import Event, ProblemFinished
from tirkit.road import STAGES, RoadSettings, StageCounts, load_road, run_road
from tirkit.road.stage import Tell, silent


def road(
    documents: Annotated[
        list[Path] | None,
        typer.Argument(help="JSONL, HTML and text files, or folders of them.", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder to write.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="TOML file with settings of the road.")
    ] = None,
    engine: options.EngineName = "local",
    engine_sets: options.EngineSets = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", help="One setting, such as agree.attempts=16; repeatable."),
    ] = None,
    until: Annotated[
        str, typer.Option("--until", help=f"Last stage: {', '.join(STAGES)}.")
    ] = STAGES[-1],
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make problems and trajectories of raw documents; run again, it goes on where it stopped."""
    with exit_codes():
        if not documents or out is None:
            raise ConfigError("name the documents and the --out folder")
        settings = load_road(config, options.read_pairs("--set", sets))
        parts = engine_from_name(engine, **options.read_pairs("--engine-set", engine_sets))
        work = _Work(tuple(documents), out, parts, settings, until)
        done = work.run(show=not (quiet or as_json) and sys.stderr.isatty())
        if as_json:
            print(json.dumps({"stages": [_told(one) for one in done]}))
        elif not quiet:
            for one in done:
                _tell(one)
    if not done[-1].rows:
        raise typer.Exit(WORK_FAILED)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be made where, and of what."""

    documents: tuple[Path, ...]
    out: Path
    engine: Engine
    settings: RoadSettings
    until: str

    def run(self, *, show: bool) -> list[StageCounts]:
        """Go the road, with a bar for each stage where it is shown."""
        with _shown() if show else _unseen() as tell:
            return anyio.run(self._go, tell)

    async def _go(self, tell: Tell) -> list[StageCounts]:
        finished = 0

        def listen(event: Event) -> None:
            nonlocal finished
            if isinstance(event, ProblemFinished):
                finished += 1
                tell("problems solved", finished, 0)

        return await run_road(
            self.documents,
            self.out,
            self.engine,
            self.settings,
            until=self.until,
            listener=listen,
            tell=tell,
        )


@contextmanager
def _unseen() -> Iterator[Tell]:
    yield silent


@contextmanager
def _shown() -> Iterator[Tell]:
    """A bar for each stage."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total or None)

        yield tell


def _told(counts: StageCounts) -> dict[str, Any]:
    return {**counts.as_dict(), "already_there": counts.already_there}


def _tell(counts: StageCounts) -> None:
    there = " (was there already)" if counts.already_there else ""
    print(f"{counts.name:10} {counts.rows:7} rows of {counts.read}{there}")
    for why, count in counts.dropped.most_common():
        print(f"  {count:7} left out: {why}")
    for why, count in counts.refused.most_common():
        print(f"  {count:7} replies asked for again: {why}")
