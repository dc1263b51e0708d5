"""How a stream ends early: closed, cancelled, left behind by an engine that went away."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from itertools import count

import anyio
import pytest
from anyio.lowlevel import checkpoint

from tests.engines.subject import (
    GUARD_SECONDS,
    EngineUnderTest,
    check_shape,
    ids_of,
    nothing_left,
    read,
)
from tirkit.errors import EngineError
from tirkit.types import FinishReason, GenerateRequest, TokenChunk

TRIES = 20
"""How often a stream is opened anew because it had ended before the test came to it."""


async def open_stream(
    subject: EngineUnderTest, chunks_read: int
) -> AsyncGenerator[TokenChunk, None]:
    """A stream of which `chunks_read` chunks are read and more are to come.

    A server does not wait for its reader: on a starved machine even a long answer may arrive
    whole in fewer chunks, and then another is asked for.
    """
    for _ in range(TRIES):
        request = await subject.request(subject.long_text * 5, max_tokens=600)
        stream = subject.engine.stream(request)
        for read_so_far in range(1, chunks_read + 1):
            chunk = await anext(stream)
            if chunk.finish is not None:
                break
            if read_so_far == chunks_read:
                return stream
        await stream.aclose()
    raise AssertionError(f"{TRIES} streams ended within {chunks_read} chunks")


async def stream_until_it_fails(
    subject: EngineUnderTest, request: GenerateRequest, started: anyio.Event
) -> EngineError:
    """The error a stream ended with; `started` is set once one has brought a chunk.

    A stream may come to its proper end before the engine is made to die (see `open_stream`); then
    the same is asked for again. An end that is not whole is none.
    """
    turns = count()
    while True:
        again = replace(request, request_id=f"{request.request_id}-{next(turns)}")
        chunks: list[TokenChunk] = []
        try:
            async with aclosing(subject.engine.stream(again)) as stream:
                async for chunk in stream:
                    started.set()
                    chunks.append(chunk)
        except EngineError as error:
            return error
        check_shape(chunks, again, exact=subject.engine.token_exact)
        whole = len(ids_of(chunks)) == again.max_tokens
        assert whole or chunks[-1].finish is FinishReason.STOP


class EndsContract:
    """How a stream ends early: closed, cancelled, left behind by an engine that went away."""

    async def test_stream_when_closed_early_then_the_engine_drops_the_request(
        self, subject: EngineUnderTest
    ) -> None:
        for chunks_read in (1, 2):
            stream = await open_stream(subject, chunks_read)
            assert subject.engine.unfinished_requests == 1
            await stream.aclose()
            await nothing_left(subject)

    async def test_stream_when_never_started_then_nothing_is_submitted(
        self, subject: EngineUnderTest
    ) -> None:
        stream = subject.engine.stream(await subject.request())
        await stream.aclose()
        assert subject.engine.unfinished_requests == 0

    async def test_stream_when_cancelled_at_any_moment_of_the_submit_then_nothing_is_left(
        self, subject: EngineUnderTest
    ) -> None:
        for moment in range(16):
            request = await subject.request(max_tokens=200)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(read, subject.engine, request)
                for _ in range(moment):
                    await checkpoint()
                tasks.cancel_scope.cancel()
        await nothing_left(subject)
        request = await subject.request(max_tokens=3)
        assert len(ids_of(await read(subject.engine, request))) == 3

    async def test_streams_when_half_are_closed_then_the_others_are_untouched(
        self, subject: EngineUnderTest
    ) -> None:
        finished: list[int] = []

        async def run(index: int) -> None:
            request = await subject.request(max_tokens=12)
            async with aclosing(subject.engine.stream(request)) as stream:
                async for _chunk in stream:
                    if index % 2:
                        return
            finished.append(index)

        with anyio.fail_after(GUARD_SECONDS):
            async with anyio.create_task_group() as tasks:
                for index in range(8):
                    tasks.start_soon(run, index)
        assert sorted(finished) == [0, 2, 4, 6]
        await nothing_left(subject)

    async def test_engine_when_it_dies_then_every_waiting_stream_gets_an_engine_error(
        self, mortal: EngineUnderTest
    ) -> None:
        assert mortal.kill is not None
        errors: list[EngineError] = []
        started = anyio.Event()
        waiting = 8

        async def run(request: GenerateRequest) -> None:
            errors.append(await stream_until_it_fails(mortal, request, started))

        text = mortal.long_text * 20
        requests = [await mortal.request(text, max_tokens=400) for _ in range(waiting)]
        with anyio.fail_after(GUARD_SECONDS):
            async with anyio.create_task_group() as tasks:
                for request in requests:
                    tasks.start_soon(run, request)
                await started.wait()
                await mortal.kill()
        assert len(errors) == waiting
        assert all(str(error) for error in errors)
        assert mortal.engine.unfinished_requests == 0

    async def test_engine_when_dead_then_a_later_stream_fails_at_once(
        self, mortal: EngineUnderTest
    ) -> None:
        assert mortal.kill is not None
        request = await mortal.request(max_tokens=4)
        await mortal.kill()
        with pytest.raises(EngineError), anyio.fail_after(GUARD_SECONDS):
            await read(mortal.engine, request)

    async def test_engine_when_left_with_streams_open_then_each_ends_with_an_engine_error(
        self, mortal: EngineUnderTest
    ) -> None:
        stream = await open_stream(mortal, 1)
        with anyio.fail_after(GUARD_SECONDS):
            await mortal.engine.__aexit__(None, None, None)
            with pytest.raises(EngineError):
                async for _chunk in stream:
                    pass
        assert mortal.engine.unfinished_requests == 0
