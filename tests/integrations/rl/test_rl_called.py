"""The engine made of a function: the contract of all engines, and calls in steps."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import anyio
import pytest

from tests.engines.contract import EngineContract, EngineUnderTest
from tests.engines.subject import ids_of, read
from tirkit.errors import ConfigError, EngineError
from tirkit.integrations.rl import Batches, CalledEngine, Generated
from tirkit.integrations.rl.telling import Telling
from tirkit.types import FinishReason, GenerateRequest, Sampling

STEP_TOKENS = 5


class Speaker:
    """Says what a request asks for in its sampling, from where its prompt has got to."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.asked: list[GenerateRequest] = []
        self.begins: dict[str, int] = {}
        self.dead = False

    def __call__(self, request: GenerateRequest) -> Generated:
        if self.dead:
            raise RuntimeError("the speaker is dead")
        self.asked.append(request)
        text = request.sampling.extra["text"]
        ids = self.tokenizer.encode(text, add_special_tokens=False)
        ids.append(self.tokenizer.eos_token_id)
        prompt_tokens = self.begins.setdefault(request.request_id, len(request.prompt_ids))
        begin = len(request.prompt_ids) - prompt_tokens
        drawn = ids[begin : begin + request.max_tokens]
        return Generated(drawn, [-0.5] * len(drawn))

    def all(self, requests: Sequence[GenerateRequest]) -> list[Generated]:
        return [self(request) for request in requests]


def say(request: GenerateRequest, text: str) -> GenerateRequest:
    return replace(request, sampling=replace(request.sampling, extra={"text": text}))


def engine_of(batches: Any, tokenizer: Any) -> CalledEngine:
    return CalledEngine(
        batches, tokenizer, name="called", context_tokens=2048, step_tokens=STEP_TOKENS
    )


class TestCalledContract(EngineContract):
    @pytest.fixture
    async def subject(self, tokenizer: Any) -> AsyncIterator[EngineUnderTest]:
        async for made in self.made(tokenizer):
            yield made

    @pytest.fixture
    async def mortal(self, tokenizer: Any) -> AsyncIterator[EngineUnderTest]:
        async for made in self.made(tokenizer):
            yield made

    async def made(self, tokenizer: Any) -> AsyncIterator[EngineUnderTest]:
        speaker = Speaker(tokenizer)
        async with Batches(speaker.all) as batches:
            async with engine_of(batches, tokenizer) as engine:

                async def unfinished() -> int:
                    return engine.unfinished_requests

                async def kill() -> None:
                    speaker.dead = True

                yield EngineUnderTest(engine, unfinished, say=say, kill=kill)


async def test_stream_when_a_turn_is_long_then_it_is_asked_for_in_steps(tokenizer: Any) -> None:
    speaker = Speaker(tokenizer)

    async def generate(request: GenerateRequest) -> Generated:
        return speaker(request)

    text = "one two three four five six seven eight nine ten eleven"
    asked = GenerateRequest("r", [5, 6, 7], "", 100, Sampling(logprobs=0), seed=4)
    async with engine_of(generate, tokenizer) as engine:
        chunks = await read(engine, say(asked, text))
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert ids_of(chunks) == (*ids, tokenizer.eos_token_id)
    assert "".join(chunk.text for chunk in chunks) == text
    assert [len(one.prompt_ids) for one in speaker.asked] == [3, 8, 13]
    assert {one.max_tokens for one in speaker.asked} == {STEP_TOKENS}
    assert len({one.seed for one in speaker.asked}) == 3
    assert chunks[-1].finish is FinishReason.STOP


@pytest.mark.parametrize("gives", [[], None], ids=["nothing", "failure"])
async def test_stream_when_the_function_fails_then_engine_error(
    tokenizer: Any, gives: list[int] | None
) -> None:
    async def generate(_request: GenerateRequest) -> Generated:
        if gives is None:
            raise ValueError("no")
        return Generated(gives)

    async with engine_of(generate, tokenizer) as engine:
        with pytest.raises(EngineError, match="called"):
            await read(engine, GenerateRequest("r", [5], "", 10))
        assert engine.unfinished_requests == 0


async def test_stream_when_more_comes_than_was_asked_then_it_is_cut(tokenizer: Any) -> None:
    async def generate(request: GenerateRequest) -> Generated:
        return Generated([9] * (request.max_tokens + 7), [-1.0] * (request.max_tokens + 7))

    async with engine_of(generate, tokenizer) as engine:
        chunks = await read(engine, GenerateRequest("r", [5], "", 8, Sampling(logprobs=0)))
    assert ids_of(chunks) == (9,) * 8
    assert chunks[-1].finish is FinishReason.LENGTH


