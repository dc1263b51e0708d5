"""Reads objects from short texts such as `when_agreed(4) | after_seconds(300)`.

The text looks like Python and is read as a tree. Nothing in it is ever evaluated: names are
looked up in a table, arguments are plain values or further calls.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tirkit.errors import ConfigError

Made = TypeVar("Made")

_LONGEST = 1000
"""Characters; a longer text is none a person wrote."""
_SIGNS: Mapping[type[ast.operator], str] = {ast.BitOr: "|", ast.BitAnd: "&"}


@dataclass(frozen=True, slots=True)
class Notation(Generic[Made]):
    """A small language: names with arguments, joined by signs.

    Attributes:
        what: name of what is read, for messages, such as "stop rule".
        makers: what each name makes, called with the arguments as they stand in the text.
        joins: what `|` (`ast.BitOr`) and `&` (`ast.BitAnd`) do to two made things; a sign that is
            not here is refused.
        words: whether arguments may be words in quotes too, and not numbers alone.
    """

    what: str
    makers: Mapping[str, Callable[..., Made]]
    joins: Mapping[type[ast.operator], Callable[[Made, Made], Made]] = field(default_factory=dict)
    words: bool = False

    def read(self, text: str) -> Made:
        """Read a text. An argument is a number, a tuple of them, a word, or a call in turn.

        Raises:
            ConfigError: not such a text; names the part and the known names.
        """
        if len(text) > _LONGEST:
            raise ConfigError(f"{self.what} of {len(text)} characters: {_LONGEST} are allowed")
        try:
            return self._part(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ConfigError(f"{self.what} {text!r} cannot be read: {self.known()}") from error

    def known(self) -> str:
        """Which names there are, for messages."""
        signs = " and ".join(_SIGNS[sign] for sign in self.joins)
        return "use " + ", ".join(sorted(self.makers)) + (f" joined by {signs}" if signs else "")

    def _part(self, node: ast.expr) -> Made:
        if isinstance(node, ast.BinOp) and type(node.op) in self.joins:
            return self.joins[type(node.op)](self._part(node.left), self._part(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node)
        raise ConfigError(
            f"{self.what} part {ast.unparse(node)!r} is no {self._noun}: {self.known()}"
        )

    def _call(self, name: str, node: ast.Call) -> Made:
        if name not in self.makers:
            raise ConfigError(f"unknown {self.what} {name!r}: {self.known()}")
        try:
            arguments = [self._argument(argument) for argument in node.args]
            named = {str(keyword.arg): self._argument(keyword.value) for keyword in node.keywords}
            return self.makers[name](*arguments, **named)
        except TypeError as error:
            raise ConfigError(f"{self.what} {ast.unparse(node)}: {error}") from error

    def _argument(self, node: ast.expr) -> Any:  # noqa: ANN401 - the maker checks
        joined = isinstance(node, ast.BinOp) and type(node.op) in self.joins
        called = node.func if isinstance(node, ast.Call) else None
        if joined or (isinstance(called, ast.Name) and called.id in self.makers):
            return self._part(node)
        return self._value(ast.literal_eval(node), node)

    def _value(self, value: object, node: ast.expr) -> object:
        if isinstance(value, tuple):
            return tuple(self._value(item, node) for item in value)
        if isinstance(value, str) and self.words:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            kinds = "number or word" if self.words else "number"
            raise ConfigError(f"{self.what} argument {ast.unparse(node)!r} is no {kinds}")
        return value

    @property
    def _noun(self) -> str:
        return self.what.rpartition(" ")[2]
