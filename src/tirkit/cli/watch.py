"""`tirkit watch`: looks on while another process works."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.display import draw, one_line
from tirkit.display.follow import RunWatch, Seen
from tirkit.display.table import finished_line, head_lines

_PLAIN_SECONDS = 10.0


def watch(
    directory: Annotated[Path, typer.Argument(help="Directory of the records of a run.")],
    once: Annotated[bool, typer.Option("--once", help="Show the run as it is and leave.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Fail where no run has begun, do not wait for one.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds between two looks.")
    ] = 1.0,
    as_json: options.Json = False,
) -> None:
    """Show a run of another process while it works; leaves when the run ends."""
    with exit_codes():
        look = RunWatch(directory, wait=not (once or no_wait))
        console = Console()
        if once:
            _show(look.now(), console, as_json=as_json)
            return
        follow = partial(_draw if console.is_terminal else _print_plain, console=console)
        try:
            seen = _print_json(look, every) if as_json else follow(look, every)
        except KeyboardInterrupt:  # that is how one leaves
            return
    if seen.gone or seen.left:
        raise typer.Exit(WORK_FAILED)


def _draw(look: RunWatch, every: float, console: Console) -> Seen:
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not (seen := look.now()).over:
            live.update(draw(seen.picture, console.width, console.height - 1), refresh=True)
            time.sleep(every)
    _show(seen, console, as_json=False)
    return seen


def _print_plain(look: RunWatch, every: float, console: Console) -> Seen:
    told, due, shown = "", 0.0, 0
    while True:
        seen = look.now()
        picture = seen.picture
        fresh = min(picture.done - shown, len(picture.finished)) if shown or seen.live else 0
        for done in picture.finished[len(picture.finished) - fresh :]:
            _line(console, finished_line(done))
        shown = picture.done
        if seen.over:
            _line(console, "; ".join(head_lines(picture)))
            _line(console, picture.notice)
            return seen
        head = picture.notice or "; ".join(head_lines(picture))
        if time.monotonic() >= due and head != told:
            told, due = head, time.monotonic() + _PLAIN_SECONDS
            _line(console, head)
        time.sleep(every)


def _print_json(look: RunWatch, every: float) -> Seen:
    told = ""
    while True:
        seen = look.now()
        row = json.dumps(seen.row(), ensure_ascii=False)
        if row != told:
            print(row, flush=True)
            told = row
        if seen.over:
            return seen
        time.sleep(every)


def _show(seen: Seen, console: Console, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(seen.row(), ensure_ascii=False))
        return
    height = console.height - 1 if console.is_terminal else 100
    console.print(draw(seen.picture, console.width, height))


def _line(console: Console, text: str) -> None:
    console.print(one_line(text), markup=False, highlight=False, soft_wrap=True)
