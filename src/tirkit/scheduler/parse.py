"""Reads a stop rule from text such as `when_agreed(4) | after_seconds(300)`."""

import ast
import operator
from collections.abc import Callable

from tirkit.notation import Notation
from tirkit.scheduler import stop_rules
from tirkit.scheduler.stop_rules import StopRule

_RULES: dict[str, Callable[..., StopRule]] = {
    name: getattr(stop_rules, name) for name in stop_rules.__all__ if name.islower()
}
_NOTATION: Notation[StopRule] = Notation(
    "stop rule", _RULES, {ast.BitOr: operator.or_, ast.BitAnd: operator.and_}
)


def parse_stop_rule(text: str) -> StopRule:
    """Read rules joined by `|` and `&`, with parentheses. Nothing is evaluated.

    Raises:
        ConfigError: not such a text; names the part and the known rules.
    """
    return _NOTATION.read(text)
