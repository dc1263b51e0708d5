"""Reads a stop rule from text such as `when_agreed(4) | after_seconds(300)`."""

import ast
from collections.abc import Callable
from typing import Any

from tirkit.errors import ConfigError
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
_LONGEST = 1000
"""Characters; a longer text is no rule a person wrote."""


def parse_stop_rule(text: str) -> StopRule:
    """Read rules joined by `|` and `&`, with parentheses. Nothing is evaluated.

    Raises:
        ConfigError: not such a text; names the part and the known rules.
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"stop rule of {len(text)} characters: {_LONGEST} are allowed")
    try:
        return _rule(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ConfigError(f"stop rule {text!r} cannot be read: {_known()}") from error


def _rule(node: ast.expr) -> StopRule:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _rule(node.left) | _rule(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        return _rule(node.left) & _rule(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node.func.id, node)
    raise ConfigError(f"stop rule part {ast.unparse(node)!r} is no rule: {_known()}")


def _call(name: str, node: ast.Call) -> StopRule:
    if name not in _RULES:
        raise ConfigError(f"unknown stop rule {name!r}: {_known()}")
    try:
        arguments = [_number(argument) for argument in node.args]
        named = {str(keyword.arg): _number(keyword.value) for keyword in node.keywords}
        return _RULES[name](*arguments, **named)
    except TypeError as error:
        raise ConfigError(f"stop rule {ast.unparse(node)}: {error}") from error


def _number(node: ast.expr) -> Any:  # noqa: ANN401 - int or float, the rule checks
    value = ast.literal_eval(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"stop rule argument {ast.unparse(node)!r} is no number")
    return value


def _known() -> str:
    return "use " + ", ".join(sorted(_RULES)) + " joined by | and &"
