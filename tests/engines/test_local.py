"""The embedded llama.cpp, with the real SmolLM2."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from tests.engines.contract import EngineContract
from tests.engines.llama_subject import CONTEXT_TOKENS, llama_subject
from tests.engines.subject import EngineUnderTest, Subjects, ids_of, read, text_of
from tirkit.engines.local import LocalEngine
from tirkit.errors import ConfigError, EngineError
from tirkit.types import UNKNOWN_TOKEN, FinishReason, GenerateRequest, Sampling


class TestLocalEngine(EngineContract):
    @pytest.fixture(scope="class")
    async def subject(self) -> Subjects:
        async with LocalEngine(
            "smollm2", context_tokens=CONTEXT_TOKENS, parallel=4, threads=1
        ) as engine:
            yield llama_subject(engine)

    @pytest.fixture
    async def mortal(self) -> Subjects:
        async with LocalEngine(
            "smollm2", context_tokens=CONTEXT_TOKENS, parallel=4, threads=1
        ) as engine:
            yield llama_subject(engine)

    async def test_local_when_entered_then_context_is_that_of_one_attempt(
        self, subject: EngineUnderTest
    ) -> None:
        assert subject.engine.context_tokens == CONTEXT_TOKENS
        assert subject.engine.token_exact
        assert subject.engine.name == "local:smollm2"

    async def test_local_when_a_character_takes_several_tokens_then_all_ids_are_told(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request(max_tokens=30)
        forced = Sampling(temperature=0.0, logprobs=1, extra={"grammar": 'root ::= "a😀漢 b"'})
        request = replace(request, sampling=forced)
        chunks = await read(subject.engine, request)
        assert text_of(chunks) == "a😀漢 b"
        ids = ids_of(chunks)
        assert UNKNOWN_TOKEN not in ids
        assert (await subject.engine.decode(ids)).startswith("a😀漢 b")
        for chunk in chunks:
            assert chunk.logprobs is not None
            assert len(chunk.logprobs) == len(chunk.token_ids)

    @pytest.mark.parametrize(("push", "limit"), [(100.0, 3), (12.0, 24)])
    async def test_local_when_special_tokens_are_sampled_then_their_text_is_told(
        self, subject: EngineUnderTest, push: float, limit: int
    ) -> None:
        (start,) = await subject.engine.encode("<|im_start|>", special=True)
        request = await subject.request(max_tokens=limit)
        bias = {"logit_bias": [[start, push]]}
        forced = Sampling(temperature=0.0, logprobs=0, extra=bias)
        chunks = await read(subject.engine, replace(request, sampling=forced))
        ids = ids_of(chunks)
        assert start in ids
        assert chunks[-1].finish is FinishReason.LENGTH
        assert text_of(chunks) == await subject.engine.decode(ids)
        for chunk in chunks:
            assert chunk.logprobs is not None
            assert len(chunk.logprobs) == len(chunk.token_ids)

    async def test_local_when_the_model_ends_its_turn_then_its_end_token_has_no_text(
        self, subject: EngineUnderTest
    ) -> None:
        (end,) = await subject.engine.encode("<|im_end|>", special=True)
        request = await subject.request(max_tokens=6)
        forced = Sampling(temperature=0.0, extra={"logit_bias": [[end, 100.0]]})
        (chunk,) = await read(subject.engine, replace(request, sampling=forced))
        assert (chunk.token_ids, chunk.text, chunk.finish) == ((end,), "", FinishReason.STOP)

    async def test_local_when_prompt_holds_unknown_tokens_then_its_text_is_sent(
        self, subject: EngineUnderTest
    ) -> None:
        request = await subject.request(max_tokens=6)
        exact = await read(subject.engine, request)
        partly = replace(request, prompt_ids=(UNKNOWN_TOKEN, *request.prompt_ids[1:]))
        assert ids_of(await read(subject.engine, partly)) == ids_of(exact)

    async def test_local_when_entered_twice_then_engine_error(
        self, subject: EngineUnderTest
    ) -> None:
        with pytest.raises(EngineError, match="running already"):
            await subject.engine.__aenter__()


async def test_local_when_the_file_is_missing_then_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the model .*none\.gguf"):
        await LocalEngine(tmp_path / "none.gguf").__aenter__()


async def test_local_when_the_file_is_no_gguf_then_config_error(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"not a model")
    with pytest.raises(ConfigError, match="is not a GGUF file"):
        await LocalEngine(file).__aenter__()


async def test_local_when_the_gguf_is_cut_short_then_config_error(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF" + bytes(2000))
    engine = LocalEngine(file)
    with pytest.raises(ConfigError, match="cannot load"), anyio.fail_after(60):
        await engine.__aenter__()
    assert engine._process is None


async def test_local_when_the_server_drops_unheard_connections_then_it_asks_again() -> None:
    """As llama.cpp does with a caller that got no processor time for 5 seconds."""
    unheard = port = 0

    async def relay(client: SocketStream) -> None:
        nonlocal unheard
        async with client:
            if unheard:
                unheard -= 1
                return
            async with await anyio.connect_tcp("127.0.0.1", port) as server:
                async with anyio.create_task_group() as both:
                    both.start_soon(pump, client, server)
                    both.start_soon(pump, server, client)

    async def pump(source: SocketStream, sink: SocketStream) -> None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async for piece in source:
                await sink.send(piece)
            await sink.send_eof()

    class Relayed(LocalEngine):
        async def _start(self, path: Path) -> str:
            nonlocal port
            port = int((await super()._start(path)).rpartition(":")[2])
            return f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}"

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, relay)
        async with Relayed(threads=1) as engine:
            ids = await engine.encode("Find 1 + 1.", special=False)
            request = GenerateRequest("one", ids, "", 3, Sampling(temperature=0.0))
            unheard = 2
            chunks = await read(engine, request)
            unheard = 3
            with suppress(EngineError):
                chunks += await read(engine, request)
        group.cancel_scope.cancel()
    assert len(ids_of(chunks)) == 3
    assert unheard == 0


async def test_local_when_not_entered_then_stream_tells_what_to_do() -> None:
    with pytest.raises(EngineError, match="async with"):
        await LocalEngine().encode("a", special=False)


@pytest.mark.parametrize("wrong", [{"context_tokens": 0}, {"parallel": 0}, {"threads": -1}])
def test_local_when_a_number_is_below_one_then_config_error(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        LocalEngine(**wrong)  # type: ignore[arg-type]
