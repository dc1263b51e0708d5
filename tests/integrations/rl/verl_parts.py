"""Stand-ins for verl's parts: what an agent loop gives, and the client of its servers."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel


class AgentLoopMetrics(BaseModel):
    generate_sequences: float = 0.0
    tool_calls: float = 0.0
    compute_score: float = 0.0
    num_preempted: int = -1


class AgentLoopOutput(BaseModel):
    prompt_ids: list[int]
    response_ids: list[int]
    response_mask: list[int]
    response_logprobs: list[float] | None = None
    reward_score: float | None = None
    num_turns: int = 0
    metrics: AgentLoopMetrics
    extra_fields: dict[str, Any] = {}


class Server:
    """verl's client: says its turns one after the other, each in as many calls as it takes."""

    def __init__(self, tokenizer: Any, turns: Sequence[str], **options: Any) -> None:
        self.tokenizer, self.options = tokenizer, options
        self.turns = [
            [*tokenizer.encode(turn, add_special_tokens=False), tokenizer.eos_token_id]
            for turn in turns
        ]
        self.left: list[int] = []
        self.reached = 0
        self.asked: list[dict[str, Any]] = []
        self.loops: set[int] = set()
        self.called = asyncio.Event()

    async def generate(self, request_id: str, **asked: Any) -> Any:
        self.loops.add(id(asyncio.get_running_loop()))
        self.asked.append({"request_id": request_id, **asked})
        self.called.set()
        if self.options.get("stall"):
            await asyncio.sleep(3600)
        params = asked["sampling_params"]
        if not self.left or len(asked["prompt_ids"]) != self.reached:
            self.left = self.turns.pop(0)
        ids, self.left = self.left[: params["max_tokens"]], self.left[params["max_tokens"] :]
        self.reached = len(asked["prompt_ids"]) + len(ids)
        logprobs = [-0.5] * len(ids) if params["logprobs"] else None
        reason = self.options.get("reason", "completed")
        return SimpleNamespace(token_ids=ids, log_probs=logprobs, stop_reason=reason)
