"""`tirkit frontier`: accuracy against tokens and seconds for every rule and selector."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from tirkit.cli import options
from tirkit.cli.errors import exit_codes
from tirkit.cli.vote import Runs
from tirkit.errors import ConfigError
from tirkit.lab import (
    Candidate,
    Course,
    Frontier,
    Trials,
    all_candidates,
    frontier_html,
    frontier_png,
    frontier_table,
    read_courses,
    replayed_trials,
)

_TITLE = "Accuracy against cost"


def frontier(
    runs: Runs,
    orders: Annotated[
        int,
        typer.Option(
            "--orders", min=0, help="Random orders in which attempts begin; 0 for the recorded one."
        ),
    ] = 20,
    at_once: Annotated[
        int | None,
        typer.Option(
            "--at-once", min=1, help="Attempts in flight in these orders; as recorded if not given."
        ),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option(
            "--with", "-w", help="One more, as STOP then SELECTOR; either may be left out."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Writes a page with charts and the table.")
    ] = None,
    png: Annotated[Path | None, typer.Option("--png", help="Writes the charts.")] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Hold every rule, selector and preset against each other on recorded attempts."""
    with exit_codes():
        candidates = all_candidates(tuple(map(_own, own or ())))
        courses = read_courses(runs)
        show = not (quiet or as_json) and sys.stderr.isatty()
        trials = _tried(courses, candidates, orders, at_once, show=show)
        points = Frontier(trials).points()
        if html is not None:
            _write(html, frontier_html(points, _TITLE).encode())
        if png is not None:
            _write(png, frontier_png(points))
        if as_json:
            print(json.dumps([asdict(point) for point in points], ensure_ascii=False))
        else:
            Console().print(frontier_table(points))


def _own(text: str) -> tuple[str, str]:
    """A stop rule and a selector from `STOP then SELECTOR`."""
    stop, _, selector = f" {text} ".partition(" then ")
    return stop.strip(), selector.strip()


def _tried(
    courses: Sequence[Course],
    candidates: Sequence[Candidate],
    orders: int,
    at_once: int | None,
    *,
    show: bool,
) -> list[Trials]:
    with Progress(console=Console(stderr=True), transient=True, disable=not show) as bar:
        graded = sum(course.reference is not None for course in courses)
        task = bar.add_task("replaying", total=graded * max(orders, 1))
        return replayed_trials(
            courses,
            candidates,
            orders=orders,
            at_once=at_once,
            progress=lambda: bar.advance(task),
        )


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
