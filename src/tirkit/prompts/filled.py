"""Texts that are filled in, as data: what the files of hand-overs, judges and waves share."""

import re
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from tirkit.errors import ConfigError
from tirkit.prompts.loader import parse_toml, read_bytes
from tirkit.prompts.template import Name, Text

_PLACEHOLDER = re.compile(r"<<(\w+)>>")
_Texts = TypeVar("_Texts", bound="FilledTexts")


class FilledTexts(BaseModel):
    """Texts with strict placeholders `<<word>>`.

    Attributes:
        name: how settings name them.
        source: where their wording comes from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    source: Text

    def placeholders(self, field: str) -> frozenset[str]:
        """What one of the texts holds."""
        return frozenset(_PLACEHOLDER.findall(getattr(self, field)))

    def fill(self, field: str, **values: str) -> str:
        """One of the texts; what is filled in is never searched for placeholders again."""
        text: str = getattr(self, field)
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def check_held(texts: FilledTexts, field: str, wanted: frozenset[str]) -> None:
    """Refuse a text that does not hold just these placeholders.

    Raises:
        ValueError: it does not.
    """
    if texts.placeholders(field) != wanted:
        held = ", ".join(f"<<{name}>>" for name in sorted(wanted))
        raise ValueError(f"{field}: must hold {held} and nothing else of the kind")


def shipped_names(folder: str) -> tuple[str, ...]:
    """Names of the texts that come with tirkit, in a folder of the prompts."""
    entries = (files("tirkit.prompts") / folder).iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in entries))


def load_texts(kind: type[_Texts], folder: str, name_or_path: str | Path, what: str) -> _Texts:
    """Shipped texts by their name, or any from a TOML file.

    Args:
        kind: of texts.
        folder: of the prompts, where the shipped ones are.
        name_or_path: a name; or a path, which ends in `.toml` or holds a separator.
        what: they are, for errors.

    Raises:
        ConfigError: there are none of that name, or the file is not valid; the message names both.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".toml") or "/" in name_or_path:
        return parse_toml(kind, read_bytes(Path(name_or_path)), str(name_or_path))
    if name_or_path not in shipped_names(folder):
        raise ConfigError(
            f"unknown {what} {name_or_path!r}: use {', '.join(shipped_names(folder))}, or a path "
            "to a .toml file"
        )
    shipped = files("tirkit.prompts") / folder / f"{name_or_path}.toml"
    return parse_toml(kind, shipped.read_bytes(), shipped.name)
