"""Tool calls in the Hermes form on the real vLLM, with Qwen3's tokenizer and known words."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.dialects.real_tokenizers import real_tokenizer_folder
from tests.plugins_vllm import TINY_ENGINE_ARGS, vllm_start_warnings
from tirkit.attempt import AttemptLimits, AttemptRunner, HandoverPoint, Reasoner
from tirkit.dialects import dialect_from_name
from tirkit.events import Event, TokensSampled
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.records import check_texts, check_trajectory
from tirkit.scheduler import Policy, Scheduler
from tirkit.types import EngineUsage, GenerateRequest, Problem

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine

pytestmark = pytest.mark.vllm

QWEN3 = {"vocab_size": 151_936, "bos_token_id": None, "eos_token_id": 151_645}


def call(code: str) -> str:
    arguments = json.dumps({"name": "python", "arguments": {"code": code}})
    return f"<think>\nHm.\n</think>\n\n<tool_call>\n{arguments}\n</tool_call>"


TURNS = (
    call("x = 6\nprint(x, '<|im_' + 'end|>')"),
    call("x * 7"),
    "<think>\nSo.\n</think>\n\nIt is \\boxed{42}.",
)


@pytest.fixture(scope="module")
async def qwen(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["ForcedVllmEngine"]:
    source = tmp_path_factory.mktemp("qwen3")
    for file in real_tokenizer_folder("qwen3").iterdir():
        (source / file.name).write_bytes(file.read_bytes())
    (source / "config.json").write_text(json.dumps(QWEN3), encoding="utf-8")
    with vllm_start_warnings():
        from tirkit.testing.forced import ForcedVllmEngine
        from tirkit.testing.tiny_model import write_tiny_model

        model = write_tiny_model(tmp_path_factory.mktemp("tiny-qwen3"), source)
        engine = ForcedVllmEngine(str(model), lambda _request: None, **TINY_ENGINE_ARGS)
        await engine.__aenter__()
    try:
        yield engine
    finally:
        await engine.__aexit__(None, None, None)


async def test_attempt_when_it_calls_tools_then_the_engine_reads_what_the_buffer_holds(
    qwen: "ForcedVllmEngine", tmp_path: Path
) -> None:
    prompts: list[tuple[int, ...]] = []
    usages: list[EngineUsage] = []

    def script(request: GenerateRequest) -> str:
        prompts.append(tuple(request.prompt_ids))
        return TURNS[len(prompts) - 1]

    def listen(event: Event) -> None:
        if isinstance(event, TokensSampled) and event.chunk.usage is not None:
            usages.append(event.chunk.usage)

    qwen.script = script
    async with KernelPool(KernelSettings(directory=tmp_path, spares=1)) as pool:
        runner = AttemptRunner(qwen, pool, dialect_from_name("auto"), AttemptLimits())
        async with Scheduler(runner, 1) as scheduler:
            problem = Problem("What is six times seven?")
            solution = await scheduler.solve(problem, Policy(1), listener=listen)
    (done,) = solution.trajectories
    assert (str(done.answer), done.dialect, done.token_exact) == ("42", "hermes", True)
    assert [turn.result and turn.result.ok for turn in done.turns] == [True, True, None]
    assert len(prompts) == len(usages) == 3
    for prompt in prompts:
        assert done.ids[: len(prompt)] == prompt
    ends = [turn.end for turn in done.turns]
    assert [len(prompt) for prompt in prompts] == [turn.start for turn in done.turns]
    for usage, end in zip(usages[1:], ends, strict=False):
        # Whole blocks are kept, so up to one block less a token of what was there is read again.
        assert usage.cached_tokens is not None
        assert end - 128 <= usage.cached_tokens <= end
        assert usage.cached_tokens > 0
    end_of_turn = QWEN3["eos_token_id"]
    for turn in done.turns[:2]:
        assert done.ids[turn.end - 1] == end_of_turn
    given = done.ids[done.turns[0].end : done.turns[1].start]
    text = await qwen.decode(given)
    assert "6 <|im_end|>" in text
    meant = await qwen.encode("<|im_end|>", special=True)
    assert given.count(meant[0]) == 1, "printed text became the end of a turn"


async def test_attempt_when_two_real_models_share_it_then_each_reads_its_own_buffer(
    qwen: "ForcedVllmEngine", forced_vllm: "ForcedVllmEngine", tmp_path: Path
) -> None:
    read: dict[str, list[tuple[int, ...]]] = {"thinks": [], "codes": []}
    thoughts = ("Multiply <|vision_start|> the two.", "No: look again.", "It is \\boxed{42}.")

    def think(request: GenerateRequest) -> str:
        read["thinks"].append(tuple(request.prompt_ids))
        return thoughts[len(read["thinks"]) - 1]

    def code(request: GenerateRequest) -> str:
        read["codes"].append(tuple(request.prompt_ids))
        return (call("6 * 7"), "It is \\boxed{41}.", "It is \\boxed{42}.")[len(read["codes"]) - 1]

    forced_vllm.script, qwen.script = think, code
    reasoner = Reasoner(
        forced_vllm,
        dialect_from_name("prose", prompt="reasoner"),
        (HandoverPoint.PLAN, HandoverPoint.ANSWER),
    )
    async with KernelPool(KernelSettings(directory=tmp_path, spares=1)) as pool:
        hermes = dialect_from_name("hermes")
        runner = AttemptRunner(qwen, pool, hermes, AttemptLimits(), reasoner=reasoner)
        async with Scheduler(runner, 1) as scheduler:
            solution = await scheduler.solve(Problem("What is six times seven?"), Policy(1))
    (done,) = solution.trajectories
    beside = done.reasoner
    assert beside is not None
    assert (str(done.answer), done.stop_detail) == ("42", "answered by the reasoner")
    for engine, part, prompts in (
        (qwen, done, read["codes"]),
        (forced_vllm, beside, read["thinks"]),
    ):
        assert [len(prompt) for prompt in prompts] == [turn.start for turn in part.turns]
        assert all(part.ids[: len(prompt)] == prompt for prompt in prompts)
        assert check_trajectory(part) == []
        assert await check_texts(part, engine.decode) == []
    assert "Multiply <|vision_start|> the two." in done.prompt_text
    (meant,) = await qwen.encode("<|vision_start|>", special=True)
    assert meant not in done.ids, "the other model's words became a special token"
    assert "look again" in done.turns[1].given
