"""The engine under test, and how the contract reads it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio

from tirkit.engines.interface import Engine
from tirkit.types import (
    UNKNOWN_TOKEN,
    GenerateRequest,
    Sampling,
    TokenChunk,
)

GUARD_SECONDS = 60.0
"""A hang guard, far above what anything here takes; nothing is timed."""

GREEDY = Sampling(temperature=0.0)


@dataclass(frozen=True)
class EngineUnderTest:
    """An entered engine and what the tests may know of it.

    Attributes:
        engine: the engine, entered.
        say: makes of a request one that is answered with exactly this text and then the model's
            end token; None if the engine samples.
        server_unfinished: requests the engine's own core (or server) still works on or queues.
        kill: makes the engine die abruptly, as a crash would; only for `mortal`.
        logprobs: whether log-probabilities can be had.
        seeds: whether one seed gives one text.
        chat: whether the model's chat template can be had.
        special_text: text of a special token of the model.
        streams: how many streams to run at once.
        prompt: a short prompt.
        long_text: about 120 tokens for a scripted engine to say, long enough to be cut anywhere.
    """

    engine: Engine
    server_unfinished: Callable[[], Awaitable[int]]
    say: Callable[[GenerateRequest, str], GenerateRequest] | None = None
    kill: Callable[[], Awaitable[None]] | None = None
    logprobs: bool = True
    seeds: bool = True
    chat: bool = True
    special_text: str = "<|im_end|>"
    streams: int = 16
    prompt: str = "One, two, three, four, five, six,"
    long_text: str = " ".join(str(number) for number in range(60))
    _counter: list[int] = field(default_factory=lambda: [0])

    async def request(
        self, text: str = "", *, prompt: str | None = None, max_tokens: int = 24
    ) -> GenerateRequest:
        """A greedy request with a fresh id, answered with `text` where the engine can be told."""
        asked = self.prompt if prompt is None else prompt
        self._counter[0] += 1
        request = GenerateRequest(
            request_id=f"contract-{self._counter[0]}",
            prompt_ids=tuple(await self.engine.encode(asked, special=True)),
            prompt_text=asked,
            max_tokens=max_tokens,
            sampling=GREEDY,
        )
        return self.say(request, text or self.long_text) if self.say else request


async def read(engine: Engine, request: GenerateRequest) -> list[TokenChunk]:
    """Every chunk of one generation."""
    async with aclosing(engine.stream(request)) as stream:
        return [chunk async for chunk in stream]


def ids_of(chunks: Sequence[TokenChunk]) -> tuple[int, ...]:
    """The token ids of all chunks, in order."""
    return tuple(token for chunk in chunks for token in chunk.token_ids)


def text_of(chunks: Sequence[TokenChunk]) -> str:
    """The text of all chunks, in order."""
    return "".join(chunk.text for chunk in chunks)


async def nothing_left(subject: EngineUnderTest) -> None:
    """Wait until engine and server count no request; the guard is a hang guard."""
    with anyio.fail_after(GUARD_SECONDS):
        while subject.engine.unfinished_requests or await subject.server_unfinished():  # noqa: ASYNC110 - polls a server
            await anyio.sleep(0.01)


def check_shape(chunks: Sequence[TokenChunk], request: GenerateRequest, *, exact: bool) -> None:
    """The rules every complete stream keeps."""
    *early, last = chunks
    assert all(chunk.finish is None and chunk.usage is None for chunk in early)
    assert last.finish is not None
    assert last.usage is not None
    ids = ids_of(chunks)
    assert last.usage.sampled_tokens == len(ids)
    assert 1 <= len(ids) <= request.max_tokens
    assert last.usage.prompt_tokens >= 1
    if exact:
        assert UNKNOWN_TOKEN not in ids
        assert last.usage.prompt_tokens == len(request.prompt_ids)
    else:
        assert set(ids) == {UNKNOWN_TOKEN}


Subjects = AsyncIterator[EngineUnderTest]
"""What the fixtures yield."""
