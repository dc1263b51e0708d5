import logging

import pytest

from tests.telemetry.solved import solve
from tirkit.errors import EngineError
from tirkit.types import Problem


async def test_log_when_at_info_then_problems_alone_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "tirkit.events"):
        await solve()

    told = [record.getMessage() for record in caplog.records if record.name == "tirkit.events"]
    assert told[0] == "problem 'p<1>' started, up to 2 attempts"
    assert told[1].startswith("problem 'p<1>' settled: '42' (")
    assert told[2].startswith("problem 'p<1>' finished: 2 attempts, ")
    assert len(told) == 3


async def test_log_when_at_debug_then_attempts_and_failed_cells_are_told_with_fields(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "tirkit.events"):
        await solve()

    records = [record for record in caplog.records if record.name == "tirkit.events"]
    told = [record.getMessage() for record in records]
    assert sum("started" in one and one.startswith("attempt") for one in told) == 2
    assert sum("ended: answered, answer '42'" in one for one in told) == 2
    failed = [one for one in told if one.startswith("a cell")]
    assert failed == ["a cell of attempt 'p<1>#1' ended error after 0.020 s"]
    assert {getattr(record, "tirkit_problem", None) for record in records} == {"p<1>"}


async def test_log_when_a_problem_fails_then_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tirkit.events"), pytest.raises(EngineError):
        await solve(dies=True)

    assert "problem 'p<1>' was given up: 'problem p<1>: no attempt could go on" in caplog.text


async def test_log_when_nobody_listens_then_nothing_is_made(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        await solve()

    assert not caplog.records


async def test_log_when_a_problem_has_a_line_break_in_its_name_then_it_stays_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "tirkit.events"):
        await solve(problem=Problem("What?", id="p\nroot: forged\x1b[2J"))

    told = [record.getMessage() for record in caplog.records if record.name == "tirkit.events"]
    assert len(told) >= 7
    assert all("\n" not in one and "\x1b" not in one for one in told)
