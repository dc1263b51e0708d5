"""Stage 2: prefer the shorter of two right solutions, and a right one to a wrong one (DPO)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoTokenizer
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DataCollatorForPreference, DPOTrainer
from trl.trainer.utils import pad

from examples.training.log import LogFile
from examples.training.pairs import Pair
from examples.training.settings import PreferTerms
from examples.training.sft import (
    adapters,
    arguments,
    last_checkpoint,
    made_model,
    save_model,
    set_threads,
)
from tirkit.errors import ConfigError

_COLUMNS = ("prompt_ids", "chosen_ids", "rejected_ids", "chosen_mask", "rejected_mask")


class MaskedPairs(DataCollatorForPreference):  # type: ignore[misc] # TRL is not typed here
    """Puts pairs into batches in which only what the model sampled counts.

    TRL's own would count tool output as if the model had said it.
    """

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        """A batch: first the chosen ones, then the rejected ones."""
        batch: dict[str, Any] = super().torch_call(examples)
        masks = [
            torch.tensor([0] * len(one["prompt_ids"]) + one[name])
            for name in ("chosen_mask", "rejected_mask")
            for one in examples
        ]
        batch["completion_mask"] = pad(masks, padding_value=0, padding_side="right")
        return batch


class PairTrainer(DPOTrainer):  # type: ignore[misc] # TRL is not typed here
    """A DPO trainer that takes token ids: text would be tokenised anew, and not as it was."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:  # noqa: ANN401
        return dataset

    def _set_signature_columns_if_needed(self) -> None:
        self._signature_columns = [*_COLUMNS, "ref_chosen_logps", "ref_rejected_logps"]


def train_on_pairs(pairs: Iterable[Pair], terms: PreferTerms, directory: Path) -> Path:
    """Train on pairs and write the model beside its log; goes on from the last checkpoint.

    Args:
        pairs: of which both fit the terms' longest row.
        terms: `terms.train.model` names the model of stage 1.
        directory: of checkpoints, log and model.

    Raises:
        ConfigError: there is no pair, or no model is named.
    """
    if not terms.train.model:
        raise ConfigError("stage 2 needs a model: train stage 1 first, and name it")
    set_threads(terms.train)
    rows = [pair.trained() for pair in pairs]
    fitting = [row for row in rows if _longest(row) <= terms.train.max_tokens]
    if not fitting:
        raise ConfigError("there is no pair: sample more attempts, or raise the ratio")
    words = AutoTokenizer.from_pretrained(terms.train.model)
    trainer = PairTrainer(
        model=made_model(terms.train, words),
        args=DPOConfig(
            **arguments(terms.train, directory),
            beta=terms.beta,
            loss_type=["sigmoid", "sft"],
            loss_weights=[1.0, terms.chosen_weight],
            max_length=None,
        ),
        data_collator=MaskedPairs(pad_token_id=words.pad_token_id),
        train_dataset=Dataset.from_list(fitting),
        processing_class=words,
        peft_config=None if terms.train.lora is None else adapters(terms.train.lora),
        callbacks=[LogFile(directory)],
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(directory))
    return save_model(trainer.model, words, directory)


def _longest(row: dict[str, list[int]]) -> int:
    return len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"]))
