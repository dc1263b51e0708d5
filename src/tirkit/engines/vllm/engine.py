"""The vLLM engine: one `AsyncLLM`, one stream per request, every request aborted by its own id."""

import os
import signal
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio

from tirkit.engines.vllm.chunks import last_chunk, token_chunk
from tirkit.errors import ConfigError, EngineError, MissingExtra
from tirkit.types import Chat, GenerateRequest, TokenChunk

if TYPE_CHECKING:
    from tirkit.engines.vllm.core import VllmCore

INLINE_LENGTH = 4_000
"""Characters or ids up to which a text is encoded or decoded in the loop: about a millisecond."""


class VllmEngine:
    """A model served by vLLM in a child process of this one. Exact token ids in and out.

    Entering takes the better part of a minute. Every keyword of vLLM's `AsyncEngineArgs` is
    accepted; `tirkit.engines.vllm.core.ENGINE_DEFAULTS` holds the three whose defaults differ.

    Args:
        model: a model id of the Hugging Face hub or a local directory.
        engine_args: passed to `AsyncEngineArgs` as they are.

    Raises:
        MissingExtra: vLLM is not installed.
    """

    def __init__(self, model: str, **engine_args: object) -> None:
        if find_spec("vllm") is None:
            raise MissingExtra("vllm", "vllm")
        self._model = model
        self._engine_args = engine_args
        self._core: VllmCore | None = None
        self._in_flight: set[str] = set()

    @property
    def name(self) -> str:
        """`vllm:` and the model."""
        return f"vllm:{self._model}"

    @property
    def token_exact(self) -> bool:
        """Always true: vLLM takes and gives token ids."""
        return True

    @property
    def context_tokens(self) -> int:
        """Most tokens of prompt and generation together: vLLM's `max_model_len`."""
        return self._entered().context_tokens

    @property
    def model_type(self) -> str:
        """The architecture by its config's own name, such as "qwen3"; known once entered."""
        return self._entered().model_type

    @property
    def unfinished_requests(self) -> int:
        """Requests vLLM has taken and neither finished nor aborted; 0 when it does not run."""
        if self._core is None:
            return 0
        return int(self._core.llm.get_num_unfinished_requests())

    def _entered(self) -> "VllmCore":
        if self._core is None:
            raise EngineError(f"{self.name} is not running: enter it with `async with` first")
        return self._core

    async def __aenter__(self) -> Self:
        """Start vLLM.

        Raises:
            ConfigError: no such model, an unknown engine argument or one that vLLM does not accept.
            EngineError: the engine process did not come up.
        """
        if self._core is not None:
            raise EngineError(f"{self.name} is running already")
        core = await anyio.to_thread.run_sync(_start, self.name, self._model, self._engine_args)
        try:
            # vLLM asks its process once and keeps the answer: from here on no submit waits for it.
            await core.llm.get_supported_tasks()
        except BaseException:
            await core.shut_down()
            raise
        self._core = core
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        core, self._core = self._core, None
        if core is not None:
            await core.abort(self._in_flight)
            await core.shut_down()

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        """Generate, as `Engine.stream` promises.

        Driven through vLLM's `add_request` and not `generate`: the latter cleans up after a cancel
        by awaiting, which a second cancel interrupts after it has forgotten the request and before
        the engine process is told (vLLM issue 57061). Here the abort is ours, and shielded.

        Raises:
            ContextTooLong: the prompt leaves no room to generate.
            ConfigError: the sampling settings are not vLLM's.
            EngineError: the engine refused the request, ended it early or died.
        """
        core = self._entered()
        if request.request_id in self._in_flight:
            raise EngineError(f"request {request.request_id!r} is in flight already")
        logprobs, sampled_tokens, finished = request.sampling.logprobs, 0, False
        self._in_flight.add(request.request_id)
        try:
            queue = await core.submit(request)
            while True:
                try:
                    output = queue.get_nowait() or await queue.get()
                except Exception as failure:
                    raise core.failure(failure) from failure
                if output.finished:
                    finished = True
                    yield last_chunk(output, logprobs, len(request.prompt_ids), sampled_tokens)
                    return
                chunk = token_chunk(output, logprobs)
                sampled_tokens += len(chunk.token_ids)
                yield chunk
        finally:
            if not finished:
                await core.abort([request.request_id])
            self._in_flight.discard(request.request_id)

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of `text`, nothing added; without `special`, tags are plain characters."""
        codec = self._entered().codec
        if len(text) <= INLINE_LENGTH:
            return codec.encode(text, special=special)
        return await anyio.to_thread.run_sync(lambda: codec.encode(text, special=special))

    async def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`, special tokens included; unknown tokens are skipped."""
        codec = self._entered().codec
        if len(ids) <= INLINE_LENGTH:
            return codec.decode(ids)
        return await anyio.to_thread.run_sync(codec.decode, ids)

    async def render_chat(self, chat: Chat) -> str:
        """Text of the model's chat template up to where the assistant begins.

        Raises:
            ConfigError: the model has no chat template, or its template refuses the messages.
        """
        return await anyio.to_thread.run_sync(self._entered().codec.render_chat, chat)

    async def prompt_start(self) -> str:
        """Text of the token the model's tokenizer begins a plain prompt with, or ""."""
        return self._entered().codec.prompt_start


def _start(name: str, model: str, engine_args: Mapping[str, object]) -> "VllmCore":
    model = _checked_model(model)  # before vLLM is loaded, which takes seconds and talks
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")  # read when vLLM is imported
    try:
        from tirkit.engines.vllm.core import start_core  # noqa: PLC0415 - loads vLLM, for seconds
    except ModuleNotFoundError as missing:
        raise MissingExtra(missing.name or "vllm", "vllm") from missing
    with _children_left_alone():
        return start_core(name, model, engine_args)


@contextmanager
def _children_left_alone() -> Iterator[None]:
    """Let processes that this thread starts sleep through a Ctrl-C at the terminal.

    It goes to the whole group, and vLLM's processes die of it with the attempts their parent means
    to finish. A mask is inherited where a handler is not, and vLLM sets handlers only.
    """
    resource_tracker.ensure_running()  # which unblocks the signal where it has to start
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _checked_model(model: str) -> str:
    """Give the model with `~` resolved; a path that leads nowhere is told at once."""
    named_as_path = model.startswith(("/", "./", "../", "~")) or model.count("/") > 1
    if not named_as_path:
        return model
    path = Path(model).expanduser()
    if not path.exists():
        raise ConfigError(f"no model at {model}: give a directory with a model, or a model id")
    return str(path)
