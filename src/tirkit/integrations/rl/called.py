"""An engine made of a function that takes token ids and gives token ids."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread

from tirkit.engines.vllm.codec import TokenCodec
from tirkit.engines.vllm.engine import INLINE_LENGTH
from tirkit.errors import ConfigError, ContextTooLong, EngineError
from tirkit.integrations.rl.telling import Telling
from tirkit.types import (
    Chat,
    EngineUsage,
    FinishReason,
    GenerateRequest,
    TokenChunk,
    TopLogprobs,
)


@dataclass(frozen=True, slots=True)
class Generated:
    """What a call of a trainer's own generation gave.

    Attributes:
        ids: the drawn tokens, an end token included.
        logprobs: natural log-probability of each; None if not told.
    """

    ids: Sequence[int]
    logprobs: Sequence[float] | None = None


Generate = Callable[[GenerateRequest], Awaitable[Generated]]


class CalledEngine:
    """An engine made of a function that takes token ids and gives token ids, all at once.

    What the trainer calls is asked for in steps, so that little is drawn behind the end of a turn.

    Args:
        generate: gives at most `max_tokens` tokens behind the request's ids; it must let itself
            be cancelled.
        tokenizer: of transformers, the model's own.
        name: for messages and records.
        context_tokens: most tokens of prompt and generation together.
        end_ids: tokens that end a turn, beside the tokenizer's own end token.
        step_tokens: asked for in one call; None for all that a turn may have.

    Raises:
        ConfigError: a number is not positive.
    """

    def __init__(
        self,
        generate: Generate,
        tokenizer: Any,  # noqa: ANN401 - a transformers tokenizer, which has no types
        *,
        name: str,
        context_tokens: int,
        end_ids: Collection[int] = (),
        step_tokens: int | None = 256,
    ) -> None:
        if context_tokens < 1 or (step_tokens is not None and step_tokens < 1):
            raise ConfigError(
                f"context_tokens is {context_tokens}, step_tokens {step_tokens}: use positive ones"
            )
        self._generate = generate
        self._codec = TokenCodec(tokenizer, name)
        own = {tokenizer.eos_token_id} - {None}
        self._end_ids = frozenset[int](own) | frozenset(end_ids)
        self._name = name
        self._context_tokens = context_tokens
        self._step_tokens = step_tokens
        self._entered = False
        self._calls: set[anyio.CancelScope] = set()
        self._open: set[str] = set()

    @property
    def name(self) -> str:
        """As it was given."""
        return self._name

    @property
    def token_exact(self) -> bool:
        """Always true: ids go in and come out."""
        return True

    @property
    def context_tokens(self) -> int:
        """Most tokens of prompt and generation together."""
        return self._context_tokens

    @property
    def unfinished_requests(self) -> int:
        """Streams that are being read."""
        return len(self._open)

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered = False
        self._open.clear()
        for scope in self._calls:
            scope.cancel()

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        """Generate, as `Engine.stream` promises; each call's tokens are one chunk.

        Raises:
            ContextTooLong: the prompt leaves no room to generate.
            EngineError: the engine is not entered, or the call failed.
        """
        prompt = list(request.prompt_ids)
        room = self._context_tokens - len(prompt)
        if room < 1:
            raise ContextTooLong(len(prompt), self._context_tokens)
        ends = self._end_ids | frozenset(request.stop_token_ids)
        drawn, most = list[int](), min(request.max_tokens, room)
        telling = Telling(self._codec.decode, prompt)
        self._open.add(request.request_id)
        try:
            while True:
                given = await self._call(request, prompt + drawn, most - len(drawn))
                new, finish = _ended(given.ids, ends)
                drawn += new
                if finish is None and len(drawn) >= most:
                    finish = FinishReason.LENGTH
                said = new[:-1] if finish is FinishReason.STOP else new
                logprobs, best = _logprobs(request, given, new)
                yield TokenChunk(
                    tuple(new),
                    telling.tell(said, last=finish is not None),
                    logprobs,
                    best,
                    finish=finish,
                    usage=EngineUsage(len(prompt), len(drawn)) if finish else None,
                )
                if finish is not None:
                    return
        finally:
            self._open.discard(request.request_id)

    async def _call(self, request: GenerateRequest, ids: list[int], most: int) -> Generated:
        if not self._entered:
            raise EngineError(f"{self._name} is not running: enter it with `async with` first")
        step = most if self._step_tokens is None else min(most, self._step_tokens)
        drawn = len(ids) - len(request.prompt_ids)
        # A seed that was used for the first step would draw its tokens again.
        seed = None if request.seed is None else (request.seed + drawn) % (1 << 31)
        asked = replace(request, prompt_ids=ids, max_tokens=step, seed=seed)
        with anyio.CancelScope() as scope:
            self._calls.add(scope)
            try:
                given = await self._generate(asked)
            except EngineError:
                raise
            except Exception as error:
                raise EngineError(f"{self._name} failed: {error!r}") from error
            finally:
                self._calls.discard(scope)
        if scope.cancelled_caught:
            raise EngineError(f"{self._name} was left with streams open")
        if not given.ids:
            raise EngineError(f"{self._name} gave no token")
        return Generated(given.ids[:step], given.logprobs)

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of `text`, nothing added; without `special`, tags are plain characters."""
        if len(text) <= INLINE_LENGTH:
            return self._codec.encode(text, special=special)
        encode = partial(self._codec.encode, text, special=special)
        return await anyio.to_thread.run_sync(encode)

    async def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`, special tokens included; unknown tokens are skipped."""
        if len(ids) <= INLINE_LENGTH:
            return self._codec.decode(ids)
        return await anyio.to_thread.run_sync(self._codec.decode, ids)

    async def render_chat(self, chat: Chat) -> str:
        """Text of the model's chat template up to where the assistant begins.

        Raises:
            ConfigError: the model has no chat template, or its template refuses the messages.
        """
        return self._codec.render_chat(chat)

    async def prompt_start(self) -> str:
        """Text of the token the model's tokenizer begins a plain prompt with, or ""."""
        return self._codec.prompt_start


def _ended(ids: Sequence[int], ends: Collection[int]) -> tuple[list[int], FinishReason | None]:
    """The ids up to the first end token, which is kept, and whether there was one."""
    for at, token in enumerate(ids):
        if token in ends:
            return list(ids[: at + 1]), FinishReason.STOP
    return list(ids), None


def _logprobs(
    request: GenerateRequest, given: Generated, new: Sequence[int]
) -> tuple[tuple[float, ...] | None, tuple[TopLogprobs, ...] | None]:
    """Of the drawn tokens, and as the best ones those alone: no others are told."""
    wanted, told = request.sampling.logprobs, given.logprobs
    if wanted is None or told is None or len(told) < len(new):
        return None, None
    values = tuple(told[: len(new)])
    best = tuple(((token, value),) for token, value in zip(new, values, strict=True))
    return values, best if wanted else None
