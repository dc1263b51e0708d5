"""Writes a Llama of transformers as a GGUF file for llama.cpp."""

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from tirkit.errors import ConfigError

_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
_OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
_TURNED = {"attn_q": "num_attention_heads", "attn_k": "num_key_value_heads"}


def write_gguf(model: Path, path: Path, name: str) -> None:
    """Write a model directory as one GGUF file; matrices at 16 bits, norms at 32.

    Raises:
        ConfigError: it is no Llama, or its weights have names that are not known.
    """
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] != "llama":
        raise ConfigError(f"{model} is a {config['model_type']}: only a Llama can be written")
    writer = gguf.GGUFWriter(path, "llama")
    _write_shape(writer, config, name)
    _write_words(writer, model)
    for told, tensor in sorted(load_file(model / "model.safetensors").items()):
        place = _place(told)
        writer.add_tensor(place, _values(place, tensor, config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: gguf.GGUFWriter, config: dict[str, Any], name: str) -> None:
    heads = config["num_attention_heads"]
    rope = config.get("rope_parameters") or {}
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(rope.get("rope_theta", 10_000.0))
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _write_words(writer: gguf.GGUFWriter, model: Path) -> None:
    tokenizer = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    told = json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
    words: dict[str, int] = dict(tokenizer["model"]["vocab"])
    special = {one["content"]: one["id"] for one in tokenizer["added_tokens"]}
    words |= special
    kinds = [
        gguf.TokenType.CONTROL if word in special else gguf.TokenType.NORMAL
        for word in sorted(words, key=lambda word: words[word])
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(sorted(words, key=lambda word: words[word]))
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(words[told["bos_token"]])
    writer.add_eos_token_id(words[told["eos_token"]])
    writer.add_pad_token_id(words[told["pad_token"]])
    writer.add_add_bos_token(value=False)
    writer.add_chat_template((model / "chat_template.jinja").read_text(encoding="utf-8"))


def _place(told: str) -> str:
    """The name of a tensor in GGUF."""
    stem = told.removesuffix(".weight")
    if stem in _OUTSIDE:
        return f"{_OUTSIDE[stem]}.weight"
    layer, _, inner = stem.removeprefix("model.layers.").partition(".")
    if inner not in _NAMES:
        raise ConfigError(f"the weights {told} have no place in a Llama")
    return f"blk.{layer}.{_NAMES[inner]}.weight"


def _values(place: str, tensor: torch.Tensor, config: dict[str, Any]) -> NDArray[Any]:
    values: NDArray[Any] = tensor.to(torch.float32).numpy()
    if values.ndim == 1:
        return values
    turned = _TURNED.get(place.split(".")[-2])
    if turned is not None:
        # transformers rotates the halves of a head, llama.cpp rows that stand side by side.
        rows, columns = values.shape
        heads = config[turned]
        halves = values.reshape(heads, 2, rows // heads // 2, columns)
        values = halves.swapaxes(1, 2).reshape(rows, columns)
    return values.astype(np.float16)
