"""What two models of one attempt are told of each other, as data."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import model_validator

from tirkit.prompts.filled import FilledTexts, check_held, load_texts
from tirkit.prompts.template import Text

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


class HandoverTexts(FilledTexts):
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

    plan: Text
    failed: Text
    advice: Text
    report: Text
    review: Text

    @model_validator(mode="after")
    def _check_placeholders(self) -> "HandoverTexts":
        for field, wanted in _FILLED.items():
            check_held(self, field, wanted)
        return self


def load_handover(name_or_path: str | Path = "default") -> HandoverTexts:
    """The shipped texts by their name, or any from a TOML file.

    Raises:
        ConfigError: there are none of that name, or the file is not valid; the message names both.
    """
    return load_texts(HandoverTexts, "handovers", name_or_path, "hand-over texts")
