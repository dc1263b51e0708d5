"""The harness under real verifiers: its agents, interception and traces, with a scripted model.

verifiers wants openai-harmony, which cannot live beside oss-harmony: `make rl` runs these.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.engines.chat_server import MODEL, ChatServer, Event, call, chat_serving, say
from tests.integrations.rl.parts import PROBLEM, RIGHT, SomeKernels
from tirkit.kernels import KernelSettings

vf: Any = pytest.importorskip("verifiers.v1", reason="verifiers is not installed: `make rl` has it")

pytestmark = pytest.mark.usefixtures("plugin", "quiet")

MODULE = """
from tirkit.integrations.verifiers import TirkitHarness, TirkitHarnessConfig
__all__ = ["TirkitHarness"]
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module by whose name verifiers finds the harness."""
    (tmp_path / "tirkit_harness.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> Iterator[SomeKernels]:
    from tirkit.integrations.verifiers import harness

    some = SomeKernels()

    @asynccontextmanager
    async def pool(_settings: KernelSettings) -> AsyncIterator[SomeKernels]:
        yield some

    monkeypatch.setattr(harness, "KernelPool", pool)
    yield some
    while harness._KEPT:
        harness._KEPT.popitem()[1].__exit__(None, None, None)


def task() -> Any:
    from tirkit.integrations.verifiers import reference_score

    class Asked(vf.Task[vf.TaskData]):  # type: ignore[misc] # verifiers may be absent
        @vf.reward  # type: ignore[untyped-decorator] # likewise
        async def right(self, trace: Any) -> float:
            return await reference_score(trace, "42")

    return Asked(vf.TaskData(idx=0, prompt=PROBLEM.text))


async def trace_of(server: ChatServer, **options: Any) -> Any:
    config = vf.AgentConfig.model_validate(
        {
            "harness": {"id": "tirkit_harness"},
            "runtime": {"type": "subprocess"},
            "model": MODEL,
            "client": {"type": "eval", "base_url": f"{server.url}/v1", "api_key_var": "NO_KEY"},
            **options,
        }
    )
    with anyio.fail_after(120):
        async with vf.Agent(config) as agent:
            return await agent.run(task())


async def run(turns: Sequence[Sequence[Event]], **options: Any) -> Any:
    async with chat_serving(*turns) as server:
        return await trace_of(server, **options)


async def test_run_when_code_is_called_then_the_trace_holds_every_turn_and_the_reward(
    kernels: SomeKernels,
) -> None:
    trace = await run([call("print(6*7)"), say(RIGHT)])
    assert trace.ok, trace.errors
    assert trace.num_turns == 2
    assert [message.role for message in trace.messages[-4:]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert "42" in trace.tool_messages[0].content
    assert trace.info["tirkit"]["answer"] == "42"
    assert trace.info["tirkit"]["ending"] == "whole"
    assert trace.reward == 1.0
    assert trace.metrics["tirkit_cells"] == 1.0
    assert kernels.open_leases == 0


async def test_run_when_the_answer_is_wrong_then_the_reward_is_0(kernels: SomeKernels) -> None:
    trace = await run([say("So it is \\boxed{41}.")])
    assert trace.ok, trace.errors
    assert trace.reward == 0.0
    assert kernels.leases == []


async def test_run_when_no_kernel_can_be_had_then_it_is_a_sandbox_error(
    kernels: SomeKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "_broken", {""})  # every attempt's
    trace = await run([call("print(6*7)"), say(RIGHT)])
    assert not trace.ok
    assert trace.last_error.type == "SandboxError"
    assert trace.info["tirkit"]["ending"] == "tool_failure"


async def test_run_when_verifiers_allows_one_turn_then_the_trace_is_cut_and_no_failure(
    kernels: SomeKernels,
) -> None:
    trace = await run([call("print(6*7)"), say(RIGHT)], max_turns=1)
    assert trace.is_truncated
    assert trace.stop_condition == "max_turns"
    assert trace.errors == []
    assert kernels.open_leases == 0


async def test_run_when_the_model_does_not_answer_then_it_is_no_failure_of_the_model(
    kernels: SomeKernels,
) -> None:
    async with chat_serving(say(RIGHT)) as server:
        server.statuses = [(400, "no such thing")] * 9
        trace = await trace_of(server)
    assert not trace.ok
    assert trace.last_error.type == "ProviderError"
    assert kernels.open_leases == 0


async def test_run_when_its_time_is_up_then_the_kernel_is_given_back(kernels: SomeKernels) -> None:
    async with chat_serving(call("print(6*7)"), say(RIGHT)) as server:

        async def hold() -> None:
            while len(server.bodies) < 2:
                server.hold = len(server.bodies) == 1
                await anyio.sleep(0.001)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hold)
            trace = await trace_of(server, timeout={"rollout": 1.0})
            tasks.cancel_scope.cancel()
    assert trace.is_timeout
    with anyio.fail_after(60):
        while kernels.open_leases:  # noqa: ASYNC110 - another loop's
            await anyio.sleep(0.005)
