"""What goes wrong between the HTTP engine and a server ends in a retry or one clear error."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio
import pytest

from tests.engines import faults
from tests.engines.fault_server import CONTEXT_TOKENS, Fault, FaultServer, scripted, serving
from tests.engines.subject import GUARD_SECONDS, ids_of, read, text_of
from tirkit.engines.openai_http import HttpSettings, OpenAIEngine
from tirkit.errors import ContextTooLong, EngineError
from tirkit.types import GenerateRequest, TokenChunk


@dataclass
class Line:
    """An engine, its server and the waits between tries."""

    engine: OpenAIEngine
    server: FaultServer
    waits: list[float] = field(default_factory=list)

    async def read(self, *what: Fault, text: str = "hello there") -> list[TokenChunk]:
        """The chunks of one generation while this goes wrong."""
        self.server.faults = list(what)
        with anyio.fail_after(GUARD_SECONDS):
            return await read(self.engine, ask(text))


def ask(text: str, max_tokens: int = 100) -> GenerateRequest:
    return scripted(GenerateRequest("r", (97, 98), "ab", max_tokens), text)


@pytest.fixture(params=[True, False], ids=["ids", "text"])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    settings = HttpSettings(max_retries=2, sleep=sleep, max_event_bytes=20_000)
    async with (
        serving(exact=request.param) as server,
        OpenAIEngine(server.url, settings=settings) as engine,
    ):
        yield Line(engine, server, waits)


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
async def test_stream_when_the_server_is_busy_once_then_it_is_asked_again(
    line: Line, code: int
) -> None:
    assert text_of(await line.read(faults.status(code))) == "hello there"
    assert line.waits == [0.25]


async def test_stream_when_told_when_to_come_back_then_it_waits_that_long(line: Line) -> None:
    soon = faults.status(429, headers={"Retry-After": "7"})
    far = faults.status(503, headers={"Retry-After": "99999"})
    assert text_of(await line.read(soon, far)) == "hello there"
    assert line.waits == [7.0, 60.0]


@pytest.mark.parametrize("header", ["soon", "-5", "Wed, 99 Nov", "٣", "1e9"])
async def test_stream_when_the_time_to_come_back_is_nonsense_then_it_waits_as_usual(
    line: Line, header: str
) -> None:
    nonsense = faults.status(429, headers={"Retry-After": header})
    assert text_of(await line.read(nonsense)) == "hello there"
    assert line.waits == [0.25]


async def test_stream_when_always_busy_then_the_tries_end_with_what_the_server_said(
    line: Line,
) -> None:
    with pytest.raises(EngineError, match="answered 500: out of memory"):
        await line.read(*[faults.status(500, '{"error": {"message": "out of memory"}}')] * 3)
    assert line.waits == [0.25, 0.5]
    assert line.engine.unfinished_requests == 0


async def test_stream_when_the_connection_breaks_first_then_it_is_asked_again(line: Line) -> None:
    assert text_of(await line.read(faults.reset, faults.cut(0))) == "hello there"


async def test_stream_when_refused_then_no_retry(line: Line) -> None:
    with pytest.raises(EngineError, match=r"refused the request \(403\): no entry"):
        await line.read(faults.status(403, "no entry"))
    assert line.waits == []


@pytest.mark.parametrize("politely", [True, False])
async def test_stream_when_cut_in_the_middle_then_error_and_no_retry(
    line: Line, politely: bool
) -> None:
    with pytest.raises(EngineError, match="cut off after 2 tokens"):
        await line.read(faults.cut(2, politely=politely))
    assert line.waits == []
    assert len(line.server.bodies) == 1


async def test_stream_when_it_ends_without_a_reason_then_error(line: Line) -> None:
    with pytest.raises(EngineError, match="cut off after 2 tokens: the server did not say why"):
        await line.read(faults.cut(2, politely=True, done=True))


async def test_stream_when_cut_after_the_reason_then_it_is_complete(line: Line) -> None:
    total = len(line.server.events({"max_tokens": 100, "scripted_text": "hello there"}))
    chunks = await line.read(faults.cut(total - 1))
    assert text_of(chunks) == "hello there"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.sampled_tokens == len(ids_of(chunks))


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (b"data: {half\n\n", "malformed event: {half"),
        (b"data: []\n\n", "not an object"),
        (b"data: " + b"[" * 9000 + b"\n\n", "malformed event"),
        (b'data: {"choices": 3}\n\n', "choices"),
        (b'data: {"choices": [3]}\n\n', "choices"),
        (b'data: {"choices": [{"text": 3}]}\n\n', "text that is not a text"),
        (b'data: {"choices": [{"text": "a", "finish_reason": "mood"}]}\n\n', "mood"),
        (b'data: {"choices": [{"text": "a", "finish_reason": ["x"]}]}\n\n', "unknown reason"),
        (b'data: {"error": {"message": "boom"}}\n\n', "failed .* boom"),
        (b'data: {"error": "boom"}\n\n', "failed .* boom"),
        (b'data: {"object": "error", "message": "boom"}\n\n', "failed .* boom"),
        (b"data: " + b"x" * 30_000 + b"\n\n", "more than 20000 bytes"),
        (b"data: x\n" * 30_000, "more than 20000 bytes"),
    ],
)
async def test_stream_when_an_event_is_malformed_then_error_names_it(
    line: Line, event: bytes, told: str
) -> None:
    with pytest.raises(EngineError, match=told):
        await line.read(faults.raw(event, finish=True))
    assert line.engine.unfinished_requests == 0


@pytest.mark.parametrize("ids", ['"no"', "[-1]", "[true]", "[1.5]"])
async def test_stream_when_ids_are_malformed_then_error(line: Line, ids: str) -> None:
    event = f'data: {{"choices": [{{"text": "a", "token_ids": {ids}}}]}}\n\n'.encode()
    if line.engine.token_exact:
        with pytest.raises(EngineError, match="token ids that are not"):
            await line.read(faults.raw(event, finish=True))
    else:
        assert text_of(await line.read(faults.raw(event, finish=True))) == "ahello there"


@pytest.mark.parametrize("size", [1, 7])
async def test_stream_when_bytes_come_in_crumbs_then_nothing_is_lost(line: Line, size: int) -> None:
    text = "\N{GRINNING FACE} naïve 漢字"
    assert text_of(await line.read(faults.split(size), text=text)) == text


async def test_stream_when_the_server_sends_too_much_then_error(line: Line) -> None:
    with pytest.raises(EngineError, match="more than the 100 tokens asked for"):
        await line.read(faults.overrun)


async def test_stream_when_a_page_answers_then_error_shows_it(line: Line) -> None:
    with pytest.raises(EngineError, match=r"answered text/html .*login"):
        await line.read(faults.plain)


async def test_stream_when_redirected_then_it_does_not_follow(line: Line) -> None:
    with pytest.raises(EngineError, match=r"refused the request \(307\)"):
        await line.read(faults.moved)


@pytest.mark.parametrize("after_events", [0, 2])
async def test_stream_when_the_server_falls_silent_then_error_and_no_hang(
    after_events: int,
) -> None:
    async with serving() as server:
        settings = HttpSettings(idle_seconds=0.05, max_retries=2)
        async with OpenAIEngine(server.url, settings=settings) as engine:
            server.faults = [faults.hang(after_events)]
            with pytest.raises(EngineError, match=r"said nothing for 0\.05 seconds"):
                await read(engine, ask("hello"))
            assert engine.unfinished_requests == 0


@pytest.mark.parametrize(
    "wording",
    [
        "This model's maximum context length is 2000 tokens. However, you requested 2100 tokens",
        "The decoder prompt (length 2100) is longer than the maximum model length of 2000",
        "The input (2100 tokens) is longer than the model's context length (2000 tokens).",
        "request (2100 tokens) exceeds the available context size (2000 tokens), try increasing",
        "prompt length (2100) should not exceed max_seq_len (2000)",
        "input_length_error: 2100",
    ],
)
@pytest.mark.parametrize("code", [400, 422])
async def test_stream_when_a_server_says_in_its_words_too_long_then_context_too_long(
    line: Line, wording: str, code: int
) -> None:
    with pytest.raises(ContextTooLong) as caught:
        await line.read(faults.status(code, wording))
    assert caught.value.context_tokens == CONTEXT_TOKENS
    assert line.waits == []


async def test_streams_when_slots_are_few_then_the_others_wait_here() -> None:
    async with serving() as server:
        settings = HttpSettings(max_streams=2)
        async with OpenAIEngine(server.url, settings=settings) as engine:
            most = 0

            async def run() -> None:
                nonlocal most
                async for _chunk in engine.stream(ask("one two three four")):
                    most = max(most, server.unfinished)

            async with anyio.create_task_group() as tasks:
                for _ in range(6):
                    tasks.start_soon(run)
            assert most == 2
            assert len(server.bodies) == 6
