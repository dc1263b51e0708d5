"""Stage 1: learn to write solutions, from scratch or with adapters on another model."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.trainer_utils import get_last_checkpoint
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from examples.training.batches import LengthSampler
from examples.training.log import LogFile
from examples.training.optimizer import made_optimizer
from examples.training.rows import Row
from examples.training.settings import LoraTerms, ShapeTerms, TrainTerms
from tirkit.errors import ConfigError

MODEL_FOLDER = "model"
_CHECKPOINTS = "checkpoints"


class _Trainer(SFTTrainer):  # type: ignore[misc] # TRL is not typed here
    """Rows of like length share a batch, and batches of any length a step."""

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> LengthSampler:
        dataset = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(ids) for ids in dataset["input_ids"]]
        return LengthSampler(lengths, self.args.per_device_train_batch_size, self.args.seed)


def train_on_rows(
    rows: Iterable[Row], terms: TrainTerms, tokenizer: Path | str, directory: Path
) -> Path:
    """Train on rows and write the model beside its log; goes on from the last checkpoint.

    Rows of like length share a batch. The loss is over the learnt tokens alone.

    Args:
        rows: longer ones than the terms allow are left out.
        terms: what is trained and how.
        tokenizer: directory or name of the tokenizer, written beside the model.
        directory: of checkpoints, log and model.

    Returns:
        The directory of the model, in the format of transformers, at 16 bits.
    """
    set_threads(terms)
    words = AutoTokenizer.from_pretrained(tokenizer)
    kept = [row.trained() for row in rows if len(row.ids) <= terms.max_tokens]
    if not kept:
        raise ConfigError("there is no row to train on")
    model = made_model(terms, words)
    trainer = _Trainer(
        model=model,
        args=SFTConfig(**arguments(terms, directory), packing=False, max_length=None),
        train_dataset=Dataset.from_list(kept),
        processing_class=words,
        peft_config=None if terms.lora is None else adapters(terms.lora),
        optimizers=(made_optimizer(model, terms) if terms.muon else None, None),
        callbacks=[LogFile(directory)],
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(directory))
    return save_model(trainer.model, words, directory)


def set_threads(terms: TrainTerms) -> None:
    """Take as many processor threads as the terms say."""
    if terms.threads:
        torch.set_num_threads(terms.threads)


def made_model(terms: TrainTerms, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """The model to train, at full precision on a processor."""
    torch.manual_seed(terms.seed)
    if not terms.model:
        return LlamaForCausalLM(llama_config(terms.shape, tokenizer))
    dtype = torch.bfloat16 if terms.bf16 else torch.float32
    return AutoModelForCausalLM.from_pretrained(terms.model, dtype=dtype)


def llama_config(shape: ShapeTerms, tokenizer: PreTrainedTokenizerBase) -> LlamaConfig:
    """A small Llama for the tokenizer; heads of 64 are the smallest vLLM takes on a processor."""
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        max_position_embeddings=shape.context_tokens,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def adapters(terms: LoraTerms) -> LoraConfig:
    """The adapters as peft takes them."""
    targets = terms.targets if isinstance(terms.targets, str) else list(terms.targets)
    return LoraConfig(
        r=terms.rank, lora_alpha=terms.alpha, target_modules=targets, task_type="CAUSAL_LM"
    )


def arguments(terms: TrainTerms, directory: Path) -> dict[str, Any]:
    """What all trainers of TRL are told."""
    return {
        "output_dir": str(directory / _CHECKPOINTS),
        "per_device_train_batch_size": terms.batch,
        "gradient_accumulation_steps": terms.accumulate,
        "max_steps": terms.steps or -1,
        "num_train_epochs": terms.epochs,
        "learning_rate": terms.learning_rate,
        "warmup_steps": terms.warmup_steps,
        "lr_scheduler_type": terms.schedule,
        "weight_decay": terms.weight_decay,
        "adam_beta2": terms.beta2,
        "max_grad_norm": terms.max_grad_norm,
        "logging_steps": terms.log_steps,
        "save_steps": terms.save_steps,
        "save_total_limit": 2,
        "seed": terms.seed,
        "use_cpu": terms.cpu,
        "bf16": terms.bf16,
        "gradient_checkpointing": False,
        "dataloader_pin_memory": False,
        "disable_tqdm": True,
        "report_to": "none",
    }


def last_checkpoint(directory: Path) -> str | None:
    """Where to go on from, if there is a checkpoint."""
    folder = directory / _CHECKPOINTS
    found = get_last_checkpoint(str(folder)) if folder.is_dir() else None
    return None if found is None else str(found)


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, directory: Path) -> Path:
    """Write the model at 16 bits with its tokenizer; adapters are merged into their model."""
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()
    out = directory / MODEL_FOLDER
    model.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    return out


def parameters(shape: ShapeTerms, tokenizer: PreTrainedTokenizerBase) -> int:
    """How many parameters a model from scratch has."""
    with torch.device("meta"):
        model = LlamaForCausalLM(llama_config(shape, tokenizer))
    return sum(one.numel() for one in model.parameters())
