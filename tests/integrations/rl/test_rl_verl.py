"""verl's agent loop on attempts, with stand-ins for verl's parts.

`make rl` holds the stand-ins to the real classes (test_rl_verl_worker.py).
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import anyio
import pytest

from tests.integrations.rl.parts import CALL, PROBLEM, RIGHT, SomeKernels
from tests.integrations.rl.verl_parts import AgentLoopMetrics, AgentLoopOutput, Server
from tirkit.concurrency import first_failure
from tirkit.errors import ConfigError
from tirkit.integrations.verl import TirkitAgentLoop, agent_loop, sampling_of
from tirkit.kernels import KernelSettings

pytestmark = pytest.mark.usefixtures("quiet", "closed_loops")

MODULE = "verl.experimental.agent_loop.agent_loop"
PARAMS = {"temperature": 1.0, "top_p": 1.0, "top_k": -1, "logprobs": True}
PROMPT = [{"role": "user", "content": PROBLEM.text}]
ROW = {"raw_prompt": PROMPT, "reward_model": {"style": "rule", "ground_truth": "42"}}


@pytest.fixture
def verl(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType(MODULE)
    module.AgentLoopMetrics, module.AgentLoopOutput = AgentLoopMetrics, AgentLoopOutput
    parts = MODULE.split(".")
    for end in range(1, len(parts)):
        name = ".".join(parts[:end])
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, MODULE, module)


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> SomeKernels:
    some = SomeKernels()

    @asynccontextmanager
    async def pool(_settings: KernelSettings) -> AsyncIterator[SomeKernels]:
        yield some

    monkeypatch.setattr(agent_loop, "KernelPool", pool)
    return some


def loop_of(server: Server, tokenizer: Any, room: int = 700, **options: Any) -> TirkitAgentLoop:
    rollout = SimpleNamespace(prompt_length=600, response_length=room)
    config = SimpleNamespace(actor_rollout_ref=SimpleNamespace(rollout=rollout))
    return TirkitAgentLoop(
        SimpleNamespace(config=config),
        server,
        tokenizer,
        processor=None,
        dataset_cls=None,
        data_config=None,
        hf_model_type="llama",
        tools=None,
        **options,
    )


async def output_of(server: Server, tokenizer: Any, row: Any = ROW, **options: Any) -> Any:
    with anyio.fail_after(120):
        return await loop_of(server, tokenizer, **options).run(PARAMS, **row)


@pytest.mark.usefixtures("verl")
async def test_run_when_code_is_called_then_the_output_is_aligned_and_scored(
    tokenizer: Any, kernels: SomeKernels
) -> None:
    server = Server(tokenizer, (CALL, RIGHT))
    output = await output_of(server, tokenizer, step_tokens=4)
    ids, mask, logprobs = output.response_ids, output.response_mask, output.response_logprobs
    assert len(ids) == len(mask) == len(logprobs)
    assert PROBLEM.text in tokenizer.decode(output.prompt_ids)
    assert "42\n" in tokenizer.decode(ids)
    drawn = tokenizer.decode([one for one, bit in zip(ids, mask, strict=True) if bit])
    assert "print(6*7)" in drawn
    assert RIGHT in drawn
    assert "```output" not in drawn
    assert {value for value, bit in zip(logprobs, mask, strict=True) if bit} == {-0.5}
    assert (output.reward_score, output.num_turns) == (1.0, 4)
    assert output.extra_fields["tirkit_ending"] == "whole"
    assert output.extra_fields["tirkit_answer"] == "42"
    assert {one["sampling_params"]["max_tokens"] for one in server.asked} == {4}
    assert len({one["request_id"] for one in server.asked}) == 1
    assert server.loops == {id(asyncio.get_running_loop())}
    assert kernels.open_leases == 0


@pytest.mark.usefixtures("verl")
async def test_run_when_real_kernels_are_shared_then_runs_beside_each_other_use_them(
    tokenizer: Any,
) -> None:
    outputs: list[Any] = []
    servers = [Server(tokenizer, (CALL.replace("6*7", f"6*{n}"), RIGHT)) for n in (7, 8)]

    async def run(server: Server) -> None:
        options = {"kernels": {"spares": 1, "max_kernels": 1}}
        outputs.append(await output_of(server, tokenizer, options=options))

    with first_failure():
        async with anyio.create_task_group() as tasks:
            for server in servers:
                tasks.start_soon(run, server)
    texts = sorted(tokenizer.decode(output.response_ids) for output in outputs)
    assert "42\n" in texts[0]
    assert "48\n" in texts[1]


@pytest.mark.usefixtures("verl")
async def test_run_when_the_server_aborts_then_it_is_a_tool_failure_that_counts_in_no_loss(
    tokenizer: Any, kernels: SomeKernels
) -> None:
    output = await output_of(Server(tokenizer, (RIGHT,), reason="aborted"), tokenizer)
    assert output.extra_fields["tirkit_ending"] == "tool_failure"
    assert output.response_ids == [tokenizer.eos_token_id]
    assert (output.response_mask, output.reward_score) == ([0], 0.0)
    assert kernels.open_leases == 0


@pytest.mark.usefixtures("verl", "kernels")
async def test_run_when_there_is_no_reference_then_the_score_is_left_to_verl(
    tokenizer: Any,
) -> None:
    output = await output_of(Server(tokenizer, (RIGHT,)), tokenizer, {"raw_prompt": PROMPT})
    assert output.reward_score is None


@pytest.mark.usefixtures("verl", "kernels")
async def test_run_when_the_response_is_too_long_then_it_is_cut_and_labelled(
    tokenizer: Any,
) -> None:
    server = Server(tokenizer, ("and so on, " * 400, RIGHT))
    output = await output_of(server, tokenizer, room=20)
    assert len(output.response_ids) == len(output.response_mask) == 20
    assert output.extra_fields["tirkit_ending"] == "truncated"
    assert output.extra_fields["tirkit_answer"] == "42"  # given behind the cut, and worth nothing
    assert (sum(output.response_mask), output.reward_score) == (20, 0.0)
    masked = Server(tokenizer, ("and so on, " * 400, RIGHT))
    output = await output_of(masked, tokenizer, room=20, terms={"truncated": "mask"})
    assert sum(output.response_mask) == 0


@pytest.mark.usefixtures("verl")
async def test_run_when_cancelled_then_the_kernel_is_given_back(
    tokenizer: Any, kernels: SomeKernels
) -> None:
    server = Server(tokenizer, (CALL,), stall=False)

    async def run() -> None:
        await loop_of(server, tokenizer).run(PARAMS, **ROW)

    with anyio.fail_after(120):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            await server.called.wait()
            server.options["stall"] = True  # the next turn never comes
            server.called.clear()
            await server.called.wait()
            assert kernels.open_leases == 1
            tasks.cancel_scope.cancel()
        while kernels.open_leases:  # noqa: ASYNC110 - another loop's
            await anyio.sleep(0.005)


@pytest.mark.usefixtures("kernels")
async def test_run_when_verl_is_absent_then_config_error(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "verl", None)
    with pytest.raises(ConfigError, match="verl is not installed"):
        await output_of(Server(tokenizer, (RIGHT,)), tokenizer)


@pytest.mark.parametrize("terms", [{"truncated": "forget"}, {"cut": "mask"}, {"cut_reward": ""}])
def test_loop_when_the_terms_are_unknown_then_config_error(
    tokenizer: Any, terms: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        loop_of(Server(tokenizer, ()), tokenizer, terms=terms)


def test_sampling_when_verl_tells_it_then_it_is_tirkits() -> None:
    told = sampling_of({**PARAMS, "temperature": 0.6, "stop": ["x"]})
    assert (told.temperature, told.top_k, told.logprobs) == (0.6, 0, 0)
    assert told.extra == {"stop": ["x"]}
    assert sampling_of({"logprobs": False}).logprobs is None
