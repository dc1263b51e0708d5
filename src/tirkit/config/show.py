"""Presets for people: where their numbers come from, and a whole tree as TOML."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from tirkit.config.load import load_settings, preset_names
from tirkit.config.settings import Settings


@dataclass(frozen=True, slots=True)
class PresetInfo:
    """A shipped preset in one line.

    Attributes:
        name: of the preset.
        source: where its numbers come from.
    """

    name: str
    source: str


def preset_infos() -> list[PresetInfo]:
    """All shipped presets by name."""
    return [PresetInfo(name, load_settings(name, environment={}).source) for name in preset_names()]


def preset_text(name: str) -> str:
    """The preset's file: what it sets, and in comments where each number comes from.

    Raises:
        ConfigError: there is no such preset.
    """
    load_settings(name, environment={})
    return (resources.files("tirkit.config") / "presets" / f"{name}.toml").read_text("utf-8")


def settings_text(settings: Settings) -> str:
    """The whole tree as TOML that `load_settings(file=...)` reads back.

    What is None has no TOML and stands in a comment.
    """
    return "\n".join(_table(settings.model_dump(mode="json"), ""))


def _table(tree: Mapping[str, Any], name: str) -> Iterator[str]:
    if name:
        yield ""
        yield f"[{name}]"
    for key, value in tree.items():
        if value is None:
            yield f"# {key} is not set"
        elif not isinstance(value, Mapping):
            yield f"{key} = {_value(value)}"
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _table(value, f"{name}.{key}" if name else key)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(item)}' for key, item in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
