"""Settings of a competition that hands out problems one at a time against a clock."""

import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tirkit.scheduler.time_bank import Bounds, Clock, TimeBank, parse_bank_policy

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class CompetitionSettings(BaseModel):
    """The clock of a competition, and what is answered when nothing was found.

    Attributes:
        time_bank: how time is shared, such as `clamped(base=300, high=900)`.
        total_seconds: from the start of the program to the hard end.
        problems: how many will come; None if nobody knows.
        least_seconds: what a problem needs for any answer; kept for each later one.
        most_seconds: most one problem may get, below the gateway's 30 minutes; None for none.
        rest_to_last: whether the last problem gets all that is left.
        keep_seconds: kept back of each problem's time for handing in its answer.
        fallback: answer where nothing was found.
        fallback_past_end: answer once the time is used up; None for `fallback`.

    Raises:
        ConfigError: the time bank cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_bank: str = "expected_gain()"
    total_seconds: _Positive = 17_400.0
    problems: Annotated[int, Field(ge=1)] | None = 50
    least_seconds: _Positive = 10.0
    most_seconds: _Positive | None = 1740.0
    rest_to_last: bool = True
    keep_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 2.0
    fallback: int = 0
    fallback_past_end: int | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        parse_bank_policy(self.time_bank)
        return self

    def bank(self, *, now: Clock = time.monotonic, used_seconds: float = 0.0) -> TimeBank:
        """The time bank, whose clock runs from now on.

        Args:
            now: the clock.
            used_seconds: gone since the program started.
        """
        return TimeBank(
            parse_bank_policy(self.time_bank),
            self.total_seconds,
            self.problems,
            now=now,
            used_seconds=used_seconds,
            bounds=Bounds(self.least_seconds, self.most_seconds, self.rest_to_last),
        )
