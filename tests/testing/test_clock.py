"""The fake clock and its loop."""

import threading
from collections.abc import Awaitable, Callable

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from tirkit.testing import FakeClock


def run(work: Callable[[], Awaitable[object]], clock: FakeClock) -> object:
    return clock.run(work)


def test_clock_when_hours_are_slept_then_timers_fire_in_order_and_no_time_passes() -> None:
    clock = FakeClock(100.0)
    fired: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await anyio.sleep(seconds)
        fired.append((name, clock()))

    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            for name, seconds in (("day", 86_400.0), ("hour", 3600.0), ("week", 604_800.0)):
                tasks.start_soon(sleeper, name, seconds)

    run(work, clock)
    assert [name for name, _ in fired] == ["hour", "day", "week"]
    assert [at for _, at in fired] == pytest.approx([3700.0, 86_500.0, 604_900.0])


def test_clock_when_a_scope_has_a_deadline_then_it_cuts_on_this_clock() -> None:
    clock = FakeClock()

    async def work() -> bool:
        with anyio.move_on_after(60) as scope:
            await anyio.sleep_forever()
        return scope.cancelled_caught

    assert run(work, clock) is True
    assert clock() == pytest.approx(60.0)


def test_clock_when_nothing_is_timed_then_a_loop_waits_for_other_threads() -> None:
    clock = FakeClock()
    with start_blocking_portal("asyncio", {"loop_factory": clock.loop}) as portal:
        threading.Event().wait(0.03)  # the loop is idle meanwhile
        assert portal.call(anyio.current_time) == 0.0
    assert clock() == 0.0


async def test_sleep_when_awaited_then_the_clock_has_moved() -> None:
    clock = FakeClock()
    await clock.sleep(5)
    assert clock() == 5.0


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_clock_when_moved_back_then_it_refuses(seconds: float) -> None:
    with pytest.raises(ValueError, match="cannot be moved"):
        FakeClock().advance(seconds)


async def test_clock_when_a_loop_is_running_then_it_runs_beside_it() -> None:
    clock = FakeClock()

    async def work() -> float:
        await anyio.sleep(3600)
        return clock()

    assert clock.run(work) == pytest.approx(3600, abs=1)
