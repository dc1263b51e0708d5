"""Puts the settings of the road together: defaults < file < overrides."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tirkit.errors import ConfigError
from tirkit.road.settings import RoadSettings

_MOST_BYTES = 1_000_000
"""A settings file is a page of text; a larger one is the wrong file."""


def load_road(file: Path | None = None, overrides: dict[str, Any] | None = None) -> RoadSettings:
    """The settings of the road: defaults < file < overrides.

    Args:
        file: TOML.
        overrides: dotted names to values.

    Raises:
        ConfigError: the file cannot be read, or a setting is unknown or out of range.
    """
    tree = RoadSettings().model_dump()
    if file is not None:
        _merge(tree, _read(file))
    for dotted, value in (overrides or {}).items():
        _put(tree, dotted, value)
    try:
        chosen = RoadSettings.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"setting {where!r}: {first['msg']}") from error
    chosen.check()
    return chosen


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ConfigError(f"settings file {file} is over {_MOST_BYTES} bytes: not settings")
        return tomllib.loads(data.decode())
    except OSError as error:
        raise ConfigError(f"settings file {file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"settings file {file} is not TOML in UTF-8: {error}") from error


def _merge(tree: dict[str, Any], other: dict[str, Any]) -> None:
    for name, value in other.items():
        inner = tree.get(name)
        if isinstance(inner, dict) and isinstance(value, dict):
            _merge(inner, value)
        else:
            tree[name] = value


def _put(tree: dict[str, Any], dotted: str, value: object) -> None:
    part, dot, rest = dotted.partition(".")
    inner = tree.get(part)
    if not dot:
        tree[part] = value
    elif not isinstance(inner, dict):
        raise ConfigError(f"setting {dotted!r}: {part!r} has no settings of its own")
    elif part == "set":
        tree[part] = {**inner, rest: value}
    else:
        _put(inner, rest, value)
