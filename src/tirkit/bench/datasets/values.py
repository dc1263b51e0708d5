"""Cells of any source as text, and as what a record can hold."""

import math
from decimal import Decimal
from typing import Any

from tirkit.errors import ConfigError

MAX_TEXT_CHARS = 1_000_000
"""Longest question, answer or id: more fits no model's context and is some other column."""

_KINDS = {bool: "true or false", list: "a list", dict: "an object", bytes: "bytes"}


def text_of(value: Any, name: str) -> str:  # noqa: ANN401 - any cell
    """A text or number as text without white space around it; "" for null and NaN.

    A whole number that a column of fractions holds is written without its fraction: 73.0 is 73.

    Raises:
        ConfigError: it is neither text nor a finite number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        kind = _KINDS.get(type(value), type(value).__name__)
        raise ConfigError(f"{name} is neither text nor a number but {kind}")
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise ConfigError(f"{name} is not finite")
        return str(int(value)) if value == int(value) else str(value)
    return str(value).strip()


def check_text(text: str, name: str) -> None:
    """Refuse what no tokenizer or record could hold.

    Raises:
        ConfigError: the text is too long, or holds a NUL or a lone surrogate.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise ConfigError(
            f"{name} of {len(text)} characters: at most {MAX_TEXT_CHARS} are read; is it another "
            "column?"
        )
    if "\0" in text:
        raise ConfigError(f"{name} holds a NUL character")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ConfigError(f"{name} holds a lone surrogate (\\ud800 to \\udfff), which is none")


def plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """A cell as JSON can hold it: dates and decimals as text, bytes as their number.

    Raises:
        ConfigError: it is nested too deep.
    """
    try:
        return _plain(value)
    except RecursionError as error:
        raise ConfigError("nested too deep") from error


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)
