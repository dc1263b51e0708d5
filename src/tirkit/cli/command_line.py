"""A command as it was given, fit to be shown and recorded: without secrets."""

from collections.abc import Sequence

from tirkit.records.secrets import HIDDEN, without_secrets

_OFTEN_SECRET = frozenset(("headers", "default_headers", "extra_headers"))


def command_line(arguments: Sequence[str]) -> list[str]:
    """`tirkit` and its arguments, with secrets hidden."""
    return ["tirkit", *map(_argument, arguments)]


def _argument(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if not equals or "://" in name:
        return str(without_secrets(argument))
    if name.startswith("--"):
        return f"{name}={_argument(value)}"
    hidden = HIDDEN if name in _OFTEN_SECRET else without_secrets(value, name)
    return f"{name}={hidden}"
