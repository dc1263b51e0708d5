"""Dialects by name."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tirkit.dialects import roles, tags
from tirkit.dialects.auto import AutoDialect
from tirkit.dialects.chat_tools import ChatToolsDialect
from tirkit.dialects.fenced import FencedDialect
from tirkit.dialects.harmony import HarmonyDialect
from tirkit.dialects.interface import AnyDialect
from tirkit.dialects.prose import ProseDialect
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage, load_prompt

_AUTO = "auto"
_UNKNOWN = re.compile(r"unexpected keyword argument '(\w+)'")

_DIALECTS: Mapping[str, Callable[..., AnyDialect]] = {
    "fenced": FencedDialect,
    "chat_tools": ChatToolsDialect,
    "harmony": HarmonyDialect,
    "prose": ProseDialect,
    **tags.FAMILIES,
    **{name: partial(roles.RoleDialect, family=name) for name in roles.FAMILIES},
}

_MESSAGES = frozenset({"chat_tools", "harmony", "prose", *roles.FAMILIES})
"""Dialects that say what a stage says in a message of its own."""

_OWN_PROMPTS = {
    "fenced": "default",
    "numina": "numina",
    "openmath": "openmath",
    "prose": "cot",
    "qwen-math": "qwen-math",
}
_FENCE_PROMPT, _TOOL_PROMPT = "default", "tool"
"""For families with no prompt of their own: `tool` names no syntax."""

_FENCE_FAMILIES = frozenset(row.name for row in tags.FENCE_ROWS)


def dialect_names() -> tuple[str, ...]:
    """Names `dialect_from_name` knows."""
    return tuple(sorted((*_DIALECTS, _AUTO)))


def own_prompt(name: str) -> str:
    """The shipped prompt a dialect takes where none is given."""
    return _OWN_PROMPTS.get(name, _FENCE_PROMPT if name in _FENCE_FAMILIES else _TOOL_PROMPT)


def dialect_from_name(
    name: str,
    prompt: str | Path | PromptTemplate | None = None,
    **settings: Any,  # noqa: ANN401 - each dialect checks its own
) -> AnyDialect:
    """Make a dialect.

    Args:
        name: one of `dialect_names()`; "auto" takes the one the model speaks.
        prompt: a prompt, the name of a shipped one, or a path to a prompt file; None for the
            dialect's own.
        settings: the dialect's own settings.

    Raises:
        ConfigError: the dialect, the prompt or a setting is unknown.
    """
    if isinstance(prompt, str | Path):
        prompt = load_prompt(prompt)
    if name == _AUTO:
        return AutoDialect(partial(dialect_from_name, prompt=prompt, **settings))
    make = _DIALECTS.get(name)
    if make is None:
        raise ConfigError(f"unknown dialect {name!r}: use one of {', '.join(dialect_names())}")
    template = load_prompt(own_prompt(name)) if prompt is None else prompt
    try:
        dialect = make(prompt=template, **settings)
    except TypeError as error:
        unknown = _UNKNOWN.search(str(error))
        said = f"has no setting {unknown[1]!r}" if unknown else f"cannot be made: {error}"
        raise ConfigError(f"dialect {name} {said}") from error
    if name in _MESSAGES and any(_opens_block(stage) for stage in template.stages):
        raise ConfigError(
            f"the prompt {template.name} opens a Markdown block in a stage, and the dialect {name} "
            "says stages in messages of their own: use another prompt"
        )
    return dialect


def _opens_block(stage: Stage) -> bool:
    return sum(line.startswith("```") for line in stage.text.splitlines()) % 2 == 1
