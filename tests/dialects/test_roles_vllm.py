"""The same turns read by vLLM's own tool parsers: well-formed ones must give the same calls."""

import importlib
import json
import warnings
from dataclasses import dataclass
from typing import Any

import pytest

from tests.dialects.roles_reading import lexicon_of, read
from tirkit.dialects.events import ToolCalls
from tirkit.dialects.roles import FAMILIES, CallParser, Tool
from tirkit.types import FinishReason, ToolCall

PARSERS = {
    "hermes": ("hermes_tool_parser", "Hermes2ProToolParser"),
    "qwen-xml": ("qwen3_engine_tool_parser", "Qwen3EngineToolParser"),
    "glm": ("glm47_moe_tool_parser", "Glm47MoeModelToolParser"),
    "kimi": ("kimi_k2_tool_parser", "KimiK2ToolParser"),
    "deepseek": ("deepseekv3_tool_parser", "DeepSeekV3ToolParser"),
    "dsml": ("deepseekv4_engine_tool_parser", "DeepSeekV4EngineToolParser"),
    "minimax": ("minimax_m2_tool_parser", "MinimaxM2ToolParser"),
    "gemma4": ("gemma4_engine_tool_parser", "Gemma4EngineToolParser"),
}
CODES = (
    "print(1)",
    "x = 1\nfor i in range(3):\n    x += i\nprint(x)",
    "print(\"a\", 'b', {1: [2]}, r'\\d', \"\\n\")",
    "print('é ∑ 😀')",
    "if 1 < 2 and 3 > 2:\n    print('</tool>', '<x>')",
)


@dataclass(frozen=True)
class Tokens:
    """The little a vLLM parser asks of a tokenizer."""

    vocabulary: dict[str, int]

    def get_vocab(self) -> dict[str, int]:
        """The special tokens."""
        return self.vocabulary

    @property
    def all_special_tokens(self) -> list[str]:
        """Their texts."""
        return list(self.vocabulary)

    @property
    def all_special_ids(self) -> list[int]:
        """Their ids."""
        return list(self.vocabulary.values())


def theirs(family: str, turn: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments vLLM reads."""
    module, name = PARSERS[family]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # vLLM and torch warn while they are imported
        parsers = importlib.import_module(f"vllm.tool_parsers.{module}")
        protocol = importlib.import_module("vllm.entrypoints.openai.chat_completion.protocol")
    request = protocol.ChatCompletionRequest(messages=[], tools=[Tool().schema()])
    row = FAMILIES[family]
    texts = (*row.special_texts, "<tool_response|>", "<|turn>", "<think>", "</think>")
    tokens = Tokens({text: number for number, text in enumerate(dict.fromkeys(texts), 100)})
    parser = getattr(parsers, name)(tokens, request.tools)
    found = parser.extract_tool_calls(turn, request)
    return [(one.function.name, json.loads(one.function.arguments)) for one in found.tool_calls]


def ours(family: str, turn: str) -> list[tuple[str, str | None]]:
    """Names and code we read, from text without ids as vLLM does."""
    parser = CallParser(lexicon_of(family, exact=False), Tool())
    event = read(parser, [(turn, False)], FinishReason.STOP)
    assert isinstance(event, ToolCalls), event
    return [(call.name, call.code) for call in event.calls]


@pytest.mark.parametrize("family", PARSERS)
@pytest.mark.parametrize("count", [1, 3])
def test_turn_when_it_is_well_formed_then_vllm_reads_the_same_calls(
    family: str, count: int
) -> None:
    for first in range(len(CODES)):
        codes = [CODES[(first + number) % len(CODES)] for number in range(count)]
        calls = [
            ToolCall("python", {"code": code}, f"functions.python:{number}")
            for number, code in enumerate(codes)
        ]
        texts = [json.dumps({"code": code}, ensure_ascii=False) for code in codes]
        turn = "Let me see." + FAMILIES[family].written(calls, texts)
        assert ours(family, turn) == [("python", code) for code in codes]
        assert theirs(family, turn) == [("python", {"code": code}) for code in codes]
