"""Counts what must not go on for ever: the same code, failing cells, malformed calls."""

from tirkit.attempt.limits import AttemptLimits
from tirkit.dialects.events import Malformed
from tirkit.types import CodeResult, CodeStatus, StopReason

StreakEnd = tuple[StopReason, str]


class Streaks:
    """What one attempt has done in a row. Each method says whether that ends the attempt."""

    def __init__(self, limits: AttemptLimits) -> None:
        self._limits = limits
        self._code = ""
        self._repeated = 0
        self._failed = 0
        self._timed_out = 0
        self._malformed = 0

    def may_begin(self, code: str) -> bool:
        """Whether code that begins like this may run, however it goes on."""
        again = self._code.startswith(code.strip())
        return self._repeated < self._limits.max_repeated_code or not again

    def before_cell(self, code: str) -> StreakEnd | None:
        """Judge the next code before it runs."""
        self._repeated = self._repeated + 1 if code.strip() == self._code else 1
        self._code = code.strip()
        if self._repeated <= self._limits.max_repeated_code:
            return None
        return StopReason.REPEATED_CODE, f"the same code {self._repeated} times in a row"

    def after_cell(self, result: CodeResult) -> StreakEnd | None:
        """Judge a result."""
        timed_out = result.status is CodeStatus.TIMED_OUT
        self._timed_out = self._timed_out + 1 if timed_out else 0
        if self._timed_out >= self._limits.max_timed_out_cells:
            return StopReason.FAILED_CELLS, f"{self._timed_out} cells timed out in a row"
        self._failed = 0 if result.ok else self._failed + 1
        if self._failed < self._limits.max_failed_cells:
            return None
        return StopReason.FAILED_CELLS, f"{self._failed} cells failed in a row"

    def after_malformed(self, malformed: Malformed) -> StreakEnd | None:
        """Judge a malformed call."""
        return self.after_broken_call(malformed.detail)

    def after_broken_call(self, detail: str) -> StreakEnd | None:
        """Judge a call that cannot be run."""
        self._malformed += 1
        if self._malformed < self._limits.max_malformed:
            return None
        return StopReason.MALFORMED, f"{self._malformed} malformed calls, last: {detail}"
