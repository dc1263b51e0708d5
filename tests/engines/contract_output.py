"""What comes out of a stream: order, counts, ends, seeds, stop tokens, log-probabilities."""

import math
from dataclasses import replace

import anyio

from tests.engines.subject import (
    GUARD_SECONDS,
    EngineUnderTest,
    check_shape,
    ids_of,
    nothing_left,
    read,
    text_of,
)
from tirkit.types import (
    UNKNOWN_TOKEN,
    FinishReason,
    Sampling,
    TokenChunk,
)


class OutputContract:
    """What comes out of a stream: order, counts, ends, seeds, stop tokens, log-probabilities."""

    async def test_stream_when_read_to_the_end_then_chunks_are_in_order_and_counted(
        self, subject: EngineUnderTest
    ) -> None:
        said = "The answer is 42; then \N{GREEK SMALL LETTER PI} and \N{GRINNING FACE}."
        request = await subject.request(said, max_tokens=200 if subject.say else 24)
        with anyio.fail_after(GUARD_SECONDS):
            chunks = await read(subject.engine, request)
        check_shape(chunks, request, exact=subject.engine.token_exact)
        if subject.say:
            assert text_of(chunks) == said
            assert chunks[-1].finish is FinishReason.STOP
        await nothing_left(subject)

    async def test_stream_when_ids_are_exact_then_they_decode_to_the_text(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request("x = 1\nprint(x)\n", max_tokens=40)
        chunks = await read(subject.engine, request)
        ids = [token for token in ids_of(chunks) if token != UNKNOWN_TOKEN]
        decoded = await subject.engine.decode(ids)
        if subject.engine.token_exact:
            assert decoded.startswith(text_of(chunks))
        else:
            assert not ids

    async def test_stream_when_max_tokens_is_reached_then_finish_is_length(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request(max_tokens=3)
        chunks = await read(subject.engine, request)
        check_shape(chunks, request, exact=subject.engine.token_exact)
        assert len(ids_of(chunks)) == 3
        assert chunks[-1].finish is FinishReason.LENGTH

    async def test_streams_when_many_run_at_once_then_each_gets_its_own(
        self, subject: EngineUnderTest
    ) -> None:
        texts = [f"I am stream {index}, {'again ' * index}." for index in range(subject.streams)]
        requests = [await subject.request(text, max_tokens=300) for text in texts]
        if not subject.say:
            requests = [
                replace(request, max_tokens=index + 1) for index, request in enumerate(requests)
            ]
        results: dict[int, list[TokenChunk]] = {}

        async def run(index: int) -> None:
            results[index] = await read(subject.engine, requests[index])

        with anyio.fail_after(GUARD_SECONDS):
            async with anyio.create_task_group() as tasks:
                for index in range(subject.streams):
                    tasks.start_soon(run, index)
        for index, text in enumerate(texts):
            check_shape(results[index], requests[index], exact=subject.engine.token_exact)
            if subject.say:
                assert text_of(results[index]) == text
        await nothing_left(subject)

    async def test_stream_when_the_seed_is_the_same_then_so_is_the_text(
        self, subject: EngineUnderTest
    ) -> None:
        base = replace(await subject.request(max_tokens=12), sampling=Sampling(temperature=1.0))
        if subject.say:
            base = subject.say(base, subject.long_text)
        texts = []
        for number, seed in enumerate((1, 1, 2, 3)):
            request = replace(base, seed=seed, request_id=f"{base.request_id}-{number}")
            texts.append(text_of(await read(subject.engine, request)))
        if subject.seeds:
            assert texts[0] == texts[1]
        if not subject.say:
            assert len(set(texts)) > 1

    async def test_stream_when_a_stop_token_comes_then_it_ends_with_the_id_and_without_its_text(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request(max_tokens=10)
        free = await read(subject.engine, request)
        if not subject.engine.token_exact:
            return
        ids = ids_of(free)
        end = next(index for index in range(3, len(ids)) if ids[index] not in ids[:index])
        stopped = replace(
            request, stop_token_ids=(ids[end],), request_id=f"{request.request_id}-stopped"
        )
        chunks = await read(subject.engine, stopped)
        assert ids_of(chunks) == ids[: end + 1]
        assert chunks[-1].finish is FinishReason.STOP
        assert text_of(chunks) == await subject.engine.decode(ids[:end])
        await nothing_left(subject)

    async def test_stream_when_logprobs_are_asked_then_they_are_aligned(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request(max_tokens=6)
        plain = await read(subject.engine, request)
        assert all(chunk.logprobs is None and chunk.top_logprobs is None for chunk in plain)
        if not subject.logprobs:
            return
        for best in (0, 3):
            asked = replace(
                request,
                sampling=replace(request.sampling, logprobs=best),
                request_id=f"{request.request_id}-{best}",
            )
            for chunk in await read(subject.engine, asked):
                assert chunk.logprobs is not None
                assert len(chunk.logprobs) == len(chunk.token_ids)
                assert all(value <= 0.0 and math.isfinite(value) for value in chunk.logprobs)
                if best and subject.engine.token_exact:
                    assert chunk.top_logprobs is not None
                    assert len(chunk.top_logprobs) == len(chunk.token_ids)
                    for top in chunk.top_logprobs:
                        values = [value for _, value in top]
                        assert values == sorted(values, reverse=True)
                        assert 1 <= len(top) <= best + 1
