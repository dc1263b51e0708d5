"""Reads a stop rule from text such as `when_agreed(4) | after_seconds(300)`."""

import ast
import operator
from collections.abc import Callable

from tirkit.errors import ConfigError
from tirkit.notation import Notation
from tirkit.scheduler import stop_rules
from tirkit.scheduler.stop_rules import StopRule
from tirkit.scheduler.waves import Wave

_RULES: dict[str, Callable[..., StopRule]] = {
    name: getattr(stop_rules, name) for name in stop_rules.__all__ if name.islower()
}


def _or(one: StopRule | Wave, other: StopRule | Wave) -> StopRule:
    return _rule(one) | _rule(other)


def _and(one: StopRule | Wave, other: StopRule | Wave) -> StopRule:
    return _rule(one) & _rule(other)


def _rule(part: StopRule | Wave) -> StopRule:
    if isinstance(part, Wave):
        raise ConfigError(f"{part} is no stop rule: give each wave a text of its own")
    return part


_NOTATION: Notation[StopRule] = Notation(
    "stop rule", _RULES, {ast.BitOr: operator.or_, ast.BitAnd: operator.and_}
)
_WAVES: Notation[StopRule | Wave] = Notation(
    "wave", {**_RULES, "wave": Wave}, {ast.BitOr: _or, ast.BitAnd: _and}, words=True
)


def parse_wave(text: str) -> Wave:
    """Read a wave such as `wave(4, agree=2, text='verify')`. Nothing is evaluated.

    Raises:
        ConfigError: not such a text; names the part and what is known.
    """
    wave = _WAVES.read(text)
    if not isinstance(wave, Wave):
        raise ConfigError(f"wave {text!r} is a stop rule: write wave(attempts, ...)")
    return wave


def parse_stop_rule(text: str) -> StopRule:
    """Read rules joined by `|` and `&`, with parentheses. Nothing is evaluated.

    Raises:
        ConfigError: not such a text; names the part and the known rules.
    """
    return _NOTATION.read(text)
