"""The HTTP engine keeps the contract, against servers of three kinds."""

import pytest

from tests.engines.contract import EngineContract
from tests.engines.fault_server import FaultServer, scripted, serving
from tests.engines.llama_subject import CONTEXT_TOKENS, address_of, llama_subject
from tests.engines.subject import EngineUnderTest, Subjects
from tirkit.engines.local import LocalEngine
from tirkit.engines.openai_http import HttpSettings, OpenAIEngine

QUICK = HttpSettings(max_retries=1, idle_seconds=30)


def subject_of(server: FaultServer, engine: OpenAIEngine) -> EngineUnderTest:
    async def server_unfinished() -> int:
        return server.unfinished

    return EngineUnderTest(
        engine=engine,
        server_unfinished=server_unfinished,
        say=scripted,
        kill=server.kill,
        chat=server.exact,
    )


class TestOpenAIEngineWithIds(EngineContract):
    """A server that takes and returns token ids, as vLLM does."""

    @pytest.fixture(scope="class")
    async def subject(self) -> Subjects:
        async with serving() as server, OpenAIEngine(server.url, settings=QUICK) as engine:
            assert engine.token_exact
            yield subject_of(server, engine)

    @pytest.fixture
    async def mortal(self) -> Subjects:
        async with serving() as server, OpenAIEngine(server.url, settings=QUICK) as engine:
            yield subject_of(server, engine)


class TestOpenAIEngineWithText(EngineContract):
    """A server that knows text alone."""

    @pytest.fixture(scope="class")
    async def subject(self) -> Subjects:
        async with (
            serving(exact=False) as server,
            OpenAIEngine(f"{server.url}/v1/", settings=QUICK) as engine,
        ):
            assert not engine.token_exact
            yield subject_of(server, engine)

    @pytest.fixture
    async def mortal(self) -> Subjects:
        async with (
            serving(exact=False) as server,
            OpenAIEngine(server.url, settings=QUICK) as engine,
        ):
            yield subject_of(server, engine)


class TestOpenAIEngineOnLlama(EngineContract):
    """The real llama.cpp server, reached by its address like any other."""

    @pytest.fixture(scope="class")
    async def subject(self) -> Subjects:
        async with LocalEngine(
            "smollm2", context_tokens=CONTEXT_TOKENS, parallel=6, threads=1
        ) as local:
            address, key = address_of(local)
            async with OpenAIEngine(address, api_key=key, settings=QUICK) as engine:
                assert engine.token_exact
                yield llama_subject(local, engine)

    @pytest.fixture
    async def mortal(self) -> Subjects:
        async with LocalEngine(
            "smollm2", context_tokens=CONTEXT_TOKENS, parallel=6, threads=1
        ) as local:
            address, key = address_of(local)
            async with OpenAIEngine(address, api_key=key, settings=QUICK) as engine:
                yield llama_subject(local, engine)
