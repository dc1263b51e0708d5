"""The real llama.cpp as a subject of the contract."""

import signal

from tests.engines.subject import EngineUnderTest
from tirkit.engines.interface import Engine
from tirkit.engines.local import LocalEngine
from tirkit.engines.openai_http import OpenAIEngine

CONTEXT_TOKENS = 256
STREAMS = 6


def llama_subject(local: LocalEngine, engine: Engine | None = None) -> EngineUnderTest:
    """A subject on the server of `local`; `engine` is what is tested, `local` itself if None."""
    inner = http_side(local)

    async def server_unfinished() -> int:
        client = inner._client
        if client is None:
            return 0
        status, slots = await client.json("GET", "/slots")
        assert status == 200
        return sum(bool(slot["is_processing"]) for slot in slots)

    async def kill() -> None:
        process = local._process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        await process.wait()

    return EngineUnderTest(
        engine=engine or local,
        server_unfinished=server_unfinished,
        kill=kill,
        streams=STREAMS,
    )


def http_side(local: LocalEngine) -> OpenAIEngine:
    """What `local` talks to its server with."""
    assert local._inner is not None
    return local._inner


def address_of(local: LocalEngine) -> tuple[str, str]:
    """Address and key of the server."""
    key = local._settings["api_key"]
    assert isinstance(key, str)
    return http_side(local)._address, key
