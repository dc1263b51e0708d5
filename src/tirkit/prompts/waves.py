"""What an attempt of a later wave is asked, as data."""

from functools import lru_cache

from pydantic import model_validator

from tirkit.prompts.filled import FilledTexts, load_texts, shipped_names
from tirkit.prompts.template import Text

_FOLDER = "wave_texts"
_CANDIDATES = frozenset({"problem", "candidates"})
_ATTEMPT = frozenset({"problem", "answer", "text"})
_LINE = frozenset({"answer", "votes"})


class WaveText(FilledTexts):
    """The question put to attempts that are shown what earlier ones found.

    Attributes:
        name: how settings name it.
        source: where its wording comes from.
        ask: the whole question. `<<problem>>`, and either `<<candidates>>`, or `<<answer>>` and
            `<<text>>` of one earlier attempt.
        candidate: one line of the candidates; `<<answer>>`, and if wanted `<<votes>>`.
    """

    ask: Text
    candidate: str = ""

    @model_validator(mode="after")
    def _check_placeholders(self) -> "WaveText":
        asked = self.placeholders("ask")
        if asked not in (_CANDIDATES, _ATTEMPT):
            raise ValueError(
                "ask: must hold <<problem>>, and <<candidates>> or both <<answer>> and <<text>>, "
                "and nothing else of the kind"
            )
        line = self.placeholders("candidate")
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


def wave_text_names() -> tuple[str, ...]:
    """Names of the texts that come with tirkit."""
    return shipped_names(_FOLDER)


@lru_cache(64)
def load_wave_text(name_or_path: str) -> WaveText:
    """A shipped text by its name, or any from a TOML file.

    Raises:
        ConfigError: there is none of that name, or the file is not valid; the message names both.
    """
    return load_texts(WaveText, _FOLDER, name_or_path, "wave text")
