"""A command as it was given, fit to be shown and recorded: without secrets."""

import re
from collections.abc import Sequence

HIDDEN = "…"
"""Stands for what is not shown."""

_WORDS = re.compile(r"[^a-z0-9]+")
_SECRET_WORDS = frozenset(
    ("key", "apikey", "secret", "password", "passwd", "token", "headers", "auth", "authorization")
)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]*@")


def is_secret(name: str) -> bool:
    """Whether an argument of this name may hold a secret, by its words: `api_key` does."""
    return not _SECRET_WORDS.isdisjoint(_WORDS.split(name.lower()))


def without_secrets(text: str) -> str:
    """A `name=value` or a URL, with a secret's value and a user's password hidden."""
    name, equals, _ = text.partition("=")
    if equals and is_secret(name):
        return f"{name}={HIDDEN}"
    return _USER_INFO.sub(f"{HIDDEN}@", text)


def command_line(arguments: Sequence[str]) -> list[str]:
    """`tirkit` and its arguments, with secrets hidden."""
    shown = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if argument.startswith("--") and equals:
            shown.append(f"{option}={without_secrets(value)}")
        else:
            shown.append(without_secrets(argument))
    return ["tirkit", *shown]
