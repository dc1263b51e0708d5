"""One engine for several users, started when the first of them needs it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from tirkit.engines.interface import Engine
from tirkit.types import Chat, GenerateRequest, TokenChunk


class StartedOnce:
    """An engine that several users enter one after the other, and that is started once.

    The first one to enter starts it; leaving does nothing. `AsyncExitStack` is the owner's: the
    engine is stopped with it.

    Args:
        engine: not entered.
        stack: entered, in the task that enters this.
    """

    def __init__(self, engine: Engine, stack: AsyncExitStack) -> None:
        self._engine = engine
        self._stack = stack
        self._started = False

    async def __aenter__(self) -> Self:
        if not self._started:
            await self._stack.enter_async_context(self._engine)
            self._started = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing ends here."""

    @property
    def name(self) -> str:
        """The engine's own."""
        return self._engine.name

    @property
    def token_exact(self) -> bool:
        """As the engine tells."""
        return self._engine.token_exact

    @property
    def context_tokens(self) -> int:
        """As the engine tells."""
        return self._engine.context_tokens

    @property
    def unfinished_requests(self) -> int:
        """As the engine tells."""
        return self._engine.unfinished_requests

    def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        """Generate."""
        return self._engine.stream(request)

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of `text`."""
        return await self._engine.encode(text, special=special)

    async def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`."""
        return await self._engine.decode(ids)

    async def render_chat(self, chat: Chat) -> str:
        """Text of the model's chat template."""
        return await self._engine.render_chat(chat)

    async def prompt_start(self) -> str:
        """Special text a plain prompt must begin with."""
        return await self._engine.prompt_start()
