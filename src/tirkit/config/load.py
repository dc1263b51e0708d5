"""Puts settings together: defaults < preset < TOML file < environment < overrides."""

import os
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tirkit.config.settings import Settings
from tirkit.errors import AnswerError, ConfigError

_ENVIRONMENT_PREFIX = "TIRKIT_"
_ENVIRONMENT_OTHER = {"TIRKIT_CACHE", "TIRKIT_DATA", "TIRKIT_DATASETS"}
"""Variables of that prefix that are no settings."""
_OF_ENGINES = {"local": "nano", "local:tirkit-nano": "nano", "local:smollm2": "tiny"}
_MOST_BYTES = 1_000_000
"""A settings file is a page of text; a larger one is the wrong file."""


def preset_names() -> list[str]:
    """Names of the shipped presets."""
    folder = resources.files("tirkit.config") / "presets"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())


def preset_for(engine: str) -> str:
    """The preset to take where none is named: a small model that comes by name has its own.

    Args:
        engine: name of the engine.
    """
    return _OF_ENGINES.get(engine, "default")


def load_settings(
    preset: str = "default",
    *,
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings of a run.

    Args:
        preset: name of a shipped preset.
        file: a TOML file that goes over the preset. A preset it names itself is taken.
        overrides: dotted names to values, such as `{"limits.max_cells": 4}`; they win.
        environment: variables such as `TIRKIT_LIMITS__MAX_CELLS=4`; the process's own if None.

    Raises:
        ConfigError: unknown preset or setting, unreadable file, or a value out of range.
    """
    from_file = _read_file(file) if file is not None else {}
    tree = _read_preset(str(from_file.get("preset", preset)))
    _merge(tree, from_file)
    variables = os.environ if environment is None else environment
    for name, value in sorted(variables.items()):
        if name.startswith(_ENVIRONMENT_PREFIX) and name not in _ENVIRONMENT_OTHER:
            dotted = name.removeprefix(_ENVIRONMENT_PREFIX).lower().replace("__", ".")
            _put(tree, dotted, parse_value(value))
    for dotted, value in (overrides or {}).items():
        _put(tree, dotted, value)
    return _validate(tree)


def parse_value(text: str) -> Any:  # noqa: ANN401 - the settings tree checks the type
    """Read a value as TOML would (`4`, `0.5`, `true`, `[1, 2]`); anything else is a string."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _read_preset(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise ConfigError(f"unknown preset {name!r}: use one of {', '.join(preset_names())}")
    text = (resources.files("tirkit.config") / "presets" / f"{name}.toml").read_text("utf-8")
    return {**tomllib.loads(text), "preset": name}


def _read_file(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ConfigError(f"settings file {file} is over {_MOST_BYTES} bytes: not settings")
        return tomllib.loads(data.decode())
    except OSError as error:
        raise ConfigError(f"settings file {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"settings file {file} is not TOML: {error}") from error


def _merge(tree: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _put(tree: dict[str, Any], dotted: str, value: object) -> None:
    *path, last = dotted.split(".")
    for part in path:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"setting {dotted!r}: {part!r} has no settings of its own")
    tree[last] = value


def _validate(tree: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"setting {where!r}: {first['msg']}") from error
    except AnswerError as error:
        raise ConfigError(str(error)) from error
