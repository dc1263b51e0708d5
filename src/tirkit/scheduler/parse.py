"""Reads a stop rule from text such as `when_agreed(4) | after_seconds(300)`."""

import ast
import operator
from collections.abc import Callable

from tirkit.notation import Notation
from tirkit.scheduler.stop_rules import (
    StopRule,
    after_attempts,
    after_seconds,
    after_tokens,
    when_agreed,
    when_lead_is_safe,
)

_RULES: dict[str, Callable[..., StopRule]] = {
    rule.__name__: rule
    for rule in (after_attempts, after_seconds, after_tokens, when_agreed, when_lead_is_safe)
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
