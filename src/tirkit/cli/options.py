"""Options the commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tirkit.config import Settings, load_settings, parse_value
from tirkit.errors import ConfigError

EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        "-e",
        help=(
            "vllm:MODEL, openai:URL[#model], chat:URL[#model], local[:PATH.gguf|smollm2] "
            "or replay:FILE."
        ),
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", "-p", help="Name of a shipped preset; default, or a small named model's own."
    ),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file that goes over the preset.")
]
Attempts = Annotated[
    int | None, typer.Option("--attempts", "-n", help="Most attempts at one problem.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", help="One setting, such as limits.max_cells=4; may be repeated."),
]
EngineSets = Annotated[
    list[str] | None,
    typer.Option(
        "--engine-set", help="One engine argument, such as max_model_len=65536; may be repeated."
    ),
]
Confinement = Annotated[
    str | None,
    typer.Option(
        "--confinement",
        help='How code is locked in: "auto", "require:N", "exactly:N" or "unconfined".',
    ),
]
Prometheus = Annotated[
    int | None,
    typer.Option(
        "--prometheus",
        min=0,
        max=65_535,
        help="Port on which metrics are served while it works; 0 for any free one.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def read_settings(
    preset: str,
    file: Path | None,
    attempts: int | None,
    sets: list[str] | None,
    confinement: str | None,
) -> Settings:
    """The settings of a command.

    Raises:
        ConfigError: from reading them.
    """
    overrides = read_pairs("--set", sets)
    if attempts is not None:
        overrides["attempts"] = attempts
    if confinement is not None:
        overrides["kernels.confinement"] = confinement
    return load_settings(preset, file=file, overrides=overrides)


def read_pairs(option: str, pairs: list[str] | None) -> dict[str, Any]:
    """`name=value` texts as a dict.

    Raises:
        ConfigError: a text without a name or an equals sign.
    """
    return {name: parse_value(value) for name, value in read_texts(option, pairs).items()}


def read_texts(option: str, pairs: list[str] | None) -> dict[str, str]:
    """`name=value` texts as a dict, the values as they are.

    Raises:
        ConfigError: a text without a name or an equals sign.
    """
    values: dict[str, str] = {}
    for pair in pairs or []:
        name, found, value = pair.partition("=")
        if not found or not name:
            raise ConfigError(f"{option} {pair!r}: write name=value")
        values[name] = value
    return values
