"""From tirkit's words to vLLM's sampling parameters. Loads vLLM."""

from collections.abc import Mapping
from typing import Any

from vllm import SamplingParams
from vllm.exceptions import VLLMError
from vllm.sampling_params import RequestOutputKind

from tirkit.errors import ConfigError, ContextTooLong
from tirkit.types import GenerateRequest

SEED_LIMIT = 2**63
"""Seeds are taken modulo this: a larger one cannot travel to the engine and -1 would mean none."""

_SET_BY_TIRKIT = frozenset(
    {
        "detokenize",
        "flat_logprobs",
        "logprobs",
        "max_tokens",
        "min_p",
        "n",
        "output_kind",
        "output_text_buffer_length",
        "repetition_penalty",
        "seed",
        "skip_clone",
        "stop_token_ids",
        "temperature",
        "top_k",
        "top_p",
    }
)

EXTRA_FIELDS: frozenset[str] = (
    frozenset(name for name in SamplingParams.__struct_fields__ if not name.startswith("_"))
    - _SET_BY_TIRKIT
)
"""What `Sampling.extra` may hold."""


def sampling_params(request: GenerateRequest, context_tokens: int) -> SamplingParams:
    """Build vLLM's parameters, with `max_tokens` cut to the room the prompt leaves.

    Raises:
        ContextTooLong: the prompt leaves no room to generate.
        ConfigError: `sampling.extra` names no free field, or a value is not allowed.
    """
    prompt_tokens = len(request.prompt_ids)
    if prompt_tokens >= context_tokens:
        raise ContextTooLong(prompt_tokens, context_tokens)
    sampling = request.sampling
    _check_extra(sampling.extra)
    fields: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "logprobs": sampling.logprobs,
        "flat_logprobs": sampling.logprobs is not None,
        "seed": None if request.seed is None else request.seed % SEED_LIMIT,
        "stop_token_ids": list(request.stop_token_ids),
        "max_tokens": min(request.max_tokens, context_tokens - prompt_tokens),
        "output_kind": RequestOutputKind.DELTA,
        "skip_special_tokens": False,
        "skip_clone": True,  # built for this one request
    }
    try:
        return SamplingParams(**(fields | dict(sampling.extra)))
    except (TypeError, ValueError, VLLMError) as failure:
        raise ConfigError(f"vLLM does not take the sampling settings: {failure}") from failure


def _check_extra(extra: Mapping[str, Any]) -> None:
    for name in extra.keys() - EXTRA_FIELDS:
        if name in _SET_BY_TIRKIT:
            raise ConfigError(f"sampling.extra may not hold {name!r}: tirkit sets it")
        raise ConfigError(
            f"vLLM has no sampling parameter {name!r}: use one of {', '.join(sorted(EXTRA_FIELDS))}"
        )
