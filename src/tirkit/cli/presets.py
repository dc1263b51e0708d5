"""`tirkit presets`: what ships, and where its numbers come from."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tirkit.cli import options
from tirkit.cli.errors import exit_codes
from tirkit.config import load_settings
from tirkit.config.show import preset_infos, preset_text, settings_text


def presets(
    name: Annotated[str | None, typer.Argument(help="Print this preset's whole tree.")] = None,
    as_json: options.Json = False,
    only_set: Annotated[
        bool, typer.Option("--only-set", help="Only what the preset sets, with its sources.")
    ] = False,
) -> None:
    """List the shipped presets with their sources, or print one of them as TOML."""
    with exit_codes():
        if name is None:
            _list(as_json=as_json)
        elif as_json:
            settings = load_settings(name, environment={})
            print(json.dumps(settings.model_dump(mode="json"), ensure_ascii=False))
        elif only_set:
            print(preset_text(name), end="")
        else:
            print(settings_text(load_settings(name, environment={})))


def _list(*, as_json: bool) -> None:
    infos = preset_infos()
    if as_json:
        print(json.dumps([asdict(info) for info in infos], ensure_ascii=False))
        return
    table = Table("preset", "where its numbers come from", box=None, pad_edge=False)
    for info in infos:
        table.add_row(info.name, info.source)
    Console().print(table)
