"""`tirkit grade`: right or wrong, row by row."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tirkit.answers import AnswerPool, Comparison, equivalent, parse_sources
from tirkit.bench import (
    AnswerRow,
    AnswerRows,
    GradeCount,
    Graded,
    GradedRow,
    GradeFile,
    GradeSettings,
    encode_graded,
    grade_rows,
)
from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.errors import ConfigError
from tirkit.types import AnswerDomain

_MAX_WORKERS = 256
_FROM: dict[str, Graded | None] = {
    "": None,
    "completion": "completion",
    "predicted": "predicted",
}


def grade(
    file: Annotated[
        Path, typer.Argument(help="JSONL file with `completion` or `predicted`, and `answer`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File for the graded rows; gone on with if it is there."),
    ] = None,
    domain: Annotated[
        str, typer.Option("--domain", help="Which answers are admissible, as integer:0..999.")
    ] = "any",
    against: Annotated[
        str, typer.Option("--against", help="Field with the reference answer.")
    ] = "",
    what: Annotated[
        str, typer.Option("--from", help="Grade the `completion` or what was `predicted`.")
    ] = "",
    sources: Annotated[
        str,
        typer.Option(
            "--sources", help="Where answers stand: box, phrase, option, tag, output; in order."
        ),
    ] = "box,output",
    places: Annotated[
        int | None, typer.Option("--places", help="Round decimals to so many places.")
    ] = None,
    relative: Annotated[
        float | None, typer.Option("--relative", help="Relative difference that is none.")
    ] = None,
    percent: Annotated[
        bool, typer.Option("--percent", help="A factor of 100 either way is the same.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", help="Seconds one symbolic comparison may take.")
    ] = 5.0,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Rows compared at once; one a processor.")
    ] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare the answer of every row with its reference."""
    with exit_codes(), _quiet_pipe():
        how = Comparison(places=places, relative=relative, percent=percent, timeout_seconds=timeout)
        settings = GradeSettings(AnswerDomain.parse(domain), parse_sources(sources), how)
        rows = AnswerRows(file, _graded(what), against)
        shown = _shows(out, as_json=as_json, quiet=quiet)
        count = _run(rows, settings, _Way(out, workers, as_json, shown))
        if as_json:
            print(json.dumps(count.as_dict()))
        elif not quiet:
            print(_summary(count), file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Way:
    """How the work is done and where it goes; the options of the same names say more."""

    out: Path | None
    workers: int | None
    json: bool
    shown: bool


def _run(rows: AnswerRows, settings: GradeSettings, way: _Way) -> GradeCount:
    count = GradeCount()
    if way.workers is not None and way.workers > _MAX_WORKERS:
        raise ConfigError(f"--workers is {way.workers}: use 1 to {_MAX_WORKERS}")
    if way.out is not None and _is_same(way.out, rows.path):
        raise ConfigError(f"--out is the graded file itself, {way.out}: use another")
    with ExitStack() as stack:
        pool = stack.enter_context(AnswerPool(workers=way.workers))
        todo = _counted(rows, stack.enter_context(_progress(rows.path, shown=way.shown)))
        write: Callable[[GradedRow], None] = _ignored if way.json else _to_stdout
        if way.out is not None:
            file = stack.enter_context(GradeFile(way.out, settings))
            todo, write = file.left_over(todo, count), file.append
        compare = partial(equivalent, how=settings.how, pool=pool)
        for row in grade_rows(todo, settings, compare, workers=pool.workers):
            write(row)
            count.add(row.outcome, undecided=row.undecided)
    count.skipped = rows.skipped
    if not count.rows:
        raise ConfigError(
            f"{rows.path} holds no row that can be graded: of its {count.skipped} attempts none "
            "ended by itself at a problem that is settled and has a reference answer"
        )
    return count


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _graded(what: str) -> Graded | None:
    if what not in _FROM:
        raise ConfigError(f"--from is {what!r}: use completion or predicted, or leave it out")
    return _FROM[what]


def _counted(rows: AnswerRows, advance: Callable[[int], None]) -> Iterator[AnswerRow]:
    for row in rows:
        advance(row.read_bytes)
        yield row


def _shows(out: Path | None, *, as_json: bool, quiet: bool) -> bool:
    """Whether progress is shown: to people, where no rows would run through it."""
    rows_on_terminal = out is None and not as_json and sys.stdout.isatty()
    return not quiet and sys.stderr.isatty() and not rows_on_terminal


@contextmanager
def _progress(file: Path, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of the file; gives what takes how many were read."""
    size = file.stat().st_size if file.is_file() else None
    columns = (TextColumn("grading"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("grading", total=size)
        yield lambda read_bytes: bar.update(task, completed=read_bytes)


def _ignored(row: GradedRow) -> None:
    """Rows are for people and files; the object of `--json` stands alone."""


def _to_stdout(row: GradedRow) -> None:
    sys.stdout.buffer.write(encode_graded(row, ascii_only=sys.stdout.isatty()))
    sys.stdout.buffer.flush()


def _summary(count: GradeCount) -> str:
    undecided = f" ({count.undecided} of them undecided)" if count.undecided else ""
    skipped = f"; {count.skipped} skipped" if count.skipped else ""
    return (
        f"{count.rows} rows: {count.correct} correct, {count.wrong} wrong{undecided}, "
        f"{count.no_answer} without an answer{skipped}: {100 * count.accuracy:.1f} % correct"
    )


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """End without a traceback where nobody reads the rows any more, as under `head`."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(WORK_FAILED) from None
