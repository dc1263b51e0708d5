"""A random Llama of 6.6 million parameters that vLLM loads in a moment on any CPU."""

import json
import shutil
from pathlib import Path

from tirkit.errors import ConfigError, MissingExtra

try:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
except ImportError as missing:
    raise MissingExtra(missing.name or "transformers", "vllm") from missing

_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "generation_config.json",
    "chat_template.jinja",
)

CONTEXT_TOKENS = 8_192


def write_tiny_model(directory: Path, tokenizer_source: Path) -> Path:
    """Write a tiny random Llama with the tokenizer and chat template of another model.

    The weights are the same every time. Hidden size 128 in 2 heads of 64 (vLLM's CPU attention
    wants no smaller heads), 2 layers, float32. Gives `directory`, which is made where it is absent.

    Args:
        directory: where to write.
        tokenizer_source: a model directory with `tokenizer.json` and `config.json`.

    Raises:
        ConfigError: the source lacks one of these.
    """
    for name in ("tokenizer.json", "config.json"):
        if not (tokenizer_source / name).is_file():
            raise ConfigError(f"{tokenizer_source} has no {name}: give a model directory")
    source = json.loads((tokenizer_source / "config.json").read_text(encoding="utf-8"))
    config = LlamaConfig(
        vocab_size=source["vocab_size"],
        bos_token_id=source.get("bos_token_id"),
        eos_token_id=source.get("eos_token_id"),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
    )
    directory.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        LlamaForCausalLM(config).save_pretrained(directory)
    for name in _TOKENIZER_FILES:
        if (tokenizer_source / name).is_file():
            shutil.copy(tokenizer_source / name, directory / name)
    return directory
