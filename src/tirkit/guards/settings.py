"""What guards have in common: their numbers are checked, and they are written as they are read."""

import math
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar

from tirkit.errors import ConfigError


class GuardSettings:
    """The fields of a guard, all of them numbers.

    A field is a whole number unless its annotation says `float`, and at least 1 unless its
    metadata tells a `low` and a `high`, of which `high` is allowed and `low` is not.
    """

    __slots__ = ()

    name: ClassVar[str]
    """How it is written."""
    needs_top_logprobs: ClassVar[bool] = False
    """Whether it finds nothing unless the engine tells the best tokens at each position."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type] # every guard is a dataclass
            self._check(field, getattr(self, field.name))

    def _check(self, field: "Field[Any]", value: object) -> None:
        told = f"guard {self.name}: {field.name} is {value!r}"
        if value is None and field.default is None:
            return
        whole = field.type is not float
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise ConfigError(f"{told}: it must be a {'whole ' if whole else ''}number")
        low, high = field.metadata.get("low", 0), field.metadata.get("high", math.inf)
        if not low < value <= high or math.isinf(value):
            upto = f" and at most {high:g}" if high < math.inf else ""
            raise ConfigError(f"{told}: it must be above {low:g}{upto}")

    def __str__(self) -> str:
        told = [
            f"{field.name}={value}"
            for field in fields(self)  # type: ignore[arg-type]
            if (value := getattr(self, field.name)) != field.default or field.default is MISSING
        ]
        return f"{self.name}({', '.join(told)})"
