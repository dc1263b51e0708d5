"""`tirkit vote`: other rules and selectors over recorded attempts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tirkit.cli import options
from tirkit.cli.errors import exit_codes
from tirkit.lab import candidate, read_courses, vote_again, vote_table

Runs = Annotated[
    list[Path], typer.Argument(help="Folders of runs, or files of records.", show_default=False)
]


def vote(
    runs: Runs,
    selector: Annotated[
        str, typer.Option("--selector", help="Chooses, such as entropy(floor=0.1).")
    ] = "majority()",
    stop: Annotated[
        str, typer.Option("--stop", help="Stop rules, such as when_agreed(4); none if not given.")
    ] = "",
    attempts: Annotated[
        int | None, typer.Option("--attempts", "-n", min=1, help="Only so many of each problem.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Vote again on recorded attempts, in the order in which they finished."""
    with exit_codes():
        chosen = candidate("vote", "own", stop, selector)
        report = vote_again(read_courses(runs), chosen, attempts)
        if as_json:
            print(json.dumps(asdict(report), ensure_ascii=False))
        else:
            Console().print(vote_table(report))
