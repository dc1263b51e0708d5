"""The engine that goes with a TRL trainer: its vLLM server, its own vLLM, or its own model."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tirkit.engines import Engine
from tirkit.errors import MissingExtra
from tirkit.integrations.rl import Batches, CalledEngine, Generated
from tirkit.integrations.rl.batches import GenerateBatch
from tirkit.types import GenerateRequest, Sampling

if TYPE_CHECKING:
    from trl import GRPOTrainer

_UNTOLD_CONTEXT_TOKENS = 4096
_COLOCATED_STEP_TOKENS = 512
_PLAIN_STEP_TOKENS = 128
"""Asked for in one call: every stream of a batch waits for the longest."""


def trainer_sampling(trainer: "GRPOTrainer") -> Sampling:
    """How the trainer wants tokens drawn: its loss is made for no other way."""
    args = trainer.args
    return Sampling(
        temperature=args.temperature,
        top_p=args.top_p,
        top_k=args.top_k or 0,
        min_p=args.min_p or 0.0,
        repetition_penalty=args.repetition_penalty,
        logprobs=0,
    )


@asynccontextmanager
async def trainer_engine(trainer: "GRPOTrainer") -> AsyncIterator[Engine]:
    """The entered engine whose weights the trainer keeps up to date.

    With a vLLM server attempts stream from it, each on its own. With vLLM inside the trainer, and
    with its plain model, requests are put together in batches, which wait for each other.

    Raises:
        EngineError: the server cannot be reached.
    """
    if trainer.use_vllm and trainer.vllm_mode == "server":
        try:
            from tirkit.engines.openai_http import OpenAIEngine  # noqa: PLC0415 - an extra
        except MissingExtra as missing:
            raise MissingExtra(missing.package, "openai") from missing
        async with OpenAIEngine(trainer.vllm_generation.vllm_client.base_url) as engine:
            yield engine
    elif trainer.use_vllm:
        model = trainer.vllm_generation.llm.llm_engine.model_config
        make = _called(trainer, model.max_model_len, _COLOCATED_STEP_TOKENS)
        async with Batches(_colocated(trainer)) as batches, make(batches) as engine:
            yield engine
    else:
        told = getattr(trainer.model.config, "max_position_embeddings", None)
        make = _called(trainer, told or _UNTOLD_CONTEXT_TOKENS, _PLAIN_STEP_TOKENS)
        async with Batches(_plain(trainer)) as batches, make(batches) as engine:
            yield engine


def _called(
    trainer: "GRPOTrainer", context_tokens: int, step_tokens: int
) -> Callable[[Batches], CalledEngine]:
    def make(batches: Batches) -> CalledEngine:
        return CalledEngine(
            batches,
            tokenizer_of(trainer),
            name=f"trl:{trainer.model.config.name_or_path}",
            context_tokens=context_tokens,
            end_ids=trainer.eos_token_ids,
            step_tokens=step_tokens,
        )

    return make


def tokenizer_of(trainer: "GRPOTrainer") -> Any:  # noqa: ANN401 - transformers has no types
    """The trainer's tokenizer, also where it is a part of a processor."""
    processing = trainer.processing_class
    return getattr(processing, "tokenizer", processing)


def _colocated(trainer: "GRPOTrainer") -> GenerateBatch:
    from vllm import SamplingParams  # noqa: PLC0415 - the trainer has loaded it

    own = trainer.vllm_generation

    def generate(requests: Sequence[GenerateRequest]) -> list[Generated]:
        _use_device(trainer)
        prompts = [{"prompt_token_ids": list(request.prompt_ids)} for request in requests]
        params = [SamplingParams(**_vllm_params(request)) for request in requests]
        if own.enable_sleep_mode:
            own.llm.wake_up(tags=["kv_cache"])
        told = own.llm.generate(prompts, sampling_params=params, use_tqdm=False)
        return [_generated(one.outputs[0]) for one in told]

    return generate


def _vllm_params(request: GenerateRequest) -> dict[str, Any]:
    sampling = request.sampling
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
        "stop_token_ids": list(request.stop_token_ids),
        "logprobs": 0,
        "detokenize": False,
        **sampling.extra,
    }


def _generated(output: Any) -> Generated:  # noqa: ANN401 - vLLM's own
    ids = list(output.token_ids)
    told = zip(ids, output.logprobs, strict=True)
    return Generated(ids, [float(best[token].logprob) for token, best in told])


def _plain(trainer: "GRPOTrainer") -> GenerateBatch:
    from tirkit.integrations.trl.plain import PlainGeneration  # noqa: PLC0415 - loads torch

    plain = PlainGeneration(trainer)

    def generate(requests: Sequence[GenerateRequest]) -> list[Generated]:
        _use_device(trainer)
        return plain.generate(requests)

    return generate


def _use_device(trainer: "GRPOTrainer") -> None:
    """Make the trainer's device this thread's: a thread begins with the first one."""
    device = trainer.accelerator.device
    if device.type == "cuda":
        import torch  # noqa: PLC0415 - the trainer has loaded it

        torch.cuda.set_device(device)
