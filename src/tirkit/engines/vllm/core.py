"""The door to vLLM: start it, submit, abort, stop, and put its failures into one line.

Loads vLLM, which takes seconds: imported by a thread, when an engine is entered.
"""

import asyncio
import multiprocessing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches

import anyio
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.exceptions import VLLMError
from vllm.inputs.engine import tokens_input
from vllm.platforms import current_platform
from vllm.v1.engine.async_llm import AsyncLLM
from vllm.v1.engine.exceptions import EngineDeadError
from vllm.v1.engine.output_processor import RequestOutputCollector
from vllm.v1.executor import Executor

from tirkit.concurrency import shielded
from tirkit.engines.vllm.codec import TokenCodec
from tirkit.engines.vllm.sampling import sampling_params
from tirkit.errors import ConfigError, EngineError
from tirkit.types import GenerateRequest

ENGINE_DEFAULTS: Mapping[str, object] = {
    "disable_log_stats": True,  # counting per step costs the loop time and nobody reads it
    "scheduling_policy": "priority",  # equal priorities are served in order of arrival
    "use_tqdm_on_load": False,
}
"""What tirkit sets where the caller does not."""

CPU_DEFAULTS: Mapping[str, object] = {
    # vLLM 0.32 rewinds the generator of a seeded request whose prompt was cut by the token budget,
    # with a call that a CPU generator does not have: the whole engine dies of it.
    "enable_chunked_prefill": False,
}
"""What tirkit sets besides on a processor."""

SHUTDOWN_SECONDS = 10.0
"""What the engine process gets to leave by itself before vLLM kills it."""


@dataclass(frozen=True, slots=True)
class VllmCore:
    """A running `AsyncLLM`, and what tirkit asks of it."""

    name: str
    llm: AsyncLLM
    codec: TokenCodec
    context_tokens: int
    takes_seeds: bool
    model_type: str = ""

    async def submit(self, request: GenerateRequest) -> RequestOutputCollector:
        """Hand a request to vLLM and give the queue its outputs come through.

        vLLM books the request before its first await, so after a cancel anywhere in here `abort`
        with the same id undoes it.

        Raises:
            ContextTooLong: the prompt leaves no room to generate.
            ConfigError: the sampling settings are not vLLM's.
            EngineError: vLLM refused the request or is dead.
        """
        if not self.takes_seeds:
            request = replace(request, seed=None)
        params = sampling_params(request, self.context_tokens)
        prompt = tokens_input(list(request.prompt_ids))
        try:
            return await self.llm.add_request(
                request.request_id, prompt, params, priority=request.priority
            )
        except Exception as failure:
            raise self.failure(failure) from failure

    async def abort(self, request_ids: Iterable[str]) -> None:
        """End requests by the ids they were submitted with; unknown ones are fine."""
        async with shielded():
            try:
                await self.llm.abort(list(request_ids))
            except EngineDeadError:
                return  # a dead engine holds no requests

    def failure(self, failure: Exception) -> EngineError:
        """Say in tirkit's words what went wrong with a request."""
        if isinstance(failure, EngineDeadError):
            return EngineError(f"{self.name} died; every request in flight is lost")
        return EngineError(f"{self.name} failed on a request: {reason(failure)}")

    async def shut_down(self) -> None:
        """Stop the engine process and close what leads to it."""
        async with shielded(2 * SHUTDOWN_SECONDS):
            handler = self.llm.output_handler
            if handler is not None:
                handler.cancel()  # first, or it reports the end of the process as a failure
                await asyncio.wait({handler})
            await anyio.to_thread.run_sync(
                self.llm.shutdown, SHUTDOWN_SECONDS, abandon_on_cancel=True
            )
            await anyio.lowlevel.checkpoint()  # vLLM closes its sockets from inside the loop
            await anyio.to_thread.run_sync(self._reap, abandon_on_cancel=True)

    def _reap(self) -> None:
        """Collect the ended process and end the zmq context, both left to the garbage collector."""
        # None of these names is promised: vLLM may move them.
        resources = getattr(self.llm.engine_core, "resources", None)
        manager = getattr(resources, "engine_manager", None)
        for process in getattr(manager, "processes", ()):
            process.join(SHUTDOWN_SECONDS)  # a killed one cannot be collected at once
        multiprocessing.active_children()
        context = getattr(resources, "ctx", None)
        if context is not None:
            context.destroy(linger=0)


def start_core(name: str, model: str, engine_args: Mapping[str, object]) -> VllmCore:
    """Start vLLM. Blocks for the better part of a minute; meant for a thread.

    Raises:
        ConfigError: no such model, an unknown engine argument or one that vLLM does not accept.
        EngineError: the engine process did not come up.
    """
    _check_names(engine_args, {field.name for field in fields(AsyncEngineArgs)})
    try:
        on_cpu = current_platform.is_cpu()
        defaults = {**ENGINE_DEFAULTS, **(CPU_DEFAULTS if on_cpu else {})}
        wanted = AsyncEngineArgs(model=model, **{**defaults, **engine_args})
        config = wanted.create_engine_config()
    except (ValueError, TypeError, OSError, RuntimeError, VLLMError) as failure:
        raise ConfigError(f"vLLM cannot serve {model}: {reason(failure)}") from failure
    try:
        llm = AsyncLLM(
            config,
            Executor.get_class(config),
            log_stats=not wanted.disable_log_stats,
            log_requests=wanted.enable_log_requests,
        )
    except Exception as failure:
        raise EngineError(
            f"vLLM did not start with {model}: {reason(failure)} "
            "(its log says more with VLLM_LOGGING_LEVEL=INFO)"
        ) from failure
    try:
        codec = TokenCodec(llm.get_tokenizer(), model)
    except BaseException:
        llm.shutdown()
        raise
    chunked = config.scheduler_config.enable_chunked_prefill
    return VllmCore(
        name=name,
        llm=llm,
        codec=codec,
        context_tokens=int(llm.model_config.max_model_len),
        takes_seeds=not (on_cpu and chunked),
        model_type=str(getattr(llm.model_config.hf_config, "model_type", "")),
    )


def _check_names(engine_args: Mapping[str, object], known: set[str]) -> None:
    for name in engine_args:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f", perhaps {near[0]!r} is meant" if near else ""
            raise ConfigError(f"vLLM has no engine argument {name!r}{hint}")


def reason(failure: BaseException) -> str:
    """Put into one line why something of vLLM's failed."""
    details = getattr(failure, "errors", None)
    # The first line of pydantic's own text only counts the errors.
    texts = [detail["msg"] for detail in details()] if callable(details) else [failure]
    firsts = [str(text).strip().partition("\n")[0] for text in texts]
    return "; ".join(first for first in firsts if first) or type(failure).__name__
