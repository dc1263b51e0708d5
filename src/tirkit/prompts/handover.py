"""What two models of one attempt are told of each other, as data."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, model_validator

from tirkit.errors import ConfigError
from tirkit.prompts.loader import parse_toml, read_bytes
from tirkit.prompts.template import Name, Text

_PLACEHOLDER = re.compile(r"<<(\w+)>>")
_FILLED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "plan": frozenset({"problem", "text"}),
        "failed": frozenset({"code", "result"}),
        "advice": frozenset({"text"}),
        "report": frozenset({"text"}),
        "review": frozenset({"text"}),
    }
)
"""What each text must hold, and may hold nothing beside."""


class HandoverTexts(BaseModel):
    """The texts in which one model's words are handed to the other.

    Attributes:
        name: how settings name them.
        source: where their wording comes from.
        plan: the code model's question; `<<problem>>`, and the plan as `<<text>>`.
        failed: to the reasoning model when code fails; `<<code>>`, and its `<<result>>`.
        advice: its reply, behind that result; `<<text>>`.
        report: to the reasoning model when the other one has answered; its words as `<<text>>`.
        review: its reply, where it gave no answer; `<<text>>`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    source: Text
    plan: Text
    failed: Text
    advice: Text
    report: Text
    review: Text

    @model_validator(mode="after")
    def _check_placeholders(self) -> "HandoverTexts":
        for field, wanted in _FILLED.items():
            found = set(_PLACEHOLDER.findall(getattr(self, field)))
            if found != wanted:
                held = " and ".join(f"<<{name}>>" for name in sorted(wanted))
                raise ValueError(f"{field}: must hold {held} and nothing else of the kind")
        return self

    def fill(self, field: str, **values: str) -> str:
        """One of the texts; what is filled in is never searched for placeholders again."""
        text: str = getattr(self, field)
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def load_handover(name_or_path: str | Path = "default") -> HandoverTexts:
    """The shipped texts by their name, or any from a TOML file.

    Raises:
        ConfigError: there are none of that name, or the file is not valid; the message names both.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(".toml") or "/" in name_or_path:
        path = Path(name_or_path)
        return parse_toml(HandoverTexts, read_bytes(path), str(path))
    shipped = files("tirkit.prompts") / "handovers" / f"{name_or_path}.toml"
    if not shipped.is_file():
        raise ConfigError(
            f"unknown hand-over texts {name_or_path!r}: use default, or a path to a .toml file"
        )
    return parse_toml(HandoverTexts, shipped.read_bytes(), shipped.name)
