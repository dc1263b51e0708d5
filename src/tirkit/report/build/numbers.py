"""Numbers of records nobody trusts, made fit for JSON and short enough for a page."""

import math

_MOST = 1e15
"""Nothing a run measures comes near; a hostile record may hold anything."""


def finite(value: float | None) -> float:
    """The value, or 0.0 for what is missing, infinite, not a number or beyond all measure."""
    if value is None or not math.isfinite(value) or abs(value) > _MOST:
        return 0.0
    return float(value)


def seconds(value: float | None) -> float:
    """A stretch of time to about four digits, never below 0."""
    whole = max(finite(value), 0.0)
    return round(whole, 5 if whole < 1 else 3 if whole < 100 else 2)


def logprob(value: float | None) -> float | None:
    """A mean log-probability to four digits; None where it is unknown or no number."""
    if value is None or not math.isfinite(value):
        return None
    return round(max(value, -99.0), 4)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, such as "1 attempt" and "2 attempts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
