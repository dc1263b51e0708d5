"""A real vLLM engine that writes what a script says.

Scheduling, streaming, prefix cache, log-probabilities and aborts are vLLM's own; only the choice
of each token is forced, by a logits processor inside the engine process. With the model of
`tirkit.testing.tiny_model` it runs without a GPU and without a network. Loads vLLM.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

from tirkit.engines.vllm import VllmEngine
from tirkit.errors import MissingExtra
from tirkit.types import GenerateRequest, TokenChunk

try:
    import torch
    from vllm import SamplingParams
    from vllm.config import VllmConfig
    from vllm.v1.sample.logits_processor import (
        BatchUpdate,
        LogitsProcessor,
        process_dict_updates,
    )
except ImportError as missing:
    raise MissingExtra(missing.name or "vllm", "vllm") from missing

Script = Callable[[GenerateRequest], str | Sequence[int] | None]
"""What to write for a request: text (special tokens meant), token ids, or None to sample."""

FORCED_LOGIT = 1e4
"""Above any logit of a model and below what overflows at the lowest temperature, 0.01."""


class ForcedTokens(LogitsProcessor):  # type: ignore[misc] # vLLM is not typed
    """Makes a request draw the ids in `extra_args["forced_ids"]`, then the model's end token.

    Requests without that entry are sampled as ever. Log-probabilities stay those of the model.
    """

    def __init__(
        self,
        vllm_config: VllmConfig,  # noqa: ARG002 - vLLM calls with all three
        device: torch.device,
        is_pin_memory: bool,  # noqa: ARG002, FBT001
    ) -> None:
        self._device = device
        self._scripts: dict[int, tuple[Sequence[int], Sequence[int], int | None]] = {}

    @classmethod
    def validate_params(cls, sampling_params: SamplingParams) -> None:
        """Refuse what is not a list of token ids, before it reaches the engine process."""
        ids = (sampling_params.extra_args or {}).get("forced_ids", [])
        if not isinstance(ids, list) or not all(type(one) is int and one >= 0 for one in ids):
            raise ValueError("forced_ids must be a list of token ids")

    def is_argmax_invariant(self) -> bool:
        """Say that greedy sampling must look at the changed logits."""
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        """Follow the requests that join, leave and move in the batch."""
        process_dict_updates(self._scripts, batch_update, _script_state)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Lift the next forced token of each scripted row above all others; logits: rows x ids."""
        rows, ids = [], []
        for row, (forced, drawn, end) in self._scripts.items():
            step = len(drawn)
            token = forced[step] if step < len(forced) else end
            if token is not None:
                rows.append(row)
                ids.append(token)
        if rows:
            where = torch.tensor([rows, ids], device=self._device)
            logits[where[0], where[1]] = FORCED_LOGIT
        return logits


def _script_state(
    params: SamplingParams,
    prompt_ids: Sequence[int] | None,  # noqa: ARG001 - vLLM calls with all three
    drawn: Sequence[int],
) -> tuple[Sequence[int], Sequence[int], int | None] | None:
    """Remember for a batch row what it writes; vLLM lets `drawn` grow in place."""
    forced = (params.extra_args or {}).get("forced_ids")
    return None if forced is None else (forced, drawn, params.eos_token_id)


class ForcedVllmEngine(VllmEngine):
    """`VllmEngine` whose requests write what `script` says.

    Args:
        model: as for `VllmEngine`; `write_tiny_model` makes one that needs no GPU.
        script: asked once per request, when its stream is made; may be replaced at any time.
        engine_args: as for `VllmEngine`, but for `logits_processors`.
    """

    def __init__(self, model: str, script: Script, **engine_args: object) -> None:
        super().__init__(model, logits_processors=[ForcedTokens], **engine_args)
        self.script = script

    def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        """Generate what the script says for this request."""
        said = self.script(request)
        if said is None:
            return super().stream(request)
        codec = self._entered().codec
        ids = codec.encode(said, special=True) if isinstance(said, str) else said
        return super().stream(forced_request(request, ids))


def forced_request(request: GenerateRequest, ids: Sequence[int]) -> GenerateRequest:
    """Give the request that a `ForcedTokens` engine answers with `ids` and its end token."""
    extra = dict(request.sampling.extra)
    extra["extra_args"] = {**(extra.get("extra_args") or {}), "forced_ids": list(ids)}
    return replace(request, sampling=replace(request.sampling, extra=extra))
