"""What vLLM alone does: merged chunks, flat log-probabilities, priorities, refusals."""

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from tests.engines.contract import EngineUnderTest
from tests.engines.subject import ids_of, nothing_left, read, text_of
from tests.engines.vllm_subject import under_test
from tests.plugins_vllm import TINY_ENGINE_ARGS
from tirkit.errors import ConfigError, EngineError
from tirkit.types import FinishReason, GenerateRequest, Sampling

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(600)]

REQUEST = GenerateRequest("r", (5, 6, 7), "", 64)


@pytest.fixture(scope="module")
def subject(forced_vllm: "ForcedVllmEngine") -> EngineUnderTest:
    return under_test(forced_vllm)


@pytest.mark.parametrize("best", [0, 5])
async def test_stream_when_read_slowly_then_merged_chunks_keep_their_logprobs_aligned(
    best: int, subject: EngineUnderTest
) -> None:
    request = await subject.request(max_tokens=40)
    request = replace(request, sampling=replace(request.sampling, logprobs=best))
    quick = await read(subject.engine, replace(request, request_id=f"{request.request_id}-quick"))
    slow = []
    async with aclosing(subject.engine.stream(request)) as stream:
        async for chunk in stream:
            slow.append(chunk)
            await anyio.sleep(0.03)
    assert ids_of(slow) == ids_of(quick)
    assert max(len(chunk.token_ids) for chunk in slow) > 1
    for chunk in slow:
        assert chunk.logprobs is not None
        assert len(chunk.logprobs) == len(chunk.token_ids)
        assert (chunk.top_logprobs is None) == (best == 0)
        for top in chunk.top_logprobs or ():
            assert len(top) == best
    drawn = [value for chunk in slow for value in chunk.logprobs or ()]
    assert drawn == pytest.approx([v for chunk in quick for v in chunk.logprobs or ()], abs=1e-3)
    tops = [top for chunk in slow for top in chunk.top_logprobs or ()]
    quick_tops = [top for chunk in quick for top in chunk.top_logprobs or ()]
    assert [[value for _, value in top] for top in tops] == [
        pytest.approx([value for _, value in top], abs=1e-3) for top in quick_tops
    ]


async def test_stream_when_greedy_and_sampled_then_the_drawn_token_leads_its_alternatives(
    subject: EngineUnderTest,
) -> None:
    request = replace(
        REQUEST, request_id="greedy", sampling=Sampling(temperature=0.0, logprobs=2), max_tokens=8
    )
    for chunk in await read(subject.engine, request):
        assert chunk.logprobs is not None
        assert chunk.top_logprobs is not None
        for token, drawn, top in zip(
            chunk.token_ids, chunk.logprobs, chunk.top_logprobs, strict=True
        ):
            assert top[0] == (token, drawn)


async def test_stream_when_an_interval_is_asked_then_chunks_grow_to_it(
    subject: EngineUnderTest,
) -> None:
    request = await subject.request(max_tokens=41)
    extra = {**request.sampling.extra, "stream_interval": 10}
    chunks = await read(
        subject.engine, replace(request, sampling=replace(request.sampling, extra=extra))
    )
    assert len(ids_of(chunks)) == 41
    assert len(chunks[0].token_ids) == 1
    assert all(len(chunk.token_ids) >= 10 for chunk in chunks[1:-1])
    assert len(chunks) <= 5


async def test_stream_when_the_prompt_was_seen_before_then_its_cached_tokens_are_told(
    subject: EngineUnderTest,
) -> None:
    prompt = tuple(range(200, 500))
    usages = []
    for index in range(2):
        request = replace(REQUEST, request_id=f"cache-{index}", prompt_ids=prompt, max_tokens=1)
        usages.append((await read(subject.engine, request))[-1].usage)
    assert [usage and usage.prompt_tokens for usage in usages] == [300, 300]
    assert usages[1] is not None
    assert (usages[1].cached_tokens or 0) >= 200


