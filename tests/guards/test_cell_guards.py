"""The guards on code runs."""

import pytest

from tirkit.errors import ConfigError
from tirkit.guards import (
    FailedCellsGuard,
    Guard,
    MaxErrorsGuard,
    RepeatedCellsGuard,
    Watched,
)
from tirkit.types import CodeResult, CodeStatus, TokenChunk

OK = CodeResult(CodeStatus.OK)
RESULTS = {
    "o": OK,
    "x": CodeResult(CodeStatus.ERROR, error="ValueError"),
    "t": CodeResult(CodeStatus.TIMED_OUT),
}


def ended_at(guard: Guard, outcomes: str) -> tuple[int, str | None]:
    """Number of the cell that ended the attempt, from 1, and why; 0 if none did."""
    watch = guard.watch(Watched(0))
    for number, outcome in enumerate(outcomes, 1):
        assert watch.chunk(TokenChunk((1,), "x")) is None
        reason = watch.cell(f"f({number})", RESULTS[outcome])
        if reason is not None:
            return number, reason
    return 0, None


@pytest.mark.parametrize(
    ("outcomes", "at"),
    [("xxx", 3), ("xoxox", 5), ("xooxox", 0), ("tox", 0), ("otxt", 4), ("xxoooxxoooxx", 0)],
)
def test_failed_cells_when_enough_of_the_last_failed_then_it_ends(outcomes: str, at: int) -> None:
    assert ended_at(FailedCellsGuard(failed=3, of_last=5), outcomes)[0] == at


def test_failed_cells_when_it_ends_an_attempt_then_it_tells_how_many() -> None:
    guard = FailedCellsGuard(failed=2, of_last=3)
    assert ended_at(guard, "oxox") == (4, "failed cells: 2 of the last 3")


def test_max_errors_when_the_sum_is_reached_then_it_ends() -> None:
    outcomes = "ox" * 31 + "oooot"
    assert ended_at(MaxErrorsGuard(), outcomes) == (67, "max errors: 32 failed cells")
    assert ended_at(MaxErrorsGuard(), outcomes[:-1]) == (0, None)


@pytest.mark.parametrize(
    ("codes", "at"),
    [
        (["a", "b", "a", "b", "a"], 5),
        (["a", " a\n", "a  "], 3),
        (["a", "b", "c", "d", "a", "b", "c", "d", "a"], 0),
        (["a", "b"] * 2, 0),
    ],
)
def test_repeated_cells_when_code_comes_back_then_it_ends(codes: list[str], at: int) -> None:
    watch = RepeatedCellsGuard(times=3, of_last=5).watch(Watched(0))
    ended = [n for n, code in enumerate(codes, 1) if watch.cell(code, OK) is not None]
    assert (ended[0] if ended else 0) == at


@pytest.mark.parametrize("guard", [FailedCellsGuard, RepeatedCellsGuard])
def test_window_when_it_is_too_short_for_the_count_then_it_is_refused(
    guard: type[FailedCellsGuard | RepeatedCellsGuard],
) -> None:
    with pytest.raises(ConfigError, match="9 of the last 8 can never be"):
        guard(9, 8)
