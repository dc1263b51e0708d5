"""End an attempt whose code gets nowhere."""

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

from tirkit.errors import ConfigError
from tirkit.guards.interface import Quiet, Watch, Watched
from tirkit.guards.settings import GuardSettings
from tirkit.types import CodeResult


@dataclass(frozen=True, slots=True)
class FailedCellsGuard(GuardSettings):
    """Ends an attempt of whose last `of_last` code runs `failed` have failed.

    Beside it `AttemptLimits.max_failed_cells` counts failures in a row: a success between does
    not help here.
    """

    failed: int = 5
    of_last: int = 8

    name: ClassVar[str] = "failed_cells"

    def __post_init__(self) -> None:
        GuardSettings.__post_init__(self)
        _check_window(self.name, self.failed, self.of_last)

    def watch(self, watched: Watched) -> Watch:  # noqa: ARG002 - it needs to know nothing
        """Begin to follow an attempt."""
        return _FailedCellsWatch(self)


class _FailedCellsWatch(Quiet):
    def __init__(self, guard: FailedCellsGuard) -> None:
        self._guard = guard
        self._failed: deque[bool] = deque(maxlen=guard.of_last)

    def cell(self, code: str, result: CodeResult) -> str | None:
        """The reason to end the attempt, once too many failed."""
        del code
        self._failed.append(not result.ok)
        failed = sum(self._failed)
        if failed < self._guard.failed:
            return None
        return f"failed cells: {failed} of the last {len(self._failed)}"


@dataclass(frozen=True, slots=True)
class RepeatedCellsGuard(GuardSettings):
    """Ends an attempt that ran the same code `times` times among its last `of_last` code runs.

    Beside it `AttemptLimits.max_repeated_code` counts the same code in a row: code that goes back
    and forth is found here. Blank space around the code does not count.
    """

    times: int = 3
    of_last: int = 8

    name: ClassVar[str] = "repeated_cells"

    def __post_init__(self) -> None:
        GuardSettings.__post_init__(self)
        _check_window(self.name, self.times, self.of_last)

    def watch(self, watched: Watched) -> Watch:  # noqa: ARG002 - it needs to know nothing
        """Begin to follow an attempt."""
        return _RepeatedCellsWatch(self)


class _RepeatedCellsWatch(Quiet):
    def __init__(self, guard: RepeatedCellsGuard) -> None:
        self._guard = guard
        self._codes: deque[str] = deque(maxlen=guard.of_last)

    def cell(self, code: str, result: CodeResult) -> str | None:
        """The reason to end the attempt, once code came back too often."""
        del result
        self._codes.append(code.strip())
        times = self._codes.count(code.strip())
        if times < self._guard.times:
            return None
        return f"repeated cells: the same code {times} times in the last {len(self._codes)}"


@dataclass(frozen=True, slots=True)
class MaxErrorsGuard(GuardSettings):
    """Ends an attempt with `errors` failed code runs in all, as an AIMO-3 notebook does at 32."""

    errors: int = 32

    name: ClassVar[str] = "max_errors"

    def watch(self, watched: Watched) -> Watch:  # noqa: ARG002 - it needs to know nothing
        """Begin to follow an attempt."""
        return _MaxErrorsWatch(self.errors)


class _MaxErrorsWatch(Quiet):
    def __init__(self, most: int) -> None:
        self._most = most
        self._errors = 0

    def cell(self, code: str, result: CodeResult) -> str | None:
        """The reason to end the attempt, once too many failed."""
        del code
        self._errors += not result.ok
        return f"max errors: {self._errors} failed cells" if self._errors >= self._most else None


def _check_window(name: str, count: int, of_last: int) -> None:
    if count > of_last:
        raise ConfigError(f"guard {name}: {count} of the last {of_last} can never be")
