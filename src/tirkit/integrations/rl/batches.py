"""Single requests, put together for a function that takes many at a time."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import anyio
import anyio.to_thread

from tirkit.errors import EngineError
from tirkit.integrations.rl.called import Generated
from tirkit.types import GenerateRequest

GenerateBatch = Callable[[Sequence[GenerateRequest]], Sequence[Generated]]

_LINGER_SECONDS = 0.01
"""Waited for further requests before a batch begins; attempts get there one after the other."""


@dataclass(eq=False, slots=True)
class _Waiting:
    request: GenerateRequest
    done: anyio.Event = field(default_factory=anyio.Event)
    given: Generated | None = None
    failure: str = ""


class Batches:
    """Puts single requests together for a blocking function that takes many at a time.

    While one batch is generated, further requests wait and make up the next. An async context
    manager; leaving it waits for the batch in hand, which cannot be stopped.

    Args:
        generate: gives for each request its tokens, in order; called in a thread, one call at a
            time.
        most: requests in one batch.
    """

    def __init__(self, generate: GenerateBatch, most: int = 256) -> None:
        self._generate = generate
        self._most = most
        self._waiting: list[_Waiting] = []
        self._wake = anyio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(tasks.cancel_scope.cancel)
            tasks.start_soon(self._serve)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def __call__(self, request: GenerateRequest) -> Generated:
        """Generate as part of the next batch.

        Raises:
            EngineError: the function failed for the batch.
        """
        waiting = _Waiting(request)
        self._waiting.append(waiting)
        self._wake.set()
        try:
            await waiting.done.wait()
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        if waiting.given is None:
            raise EngineError(waiting.failure)
        return waiting.given

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            await anyio.sleep(_LINGER_SECONDS)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            if not self._waiting:
                self._wake = anyio.Event()
            if batch:
                await self._run(batch)

    async def _run(self, batch: list[_Waiting]) -> None:
        requests = [one.request for one in batch]
        try:
            given = await anyio.to_thread.run_sync(self._generate, requests)
            for one, tokens in zip(batch, given, strict=True):
                one.given = tokens
        except Exception as error:  # noqa: BLE001 - raised again where each one waits
            for one in batch:
                one.given, one.failure = None, f"a batch of {len(batch)} failed: {error!r}"
        finally:
            for one in batch:
                one.failure = one.failure or "the batches were left"
                one.done.set()
