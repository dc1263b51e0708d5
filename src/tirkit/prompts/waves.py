"""What an attempt of a later wave is asked, as data."""

import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from tirkit.errors import ConfigError
from tirkit.prompts.loader import parse_toml, read_bytes
from tirkit.prompts.template import Name, Text

_PLACEHOLDER = re.compile(r"<<(\w+)>>")
_CANDIDATES = frozenset({"problem", "candidates"})
_ATTEMPT = frozenset({"problem", "answer", "text"})
_LINE = frozenset({"answer", "votes"})


class WaveText(BaseModel):
    """The question put to attempts that are shown what earlier ones found.

    Attributes:
        name: how settings name it.
        source: where its wording comes from.
        ask: the whole question. `<<problem>>`, and either `<<candidates>>`, or `<<answer>>` and
            `<<text>>` of one earlier attempt.
        candidate: one line of the candidates; `<<answer>>`, and if wanted `<<votes>>`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    source: Text
    ask: Text
    candidate: str = ""

    @model_validator(mode="after")
    def _check_placeholders(self) -> "WaveText":
        asked = set(_PLACEHOLDER.findall(self.ask))
        if asked not in (_CANDIDATES, _ATTEMPT):
            raise ValueError(
                "ask: must hold <<problem>>, and <<candidates>> or both <<answer>> and <<text>>, "
                "and nothing else of the kind"
            )
        line = set(_PLACEHOLDER.findall(self.candidate))
        if line - _LINE or ("answer" in line) != self.shows_candidates:
            raise ValueError(
                "candidate: must hold <<answer>> where `ask` holds <<candidates>>, may hold "
                "<<votes>>, and must be empty otherwise"
            )
        return self

    @property
    def shows_candidates(self) -> bool:
        """Whether all earlier answers are shown, and not one earlier attempt."""
        return "<<candidates>>" in self.ask

    def fill(self, field: str, **values: str) -> str:
        """One of the texts; what is filled in is never searched for placeholders again."""
        text: str = getattr(self, field)
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def wave_text_names() -> tuple[str, ...]:
    """Names of the texts that come with tirkit."""
    shipped = (files("tirkit.prompts") / "wave_texts").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in shipped))


@lru_cache(64)
def load_wave_text(name_or_path: str) -> WaveText:
    """A shipped text by its name, or any from a TOML file.

    Raises:
        ConfigError: there is none of that name, or the file is not valid; the message names both.
    """
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return parse_toml(WaveText, read_bytes(Path(name_or_path)), name_or_path)
    if name_or_path not in wave_text_names():
        raise ConfigError(
            f"unknown wave text {name_or_path!r}: use {', '.join(wave_text_names())}, or a path to "
            "a .toml file"
        )
    shipped = files("tirkit.prompts") / "wave_texts" / f"{name_or_path}.toml"
    return parse_toml(WaveText, shipped.read_bytes(), shipped.name)
