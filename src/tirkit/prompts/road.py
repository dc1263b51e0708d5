"""What a model is asked on the way from documents to problems, as data."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import model_validator

from tirkit.prompts.filled import FilledTexts, check_held, load_texts
from tirkit.prompts.template import Text

_FILLED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "extract": frozenset({"document"}),
        "classify": frozenset({"problem"}),
        "transform": frozenset({"problem", "solution"}),
        "again": frozenset({"fault"}),
    }
)
"""What each text must hold, and may hold nothing beside."""


class RoadTexts(FilledTexts):
    """The questions put to a model about documents and problems; it replies with JSON.

    Attributes:
        name: how settings name them.
        source: where their wording comes from.
        extract: asks for the problems of a `<<document>>`.
        classify: asks what a `<<problem>>` asks for.
        transform: asks for a question in place of a proof; `<<problem>>`, `<<solution>>`.
        again: stands behind a question that is put again; `<<fault>>` of the reply before.
    """

    extract: Text
    classify: Text
    transform: Text
    again: Text

    @model_validator(mode="after")
    def _check_placeholders(self) -> "RoadTexts":
        for field, wanted in _FILLED.items():
            check_held(self, field, wanted)
        return self


def load_road_texts(name_or_path: str | Path = "default") -> RoadTexts:
    """The shipped texts by their name, or any from a TOML file.

    Raises:
        ConfigError: there are none of that name, or the file is not valid; the message names both.
    """
    return load_texts(RoadTexts, "road_texts", name_or_path, "road texts")
