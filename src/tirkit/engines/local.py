"""An embedded llama.cpp: a GGUF file, no server to start by hand, no GPU needed.

llama.cpp runs in a child process: loading a model holds Python's global lock for its whole
duration, and a failed assertion in llama.cpp ends the process it is in.
"""

import json
import secrets
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from tirkit.concurrency import shielded, usable_cores
from tirkit.engines import local_server
from tirkit.engines.models import GGUF_FILES, NANO, NANO_CONTEXT_TOKENS
from tirkit.engines.openai_http import HttpSettings, OpenAIEngine
from tirkit.errors import ConfigError, EngineError, MissingExtra
from tirkit.types import Chat, GenerateRequest, TokenChunk

_MAGIC = b"GGUF"
_MAX_REPLY_BYTES = 64 * 1024
_CONTEXT_TOKENS = 4096
_RETRIES = 2
"""llama.cpp's server drops a connection that says nothing for 5 seconds (measured), which happens
to a caller that gets no processor time between connecting and asking."""

_START_SECONDS = 600.0
"""Longest to wait for a model to load; a big one comes from a slow disk."""


class LocalEngine:
    """A GGUF model served by llama.cpp in a child process. Exact token ids in and out.

    Args:
        model: path of a GGUF file, or a name: `tirkit-nano`, which comes with tirkit, or
            `smollm2` (SmolLM2-135M-Instruct, fetched once into the cache).
        context_tokens: context of each attempt, in tokens; None takes 4096, and all that
            `tirkit-nano` was made for.
        parallel: requests served at once; further ones wait for their turn.
        threads: processor threads; None takes all cores but one. llama.cpp's threads spin while
            they wait: with none left over, kernels starve it and are starved.
        gpu_layers: layers to put on a GPU; None leaves it to llama.cpp.
        verbose: whether llama.cpp's log goes to standard error.

    Raises:
        ConfigError: a number is below 1.
        MissingExtra: xllamacpp is not installed.
    """

    def __init__(
        self,
        model: Path | str = NANO,
        *,
        context_tokens: int | None = None,
        parallel: int = 8,
        threads: int | None = None,
        gpu_layers: int | None = None,
        verbose: bool = False,
    ) -> None:
        if find_spec("xllamacpp") is None:
            raise MissingExtra("xllamacpp", "local")
        if context_tokens is None:
            context_tokens = NANO_CONTEXT_TOKENS if model == NANO else _CONTEXT_TOKENS
        if min(context_tokens, parallel, 1 if threads is None else threads) < 1:
            raise ConfigError("context_tokens, parallel and threads must be at least 1")
        self._model = model
        self._settings: dict[str, Any] = {
            "alias": self.name,
            "api_key": secrets.token_urlsafe(24),
            "context_tokens": context_tokens,
            "gpu_layers": gpu_layers,
            "parallel": parallel,
            "threads": threads or max(usable_cores() - 1, 1),
            "verbosity": 1 if verbose else -1,
        }
        self._process: Process | None = None
        self._inner: OpenAIEngine | None = None

    @property
    def name(self) -> str:
        """`local`, or `local:` and the file or name of another model than `tirkit-nano`."""
        return "local" if self._model == NANO else f"local:{self._model}"

    @property
    def token_exact(self) -> bool:
        """Always true: llama.cpp takes and gives token ids."""
        return self._entered().token_exact

    @property
    def context_tokens(self) -> int:
        """Most tokens of prompt and generation of one request."""
        return self._entered().context_tokens

    @property
    def unfinished_requests(self) -> int:
        """Requests streaming or waiting for their turn."""
        return 0 if self._inner is None else self._inner.unfinished_requests

    def _entered(self) -> OpenAIEngine:
        if self._inner is None:
            raise EngineError(f"{self.name} is not running: enter it with `async with` first")
        return self._inner

    async def __aenter__(self) -> Self:
        """Fetch the model if need be, start llama.cpp and load the model.

        Raises:
            ConfigError: no such file, not a GGUF file, or llama.cpp cannot load it.
            EngineError: the engine is running already, or its process did not come up.
        """
        if self._process is not None:
            raise EngineError(f"{self.name} is running already")
        path = await anyio.to_thread.run_sync(_model_file, self._model)
        try:
            address = await self._start(path)
            inner = OpenAIEngine(
                address,
                api_key=self._settings["api_key"],
                settings=HttpSettings(
                    max_retries=_RETRIES,
                    max_streams=self._settings["parallel"],
                    keep_alive=False,
                ),
                name=self.name,
            )
            self._inner = await inner.__aenter__()
        except BaseException:
            await self._end_process()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        inner, self._inner = self._inner, None
        try:
            if inner is not None:
                await inner.__aexit__(kind, error, trace)
        finally:
            await self._end_process()

    async def _start(self, path: Path) -> str:
        """The address of a fresh server that has loaded the model."""
        self._process = await anyio.open_process(
            [sys.executable, "-P", local_server.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if self._settings["verbosity"] > 0 else subprocess.DEVNULL,
            start_new_session=True,
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        settings = json.dumps(self._settings | {"path": str(path)})
        try:
            with anyio.fail_after(_START_SECONDS):
                await stdin.send(settings.encode() + b"\n")
                reply = BufferedByteReceiveStream(stdout)
                answer = json.loads(await reply.receive_until(b"\n", _MAX_REPLY_BYTES))
        except (anyio.IncompleteRead, anyio.BrokenResourceError, ValueError) as error:
            raise EngineError(f"{self.name}: llama.cpp ended while loading {path}") from error
        except TimeoutError as error:
            raise EngineError(f"{self.name}: no model after {_START_SECONDS:g} seconds") from error
        if "error" in answer:
            raise ConfigError(f"llama.cpp cannot load {path}: {answer['error']}")
        return str(answer["address"])

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        async with shielded():
            if process.returncode is None:
                process.kill()
            await process.aclose()

    def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        """Generate, as `Engine.stream` promises."""
        return self._entered().stream(request)

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of `text`, as `Engine.encode` promises."""
        return await self._entered().encode(text, special=special)

    async def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`, as `Engine.decode` promises."""
        return await self._entered().decode(ids)

    async def render_chat(self, chat: Chat) -> str:
        """Text of the chat template, as `Engine.render_chat` promises."""
        return await self._entered().render_chat(chat)

    async def prompt_start(self) -> str:
        """What a plain prompt begins with, as `Engine.prompt_start` promises."""
        return await self._entered().prompt_start()


def _model_file(model: Path | str) -> Path:
    """The file of the model, fetched if need be.

    Raises:
        ConfigError: it cannot be read, or is no GGUF file.
    """
    if model in GGUF_FILES:
        return GGUF_FILES[str(model)]()
    file = Path(model).expanduser()
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_MAGIC))
    except OSError as error:
        raise ConfigError(
            f"cannot read the model {file} ({error.strerror}): give the path of a GGUF file, "
            f"or one of {', '.join(GGUF_FILES)}"
        ) from error
    if magic != _MAGIC:
        raise ConfigError(f"{file} is not a GGUF file: llama.cpp loads no other kind")
    return file
