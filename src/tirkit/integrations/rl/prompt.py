"""The question in a trainer's prompt."""

from collections.abc import Mapping, Sequence
from typing import Any

from tirkit.errors import ConfigError

Prompt = str | Sequence[Mapping[str, Any]]
"""A text, or a conversation."""

_SHOWN_CHARACTERS = 60


def prompt_text(prompt: Prompt) -> str:
    """The question of a prompt: a text, or a conversation of one user message.

    Raises:
        ConfigError: it is more than that; system prompts are the dialect's business.
    """
    if isinstance(prompt, str):
        return prompt
    said = [(one.get("role"), one.get("content")) for one in prompt]
    if len(said) == 1 and said[0][0] == "user" and isinstance(said[0][1], str):
        return said[0][1]
    shown = str(prompt)[:_SHOWN_CHARACTERS]
    raise ConfigError(
        f"the prompt {shown!r} is not one user message: leave instructions to the dialect"
    )
