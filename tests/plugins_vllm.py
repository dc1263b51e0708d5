"""Fixtures around the real vLLM engine. It takes half a minute to start, so one is shared."""

import os
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine

TINY_ENGINE_ARGS: dict[str, object] = {
    "dtype": "float32",
    "enforce_eager": True,
    "kv_cache_memory_bytes": 512 * 2**20,
    "max_model_len": 4096,
    "max_num_seqs": 128,
}
"""How tests start vLLM on the tiny model: no compilation, little memory, 128 streams at once."""


@contextmanager
def vllm_start_warnings() -> Iterator[None]:
    """Let vLLM and torch warn while they are imported and start; they do, and it is not ours."""
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a random Llama that has SmolLM2's tokenizer and chat template."""
    with vllm_start_warnings():
        from tirkit.testing.smollm2 import smollm2_directory
        from tirkit.testing.tiny_model import write_tiny_model

        return write_tiny_model(tmp_path_factory.mktemp("tiny-model"), smollm2_directory())


@pytest.fixture(scope="session")
async def forced_vllm(tiny_model: Path) -> AsyncIterator["ForcedVllmEngine"]:
    """The shared engine. It samples; a test may set `script`, and then puts the old one back."""
    with vllm_start_warnings():
        from tirkit.testing.forced import ForcedVllmEngine

        engine = ForcedVllmEngine(str(tiny_model), lambda _request: None, **TINY_ENGINE_ARGS)
        await engine.__aenter__()
    try:
        yield engine
    finally:
        await engine.__aexit__(None, None, None)