async def test_stream_when_tokens_come_behind_the_end_token_then_they_are_dropped(
    tokenizer: Any,
) -> None:
    end = tokenizer.eos_token_id

    async def generate(_request: GenerateRequest) -> Generated:
        return Generated([9, end, end], [-1.0, -2.0, -3.0])

    async with engine_of(generate, tokenizer) as engine:
        [chunk] = await read(engine, GenerateRequest("r", [5], "", 8, Sampling(logprobs=0)))
    assert (chunk.token_ids, chunk.logprobs) == ((9, end), (-1.0, -2.0))


async def test_stream_when_the_engine_is_left_meanwhile_then_engine_error(tokenizer: Any) -> None:
    called = anyio.Event()

    async def generate(_request: GenerateRequest) -> Generated:
        called.set()
        await anyio.sleep_forever()
        raise AssertionError

    engine = engine_of(generate, tokenizer)
    errors: list[str] = []

    async def run() -> None:
        try:
            await read(engine, GenerateRequest("r", [5], "", 8))
        except EngineError as error:
            errors.append(str(error))

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks, engine:
            tasks.start_soon(run)
            await called.wait()
    assert errors == ["called was left with streams open"]


async def test_batches_when_many_ask_at_once_then_they_are_put_together(tokenizer: Any) -> None:
    sizes: list[int] = []

    def generate(requests: Sequence[GenerateRequest]) -> list[Generated]:
        sizes.append(len(requests))
        return [Generated([int(request.request_id)]) for request in requests]

    given: dict[int, int] = {}

    async def ask(number: int) -> None:
        given[number] = (await batches(GenerateRequest(str(number), [1], "", 1))).ids[0]

    with anyio.fail_after(60):
        async with Batches(generate, most=8) as batches, anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(ask, number)
    assert given == {number: number for number in range(20)}
    assert sizes == [8, 8, 4]


async def test_batches_when_one_is_cancelled_while_waiting_then_it_is_not_generated() -> None:
    asked: list[str] = []

    def generate(requests: Sequence[GenerateRequest]) -> list[Generated]:
        asked.extend(request.request_id for request in requests)
        return [Generated([1]) for _ in requests]

    with anyio.fail_after(60):
        async with Batches(generate) as batches:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(batches, GenerateRequest("dropped", [1], "", 1))
                await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
            await batches(GenerateRequest("kept", [1], "", 1))
    assert asked == ["kept"]


async def test_batches_when_the_count_is_wrong_then_every_one_fails() -> None:
    with anyio.fail_after(60):
        async with Batches(lambda _requests: []) as batches:
            with pytest.raises(EngineError, match="a batch of 1 failed"):
                await batches(GenerateRequest("r", [1], "", 1))


def test_engine_when_a_number_is_not_positive_then_config_error(tokenizer: Any) -> None:
    async def generate(_request: GenerateRequest) -> Generated:
        return Generated([1])

    with pytest.raises(ConfigError, match="use positive ones"):
        CalledEngine(generate, tokenizer, name="called", context_tokens=8, step_tokens=0)


@pytest.mark.parametrize("step", [1, 2, 3, 7])
@pytest.mark.parametrize("text", ["π≈3.14 😀😀 é", " leading", "a\ufffdb", "日本語のテキスト\n\n"])
def test_telling_when_ids_come_in_any_pieces_then_the_texts_are_the_whole(
    tokenizer: Any, text: str, step: int
) -> None:
    ids = tokenizer.encode(text, add_special_tokens=False)
    telling = Telling(tokenizer.decode, tokenizer.encode("Before: "))
    pieces = [ids[at : at + step] for at in range(0, len(ids), step)]
    told = [telling.tell(piece, last=piece is pieces[-1]) for piece in pieces]
    assert "".join(told) == text
    if "\ufffd" not in text:
        assert not any("\ufffd" in one for one in told)


def test_telling_when_bytes_never_make_a_character_then_they_are_told_at_last(
    tokenizer: Any,
) -> None:
    lone = tokenizer.encode("😀", add_special_tokens=False)[0]
    telling = Telling(tokenizer.decode, [])
    told = telling.tell([lone] * 12, last=False) + telling.tell([], last=True)
    assert told == tokenizer.decode([lone] * 12)
