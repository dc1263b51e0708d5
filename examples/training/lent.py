"""An engine that is started once and lent to run after run."""

from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Self

from tirkit.engines import Engine
from tirkit.types import Chat, GenerateRequest, TokenChunk


class LentEngine:
    """Passes everything on to an engine that its owner has entered and will leave.

    Args:
        engine: entered.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        """Of the engine."""
        return self._engine.name

    @property
    def token_exact(self) -> bool:
        """Whether ids go in and come out."""
        return self._engine.token_exact

    @property
    def context_tokens(self) -> int:
        """Most tokens of prompt and generation together."""
        return self._engine.context_tokens

    @property
    def unfinished_requests(self) -> int:
        """Of all that share the engine."""
        return self._engine.unfinished_requests

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

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
        """Text of the chat template."""
        return await self._engine.render_chat(chat)

    async def prompt_start(self) -> str:
        """What a plain prompt begins with."""
        return await self._engine.prompt_start()
