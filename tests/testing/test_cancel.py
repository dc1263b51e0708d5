"""The harness must reach every await and notice a swallowed clean-up."""

import anyio
import anyio.lowlevel
import pytest

from tirkit.testing.cancel import cancel_at_every_await


async def test_harness_when_work_has_three_awaits_then_each_is_cancelled_once() -> None:
    reached: list[int] = []

    async def work() -> None:
        for number in range(3):
            reached.append(number)
            await anyio.lowlevel.checkpoint()

    async def check(cancel_at: int) -> None:
        reached.append(-cancel_at)

    assert await cancel_at_every_await(work, check) == 3
    assert reached == [0, -1, 0, 1, -2, 0, 1, 2, -3, 0, 1, 2, -4]


async def test_harness_when_clean_up_is_unshielded_then_the_check_sees_the_leak() -> None:
    held: list[str] = []

    async def leaky() -> None:
        held.append("kernel")
        try:
            await anyio.lowlevel.checkpoint()
        finally:
            await anyio.lowlevel.checkpoint()  # raises again: anyio cancels at every await
            held.clear()

    async def check(cancel_at: int) -> None:
        assert not held, f"leaked when cancelled at await {cancel_at}"

    with pytest.raises(AssertionError, match="leaked when cancelled at await 1"):
        await cancel_at_every_await(leaky, check)
