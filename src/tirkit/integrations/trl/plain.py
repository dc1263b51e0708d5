"""Generation with the trainer's own model, where there is no vLLM."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from trl.models import unwrap_model_for_generation

from tirkit.integrations.rl import Generated
from tirkit.integrations.trl.engines import tokenizer_of
from tirkit.types import GenerateRequest, Sampling

if TYPE_CHECKING:
    from trl import GRPOTrainer


class PlainGeneration:
    """Generates batches with the trainer's model, through transformers.

    Tokens of a batch are drawn from one random state, set from the first request's seed; the
    trainer's own state is left as it was.

    Args:
        trainer: whose model and settings are used.
    """

    def __init__(self, trainer: "GRPOTrainer") -> None:
        self._trainer = trainer
        self._ends = list(trainer.eos_token_ids)
        self._pad: int = tokenizer_of(trainer).pad_token_id

    def generate(self, requests: Sequence[GenerateRequest]) -> list[Generated]:
        """The tokens of each request, an end token included, with log-probabilities."""
        trainer, device = self._trainer, self._trainer.accelerator.device
        ids, mask = self._left_padded(requests, device)
        devices = [device] if device.type == "cuda" else []
        with (
            torch.random.fork_rng(devices=devices),
            torch.no_grad(),
            unwrap_model_for_generation(
                trainer.model_wrapped,
                trainer.accelerator,
                gather_deepspeed3_params=trainer.args.ds3_gather_for_generation,
            ) as model,
        ):
            if requests[0].seed is not None:
                torch.manual_seed(requests[0].seed)
            given = model.generate(
                input_ids=ids,
                attention_mask=mask,
                max_new_tokens=max(request.max_tokens for request in requests),
                pad_token_id=self._pad,
                eos_token_id=self._stops(requests),
                return_dict_in_generate=True,
                output_scores=True,
                **_warping(requests[0].sampling),
            )
        drawn = given.sequences[:, ids.shape[1] :].cpu()
        scores = torch.stack(given.scores, dim=1).float().log_softmax(-1).cpu()
        told = scores.gather(2, drawn.unsqueeze(2)).squeeze(2)
        return [
            self._one(request, drawn[row].tolist(), told[row].tolist())
            for row, request in enumerate(requests)
        ]

    def _left_padded(
        self, requests: Sequence[GenerateRequest], device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(request.prompt_ids) for request in requests)
        ids = torch.full((len(requests), longest), self._pad)
        mask = torch.zeros_like(ids)
        for row, request in enumerate(requests):
            begin = longest - len(request.prompt_ids)
            ids[row, begin:] = torch.tensor(list(request.prompt_ids))
            mask[row, begin:] = 1
        return ids.to(device), mask.to(device)

    def _stops(self, requests: Sequence[GenerateRequest]) -> list[int]:
        further = {token for request in requests for token in request.stop_token_ids}
        return sorted({*self._ends, *further})

    def _one(self, request: GenerateRequest, ids: list[int], logprobs: list[float]) -> Generated:
        """One row without its padding, and no longer than it may be."""
        ends = {*self._stops([request])}
        stop = next((at + 1 for at, token in enumerate(ids) if token in ends), len(ids))
        kept = min(stop, request.max_tokens)
        return Generated(ids[:kept], logprobs[:kept])


def _warping(sampling: Sampling) -> dict[str, Any]:
    if sampling.temperature == 0:
        return {"do_sample": False, "repetition_penalty": sampling.repetition_penalty}
    return {
        "do_sample": True,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p or None,
        "repetition_penalty": sampling.repetition_penalty,
        **sampling.extra,
    }
