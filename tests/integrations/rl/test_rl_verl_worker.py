"""The agent loop under verl's own worker: its config, registry, padding and batches.

verl brings ray and much else: `make rl` makes an environment that has it. Only the client of
verl's servers is a stand-in here, since the servers need a GPU.
"""

import inspect
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import numpy as np
import pytest

from tests.integrations.rl.parts import CALL, RIGHT, WRONG
from tests.integrations.rl.verl_parts import AgentLoopMetrics, AgentLoopOutput, Server

pytestmark = [
    pytest.mark.usefixtures("quiet", "closed_loops"),
    pytest.mark.skipif(find_spec("verl") is None, reason="verl is not installed: `make rl` has it"),
]

PROMPT_TOKENS, RESPONSE_TOKENS = 600, 400
LOOPS = """
- name: tirkit
  _target_: tirkit.integrations.verl.TirkitAgentLoop
  preset: default
  terms: {truncated: mask}
  options: {kernels: {spares: 1, max_kernels: 2}}
"""


@pytest.fixture
def parts() -> SimpleNamespace:
    """verl's modules, imported where their warnings are allowed."""
    return SimpleNamespace(
        loops=import_module("verl.experimental.agent_loop.agent_loop"),
        client=import_module("verl.workers.rollout.llm_server"),
        replica=import_module("verl.workers.rollout.replica"),
        data=import_module("verl.protocol"),
    )


class Servers:
    """verl's client, which answers each problem with a server of its own."""

    def __init__(self, tokenizer: Any, said: Mapping[str, Server]) -> None:
        self.tokenizer, self.said = tokenizer, said

    async def generate(self, request_id: str, **asked: Any) -> Any:
        text = self.tokenizer.decode(asked["prompt_ids"])
        server = next(one for problem, one in self.said.items() if problem in text)
        return await server.generate(request_id, **asked)


def worker_of(parts: SimpleNamespace, model: Path, folder: Path, servers: Servers) -> Any:
    """verl's worker by verl's own trainer config."""
    hydra = import_module("hydra")
    loops = folder / "agent.yaml"
    loops.write_text(LOOPS)
    configs = Path(str(import_module("verl").__file__)).parent / "trainer" / "config"
    rollout = "actor_rollout_ref.rollout"
    with hydra.initialize_config_dir(str(configs), version_base=None):
        config = hydra.compose(
            "ppo_trainer",
            overrides=[
                f"actor_rollout_ref.model.path={model}",
                f"{rollout}.name=vllm",
                f"{rollout}.prompt_length={PROMPT_TOKENS}",
                f"{rollout}.response_length={RESPONSE_TOKENS}",
                f"{rollout}.calculate_log_probs=true",
                f"{rollout}.agent.agent_loop_config_path={loops}",
            ],
        )
    return parts.loops.AgentLoopWorker(config, servers)


def batch_of(parts: SimpleNamespace, problems: Sequence[str]) -> Any:
    rows: dict[str, list[Any]] = {
        "raw_prompt": [[{"role": "user", "content": one}] for one in problems],
        "agent_name": ["tirkit"] * len(problems),
        "reward_model": [{"style": "rule", "ground_truth": "42"}] * len(problems),
    }
    columns = {}
    for name, values in rows.items():
        columns[name] = np.empty(len(values), dtype=object)
        columns[name][:] = values
    return parts.data.DataProto(non_tensor_batch=columns, meta_info={})


@pytest.mark.parametrize("first", ["What is 6 times 7?", "What breaks?"])
async def test_worker_when_a_batch_ends_in_every_way_then_verl_makes_one_of_it(
    parts: SimpleNamespace, tokenizer: Any, tiny_model: Path, tmp_path: Path, first: str
) -> None:
    said = {
        "What is 6 times 7?": Server(tokenizer, (CALL, RIGHT)),
        "What is guessed?": Server(tokenizer, (WRONG,)),
        "What is long?": Server(tokenizer, ("and so on, " * 400, RIGHT)),
        "What breaks?": Server(tokenizer, (RIGHT,), reason="aborted"),
    }
    problems = sorted(said, key=lambda one: one != first)
    worker = worker_of(parts, tiny_model, tmp_path, Servers(tokenizer, said))
    with anyio.fail_after(200):
        output = await worker.generate_sequences(batch_of(parts, problems))
    rows = {problem: output[index] for index, problem in enumerate(problems)}
    for problem, row in rows.items():
        tensors = row.batch
        assert len(tensors["prompts"]) == PROMPT_TOKENS
        assert {len(tensors[name]) for name in ("responses", "response_mask")} == {RESPONSE_TOKENS}
        assert len(tensors["rollout_log_probs"]) == RESPONSE_TOKENS
        assert problem in tokenizer.decode(tensors["prompts"], skip_special_tokens=True)
    told = {problem: row.non_tensor_batch["tirkit_ending"] for problem, row in rows.items()}
    assert told == dict(zip(said, ("whole", "whole", "truncated", "tool_failure"), strict=True))
    scores = {problem: float(row.batch["rm_scores"].sum()) for problem, row in rows.items()}
    assert scores == dict(zip(said, (1.0, 0.0, 0.0, 0.0), strict=True))
    counted = {problem: int(row.batch["response_mask"].sum()) for problem, row in rows.items()}
    assert counted["What is long?"] == counted["What breaks?"] == 0
    right = rows["What is 6 times 7?"].batch
    mask = right["response_mask"].bool()
    drawn = tokenizer.decode(right["responses"][mask], skip_special_tokens=True)
    assert "print(6*7)" in drawn
    assert RIGHT in drawn
    assert "```output" not in drawn
    assert "42\n" in tokenizer.decode(right["responses"])
    assert set(right["rollout_log_probs"][mask].tolist()) == {-0.5}


def test_standins_when_verl_is_installed_then_they_are_as_its_parts(
    parts: SimpleNamespace,
) -> None:
    for standin, real in (
        (AgentLoopMetrics, parts.loops.AgentLoopMetrics),
        (AgentLoopOutput, parts.loops.AgentLoopOutput),
    ):
        assert set(standin.model_fields) <= set(real.model_fields)
    asked = inspect.signature(parts.client.LLMServerClient.generate).parameters
    assert {"request_id", "prompt_ids", "sampling_params"} <= set(asked)
    given = parts.replica.TokenOutput.model_fields
    assert {"token_ids", "log_probs", "stop_reason"} <= set(given)
