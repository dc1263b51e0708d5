"""The replay engine: the contract, its tokens, its faults, its files."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.contract import EngineContract, EngineUnderTest
from tests.engines.subject import read, text_of
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.engines.replay import tokens as replay_tokens
from tirkit.errors import ConfigError, EngineError
from tirkit.types import GenerateRequest, Sampling


def under_test(engine: ReplayEngine) -> EngineUnderTest:
    async def server_unfinished() -> int:
        return engine.unfinished_requests

    async def kill() -> None:
        engine.die()

    def say(request: GenerateRequest, text: str) -> GenerateRequest:
        return replace(request, sampling=replace(request.sampling, extra={"text": text}))

    return EngineUnderTest(engine, server_unfinished, say=say, kill=kill)


def engine_of_said_text() -> ReplayEngine:
    return ReplayEngine(
        lambda request: Recording.from_text(request.sampling.extra["text"]), context_tokens=4096
    )


class TestReplayContract(EngineContract):
    @pytest.fixture
    async def subject(self) -> AsyncIterator[EngineUnderTest]:
        async with engine_of_said_text() as engine:
            yield under_test(engine)

    @pytest.fixture
    async def mortal(self) -> AsyncIterator[EngineUnderTest]:
        async with engine_of_said_text() as engine:
            yield under_test(engine)


@given(st.text())
def test_tokens_when_any_text_then_they_decode_to_it(text: str) -> None:
    assert replay_tokens.decode(replay_tokens.encode(text)) == text
    assert replay_tokens.decode(replay_tokens.encode(text, special=True)) == text
    assert all(token < 2**63 for token in replay_tokens.encode(text))


def request(text: str = "Hm.", request_id: str = "0a1b.3:p#1#2/t4") -> GenerateRequest:
    ids = tuple(replay_tokens.encode(text))
    return GenerateRequest(request_id, ids, text, 100, Sampling())


async def test_fault_when_error_then_this_stream_alone_fails() -> None:
    broken = Recording.from_text("a" * 30, fault=Fault(FaultKind.ERROR, after_chunks=2))
    recordings = {"bad": broken, "good": Recording.from_text("fine")}
    async with ReplayEngine(lambda asked: recordings[asked.request_id]) as engine:
        seen = []
        with pytest.raises(EngineError, match="injected"):
            async for chunk in engine.stream(request(request_id="bad")):
                seen.append(chunk.text)
        assert seen == ["aaa", "aaa"]
        assert text_of(await read(engine, request(request_id="good"))) == "fine"


async def test_fault_when_death_then_a_stalled_stream_fails_too() -> None:
    recordings = {
        "stalled": Recording.from_text("abc", fault=Fault(FaultKind.STALL)),
        "fatal": Recording.from_text("abc", fault=Fault(FaultKind.DEATH)),
    }
    failures: list[str] = []
    async with ReplayEngine(lambda asked: recordings[asked.request_id]) as engine:

        async def run(name: str) -> None:
            with pytest.raises(EngineError, match="died"):
                await read(engine, request(request_id=name))
            failures.append(name)

        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(run, "stalled")
                tasks.start_soon(run, "fatal")
    assert sorted(failures) == ["fatal", "stalled"]


async def test_delays_when_replayed_then_the_given_clock_waits_them_out() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    recording = Recording.from_text("abcdef", delay_seconds=0.5, submit_seconds=2.0)
    async with ReplayEngine(lambda _: recording, sleep=sleep) as engine:
        await read(engine, request())
    assert waited == [2.0, 0.5, 0.5, 0.5]


def test_place_when_the_id_is_an_attempts_then_it_is_read() -> None:
    assert RequestPlace.of("0a1b.3:p#1#2/t4") == RequestPlace("p#1", 2, 4)
    assert RequestPlace.of("aime24-1#0/t0") == RequestPlace("aime24-1", 0, 0)
    assert RequestPlace.of("doctor") is None


async def test_file_when_read_then_attempts_and_turns_are_found(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    rows = [
        {"problem_id": "p#1", "index": 0, "turns": ["zero", {"text": "one", "chunk_tokens": 4}]},
        {"problem_id": "p#1", "index": 2, "turns": ["two"]},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    async with ReplayEngine.from_file(path) as engine:
        said = {
            place: text_of(await read(engine, request(request_id=place)))
            for place in ("p#1#0/t0", "p#1#0/t1", "p#1#2/t4", "p#1#3/t0")
        }
        assert said == {
            "p#1#0/t0": "zero",
            "p#1#0/t1": "one",
            "p#1#2/t4": "two",
            "p#1#3/t0": "two",
        }
        with pytest.raises(ConfigError, match="holds no attempt for request q#0/t0"):
            await read(engine, request(request_id="q#0/t0"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no attempts"),
        (b'{"problem_id": "p", "turns": ["a"]}\nnope\n', "line 2: not JSON"),
        (b"[" * 100_000, "line 1: not JSON"),
        (b"[1]", "line 1: an object"),
        (b'{"problem_id": "p", "turns": []}', "list of turns"),
        (b'{"problem_id": 5, "turns": ["a"]}', "problem_id must be text"),
        (b'{"problem_id": "p", "index": -1, "turns": ["a"]}', "index a number from 0"),
        (b'{"problem_id": "p", "turns": [7]}', "a turn is a text"),
        (b'{"problem_id": "p", "turns": [{"text": "a", "delay_seconds": NaN}]}', "delay_seconds"),
        (b'{"problem_id": "p", "turns": [{"text": "a", "chunk_tokens": 0}]}', "chunk_tokens"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_file_when_malformed_then_the_error_names_it(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        ReplayEngine.from_file(path)


def test_file_when_missing_then_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        ReplayEngine.from_file(tmp_path / "none.jsonl")
