"""Packs a trained model: safetensors, GGUF, tokenizer, chat template and model card.

The pack counts only when the engines agree: each has to write the same tokens, greedily.
"""

import shutil
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from examples.training.card import model_card
from examples.training.gguf_file import write_gguf
from examples.training.sample import GGUF_FILE, NAME, engine_for, weights_tag
from examples.training.settings import SampleTerms
from examples.training.sft import MODEL_FOLDER
from tirkit.attempt.opening import render_opening
from tirkit.dialects import FencedDialect
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.prompts import load_prompt
from tirkit.types import GenerateRequest, Problem, Sampling

_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two engines write the same.

    Attributes:
        engine: compared with transformers.
        prompts: asked.
        same: of which both wrote the same tokens.
        same_prompts: of which both read the same tokens.
    """

    engine: str
    prompts: int
    same: int
    same_prompts: int


def pack_model(model: Path, stages: Sequence[Path], directory: Path) -> Path:
    """Write all files of the pack.

    Args:
        model: directory of the trained model.
        stages: directories of all stages in their order; the card tells of those up to the model.
        directory: where to.

    Raises:
        ConfigError: the model is not complete.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if not (model / name).is_file():
            raise ConfigError(f"{model} has no {name}: train it first")
        shutil.copyfile(model / name, directory / name)
    write_gguf(model, directory / GGUF_FILE, NAME)
    (directory / "README.md").write_text(
        model_card(directory, stages_up_to(model, stages)), encoding="utf-8"
    )
    return directory


def stages_up_to(model: Path, stages: Sequence[Path]) -> Sequence[Path]:
    """The stages behind a model: later ones may have been tried, and are no part of it.

    Args:
        model: directory with its weights.
        stages: in their order; all are taken where none of them made the model.
    """
    tag = weights_tag(model)
    for number, stage in enumerate(stages, 1):
        made = stage / MODEL_FOLDER
        if (made / "model.safetensors").is_file() and weights_tag(made) == tag:
            return stages[:number]
    return stages


async def check_pack(
    pack: Path,
    problems: Sequence[Problem],
    prompt: str,
    kind: str = "local",
    max_tokens: int = 96,
) -> Agreement:
    """Compare an engine with transformers, greedily, from the same prompts.

    Args:
        pack: directory of the pack.
        problems: held-out ones.
        prompt: name of the prompt they are put with.
        kind: "local" for llama.cpp, "vllm".
        max_tokens: of each reply.
    """
    words = AutoTokenizer.from_pretrained(pack)
    model = AutoModelForCausalLM.from_pretrained(pack, dtype=torch.float32)
    dialect = FencedDialect(load_prompt(prompt))
    same = same_prompts = 0
    async with engine_for(pack, SampleTerms(in_flight=4), kind) as engine:
        for number, problem in enumerate(problems):
            rendered = await render_opening(engine, dialect, problem)
            asked = [{"role": "user", "content": problem.text}]
            text = words.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            same_prompts += list(rendered.ids) == words.encode(text, add_special_tokens=False)
            theirs = await _written(engine, f"check{number}", rendered.ids, max_tokens)
            ours = _greedy(model, rendered.ids, max_tokens)
            same += ours[: len(theirs)] == theirs and len(theirs) >= min(len(ours), max_tokens) - 1
        return Agreement(engine.name, len(problems), same, same_prompts)


async def _written(engine: Engine, name: str, ids: Sequence[int], max_tokens: int) -> list[int]:
    request = GenerateRequest(
        request_id=name,
        prompt_ids=tuple(ids),
        prompt_text=await engine.decode(ids),
        max_tokens=max_tokens,
        sampling=Sampling(temperature=0.0),
        seed=0,
    )
    written: list[int] = []
    async with aclosing(engine.stream(request)) as stream:
        async for chunk in stream:
            written += chunk.token_ids
    return written


def _greedy(model: torch.nn.Module, ids: Sequence[int], max_tokens: int) -> list[int]:
    asked = torch.tensor([list(ids)])
    with torch.no_grad():
        out = model.generate(
            asked, attention_mask=torch.ones_like(asked), do_sample=False, max_new_tokens=max_tokens
        )
    return [int(token) for token in out[0][len(ids) :]]
