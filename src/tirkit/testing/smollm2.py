"""SmolLM2-135M-Instruct as a Hugging Face directory, made offline from the cached GGUF file.

vLLM and transformers want safetensors and `tokenizer.json`; the model that can be had without a
model hub is a GGUF. The conversion takes about half a minute and is kept in the cache. Loads torch.
"""

import shutil
import tempfile
from pathlib import Path

from tirkit.engines.model_cache import cache_dir, smollm2_gguf
from tirkit.errors import MissingExtra

try:
    import torch
    from tokenizers import pre_tokenizers
    from transformers import AutoTokenizer, LlamaForCausalLM
except ImportError as missing:
    raise MissingExtra(missing.name or "transformers", "vllm") from missing

DIRECTORY_NAME = "SmolLM2-135M-Instruct"


def smollm2_directory() -> Path:
    """Give the directory with SmolLM2-135M-Instruct, converting the GGUF on first use.

    Blocking; the first call may download about 90 MB. The directory appears whole or not at all,
    so two processes may race and a half conversion is never used.

    Raises:
        ConfigError: the GGUF file cannot be had.
        MissingExtra: gguf is not installed.
    """
    directory = cache_dir() / DIRECTORY_NAME
    if not directory.is_dir():
        convert_gguf(smollm2_gguf(), directory)
    return directory


def convert_gguf(gguf: Path, directory: Path) -> None:
    """Write the SmolLM2 model in `gguf` as safetensors, tokenizer and chat template.

    An existing `directory` is left as it is.

    Raises:
        MissingExtra: gguf is not installed.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        _write_tokenizer(gguf, part)
        _write_weights(gguf, part)
        try:
            part.rename(directory)
        except OSError:
            if not directory.is_dir():  # otherwise another process was first, with the same files
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_tokenizer(gguf: Path, directory: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # transformers drops the digit split that the GGUF asks for (`tokenizer.ggml.pre = smollm`);
    # without it runs of blanks before a digit get other ids than the model was trained on.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.save_pretrained(directory)


def _write_weights(gguf: Path, directory: Path) -> None:
    try:
        quantised = LlamaForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32
        )
    except ImportError as missing:
        raise MissingExtra("gguf", "dev") from missing
    # A model loaded from GGUF counts as quantised and refuses to be saved; a fresh one does not.
    config = type(quantised.config)(**_plain(quantised.config.to_dict()))
    with torch.random.fork_rng(devices=[]):
        fresh = LlamaForCausalLM(config).to(torch.float16)
    fresh.load_state_dict(quantised.state_dict())
    fresh.save_pretrained(directory)


def _plain(config: dict[str, object]) -> dict[str, object]:
    left_out = {"quantization_config", "_name_or_path", "_model_name_or_path"}
    return {name: value for name, value in config.items() if name not in left_out}
