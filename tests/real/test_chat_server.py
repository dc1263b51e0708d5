"""The real SmolLM2 calling a tool through the chat API of the real llama.cpp.

A model of 135 M parameters does not call tools by itself. Shown four worked calls, it writes one
in the form of Qwen3's chat template, but under the wrong one of two tags of that form: the word
that makes it wrong is ruled out by `logit_bias`. The server then reads the call and streams it.
"""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.dialects.real_tokenizers import real_tokenizer_folder
from tests.engines import llama_child
from tests.engines.subject import GUARD_SECONDS
from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects.chat_tools import BoundChatTools
from tirkit.dialects.openings import Opening, PiecesPrompt
from tirkit.engines.model_cache import smollm2_gguf
from tirkit.engines.openai_chat import OpenAIChatEngine
from tirkit.engines.openai_http import HttpSettings
from tirkit.prompts import load_prompt
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, Piece, Problem, Sampling
from tirkit.types.transcript import Section

GREEDY = Sampling(temperature=0.0, extra={"logit_bias": [["response", False]]})
WORKED = ((2, 3), (4, 5), (7, 1), (6, 6))


@dataclass(frozen=True, slots=True)
class ShownCalls(BoundChatTools):
    """The dialect, with worked calls before the question."""

    def opening(self, problem: Problem) -> Opening:
        """Four sums, then the problem."""
        opening = BoundChatTools.opening(self, problem)
        assert isinstance(opening, PiecesPrompt)
        question = str(Section("user", problem.text))
        before, found, after = opening.pieces[0].text.partition(question)
        assert found
        shown = "".join(map(str, _worked()))
        tools = before.partition(str(Section("system", self.prompt.system)))[0]
        return PiecesPrompt((Piece(f"{tools}{shown}{question}{after}"),))


def _worked() -> Iterator[Section]:
    for number, (one, two) in enumerate(WORKED):
        named = {"id": f"shown_{number}", "name": "python"}
        yield Section("user", f"What is {one}+{two}?")
        yield Section("assistant")
        yield Section("call", json.dumps({"code": f"print({one}+{two})"}), named)
        yield Section("tool", str(one + two), {"id": named["id"]})
        yield Section("assistant", f"\\boxed{{{one + two}}}")


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Of a llama.cpp that writes calls as Qwen3 does."""
    pytest.importorskip("xllamacpp")
    config = real_tokenizer_folder("qwen3") / "tokenizer_config.json"
    template = tmp_path / "template.jinja"
    template.write_text(json.loads(config.read_text("utf-8"))["chat_template"], "utf-8")
    command = [sys.executable, llama_child.__file__, str(template), str(smollm2_gguf())]
    async with await anyio.open_process(command, stderr=None) as process:
        assert process.stdout is not None
        with anyio.fail_after(GUARD_SECONDS):
            line = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", 1000)
        yield line.decode()
        process.kill()


async def test_attempt_when_a_real_server_streams_a_call_then_it_runs_and_the_model_goes_on(
    address: str,
) -> None:
    kernels = FakeKernelSource({"print(3+8)": CodeResult(CodeStatus.OK, stdout="11\n")})
    settings = HttpSettings(max_retries=0, keep_alive=False)
    builder = TrajectoryBuilder(AttemptSpec("p#0", "x#0", Problem("What is 3+8?"), 0, seed=1))
    with anyio.fail_after(GUARD_SECONDS):
        async with OpenAIChatEngine(address, settings=settings, context_tokens=2048) as engine:
            runner = AttemptRunner(
                engine,
                kernels,
                ShownCalls(prompt=load_prompt("tool")),
                AttemptLimits(max_turns=2, max_turn_tokens=60),
                GREEDY,
            )
            done = await runner(builder)
            assert engine.unfinished_requests == 0
    assert kernels.cells[:1] == ["print(3+8)"], done.turns[0].text
    assert done.turns[0].given == str(Section("tool", "11", _call_id(done.turns[0].text))) + str(
        Section("assistant")
    )
    assert str(done.answer) == "11"
    assert not done.token_exact
    assert len(done.ids) == len(done.mask) == done.usage.total_tokens


def _call_id(turn: str) -> dict[str, str]:
    told = turn.partition("call ")[2].partition("\x1f")[0]
    return {"id": json.loads(told)["id"]}
