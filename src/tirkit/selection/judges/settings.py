"""Checks the settings of judges."""

from collections.abc import Mapping

from tirkit.errors import ConfigError


def check(name: str, in_range: Mapping[str, bool]) -> None:
    """Refuse settings that are out of range.

    Raises:
        ConfigError: names the first of them.
    """
    for setting, fits in in_range.items():
        if not fits:
            raise ConfigError(f"judge {name}: {setting} is out of range")


def whole(value: object, least: int = 1) -> bool:
    """Whether a value is a whole number of at least so much."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
