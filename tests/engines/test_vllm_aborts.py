"""Aborts in real vLLM: cancels at every await of the submit, many streams closed at once."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from tests.engines.contract import EngineUnderTest
from tests.engines.subject import GUARD_SECONDS, nothing_left, read
from tests.engines.vllm_subject import under_test
from tirkit.testing import cancel_at_every_await

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def subject(forced_vllm: "ForcedVllmEngine") -> EngineUnderTest:
    return under_test(forced_vllm)


def slowed(original: Callable[..., Any], steps: int) -> Callable[..., Any]:
    """The same call, with `steps` places to be cancelled at before it and as many after."""

    async def call(*args: object) -> object:
        for _ in range(steps):
            await asyncio.sleep(0)
        result = await original(*args)
        for _ in range(steps):
            await asyncio.sleep(0)
        return result

    return call


@pytest.mark.parametrize("moment", range(14))
async def test_stream_when_cancelled_at_any_await_of_a_slow_submit_then_vllm_forgets_it(
    moment: int, subject: EngineUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm = subject.engine._entered().llm  # type: ignore[attr-defined]
    core = llm.engine_core
    monkeypatch.setattr(core, "add_request_async", slowed(core.add_request_async, 3))
    monkeypatch.setattr(core, "abort_requests_async", slowed(core.abort_requests_async, 3))
    seen: list[int] = []
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(read, subject.engine, await subject.request(max_tokens=400))
        for _ in range(moment):
            await checkpoint()
        seen.append(subject.engine.unfinished_requests)
        tasks.cancel_scope.cancel()
    assert seen == [4 if moment else 0]
    assert subject.engine.unfinished_requests == 0
    await nothing_left(subject)


async def test_stream_when_cancelled_at_every_await_of_its_life_then_vllm_forgets_it(
    subject: EngineUnderTest,
) -> None:
    async def work() -> None:
        await read(subject.engine, await subject.request(max_tokens=12))

    async def check(cancel_at: int) -> None:
        assert subject.engine.unfinished_requests == 0, f"left over at await {cancel_at}"

    with anyio.fail_after(GUARD_SECONDS):
        assert await cancel_at_every_await(work, check) >= 2
    await nothing_left(subject)


async def test_streams_when_32_are_closed_early_then_vllm_holds_none(
    subject: EngineUnderTest,
) -> None:
    reading = 0
    all_read = anyio.Event()

    async def run() -> None:
        nonlocal reading
        request = await subject.request(subject.long_text * 8, max_tokens=900)
        async with aclosing(subject.engine.stream(request)) as stream:
            async for _chunk in stream:
                reading += 1
                if reading == 32:
                    all_read.set()
                await all_read.wait()
                return

    with anyio.fail_after(GUARD_SECONDS):
        async with anyio.create_task_group() as tasks:
            for _ in range(32):
                tasks.start_soon(run)
    assert reading == 32
    assert subject.engine.unfinished_requests == 0
    await nothing_left(subject)
