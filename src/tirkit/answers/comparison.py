"""How two answers are to be compared."""

import math
from dataclasses import dataclass

from tirkit.errors import ConfigError

MAX_PLACES = 100
"""Most decimals that answers can be rounded to."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What counts as the same number, and how long symbols may take.

    By default a decimal means its exact value: 0.33 is not 1/3. The tolerances widen that; two
    numbers are the same if any of those given says so. All are symmetric.

    Attributes:
        places: two numbers of which one is written as a decimal (a fraction whose lowest
            denominator divides a power of ten counts as one) or is irrational are the same if
            they agree when rounded, half away from zero, to so many decimals.
        as_written: a decimal with d digits behind the point, trailing zeros not counted, is the
            same as what lies within half a unit of its last digit; of two decimals the coarser
            decides.
        relative: numbers are the same if |a-b| <= relative * max(|a|, |b|).
        percent: a factor of 100 either way is the same, as ToRA and Qwen2.5-Math grade.
        symbolic: ask math-verify and sympy, in a child process, where nothing cheaper can tell.
        timeout_seconds: wall-clock bound of that for one pair.

    Raises:
        ConfigError: a number is out of range.
    """

    places: int | None = None
    as_written: bool = False
    relative: float | None = None
    percent: bool = False
    symbolic: bool = True
    timeout_seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.places is not None and not 0 <= self.places <= MAX_PLACES:
            raise ConfigError(f"places is {self.places}: use 0 to {MAX_PLACES}, or None for exact")
        if self.relative is not None and not 0 <= self.relative < 1:  # also refuses NaN
            raise ConfigError(
                f"relative is {self.relative}: use 0 or more and below 1, or None for exact"
            )
        if not 0 < self.timeout_seconds < math.inf:
            raise ConfigError(
                f"timeout_seconds is {self.timeout_seconds}: use a finite number above 0, or "
                "symbolic=False to ask no child process"
            )

    @property
    def exact(self) -> bool:
        """Whether two numbers are the same only if they are equal."""
        return not (
            self.places is not None or self.as_written or self.relative is not None or self.percent
        )


EXACT = Comparison()