async def test_stream_when_it_has_a_priority_then_vllm_schedules_by_it(
    subject: EngineUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    llm = subject.engine._entered().llm  # type: ignore[attr-defined]
    original, seen = llm.engine_core.add_request_async, []

    async def spy(request: Any) -> None:
        seen.append(request.priority)
        await original(request)

    monkeypatch.setattr(llm.engine_core, "add_request_async", spy)
    request = replace(await subject.request("done", max_tokens=8), priority=7)
    assert text_of(await read(subject.engine, request)) == "done"
    assert seen == [7]
    assert llm.vllm_config.scheduler_config.policy == "priority"


@pytest.mark.parametrize("seed", [-1, 2**63 - 1, 2**70 + 3])
async def test_stream_when_the_seed_is_unusual_then_it_still_decides_the_text(
    seed: int, subject: EngineUnderTest
) -> None:
    request = replace(REQUEST, seed=seed, max_tokens=6)
    texts = {
        text_of(await read(subject.engine, replace(request, request_id=f"seed-{index}")))
        for index in range(2)
    }
    assert len(texts) == 1


@pytest.mark.parametrize("prompt", [(), (-1, 5), (10**7,), (2**40,)])
async def test_stream_when_the_prompt_is_no_prompt_then_only_that_request_fails(
    prompt: tuple[int, ...], subject: EngineUnderTest
) -> None:
    with pytest.raises(EngineError) as caught:
        await read(subject.engine, replace(REQUEST, request_id="bad", prompt_ids=prompt))
    assert "\n" not in str(caught.value)
    good = await read(subject.engine, await subject.request("fine", max_tokens=8))
    assert text_of(good) == "fine"
    await nothing_left(subject)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"no_such_knob": 1}, "no_such_knob"),
        ({"temperature": 0.5}, "tirkit sets it"),
        ({"min_tokens": -1}, "min_tokens"),
        ({"extra_args": {"forced_ids": "abc"}}, "forced_ids"),
    ],
)
async def test_stream_when_a_sampling_extra_is_wrong_then_it_is_named(
    extra: dict[str, object], said: str, subject: EngineUnderTest
) -> None:
    request = replace(REQUEST, request_id="extra", sampling=Sampling(extra=extra))
    with pytest.raises((ConfigError, EngineError), match=said):
        await read(subject.engine, request)
    assert subject.engine.unfinished_requests == 0


async def test_stream_when_too_many_logprobs_are_asked_then_the_request_is_refused(
    subject: EngineUnderTest,
) -> None:
    request = replace(REQUEST, request_id="many", sampling=Sampling(logprobs=1000))
    with pytest.raises(EngineError, match="logprobs"):
        await read(subject.engine, request)


async def test_stream_when_the_id_is_in_flight_then_the_second_is_refused_and_the_first_goes_on(
    subject: EngineUnderTest,
) -> None:
    request = await subject.request("still here", max_tokens=12)
    async with aclosing(subject.engine.stream(request)) as stream:
        chunks = [await anext(stream)]
        with pytest.raises(EngineError, match="in flight already"):
            await read(subject.engine, request)
        chunks += [chunk async for chunk in stream]
    assert text_of(chunks) == "still here"


async def test_stream_when_the_script_is_replaced_then_the_shared_engine_follows_it(
    forced_vllm: "ForcedVllmEngine",
) -> None:
    before = forced_vllm.script
    forced_vllm.script = lambda request: f"I am {request.request_id}.<|im_start|>"
    try:
        chunks = await read(forced_vllm, replace(REQUEST, request_id="scripted"))
    finally:
        forced_vllm.script = before
    assert text_of(chunks) == "I am scripted.<|im_start|>"
    assert chunks[-1].finish is FinishReason.STOP


async def test_encode_when_the_text_is_long_then_it_is_the_same_as_in_pieces(
    subject: EngineUnderTest,
) -> None:
    line = "print(1 + 2)\n"
    once = list(await subject.engine.encode(line, special=False))
    assert list(await subject.engine.encode(line * 1000, special=False)) == once * 1000
    assert await subject.engine.decode(once * 1000) == line * 1000


async def test_engine_when_entered_twice_then_the_second_is_refused(
    forced_vllm: "ForcedVllmEngine",
) -> None:
    with pytest.raises(EngineError, match="running already"):
        await forced_vllm.__aenter__()
    assert forced_vllm.context_tokens == TINY_ENGINE_ARGS["max_model_len"]


async def test_stream_when_a_seeded_prompt_overfills_a_step_then_the_engine_lives(
    subject: EngineUnderTest,
) -> None:
    """vLLM 0.32 on a processor dies of a seeded request whose prompt is cut by the token budget."""
    request = await subject.request("Yes.", prompt="One more number. " * 900)
    # Above what vLLM takes in one step by itself on a processor, within the context.
    assert 2048 < len(request.prompt_ids) < subject.engine.context_tokens - 24
    seeded = replace(request, seed=7, sampling=replace(request.sampling, temperature=1.0))
    assert text_of(await read(subject.engine, seeded)) == "Yes."
