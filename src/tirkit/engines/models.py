"""Models that have a name and need no path: one that comes with tirkit, one out of a wheel."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from tirkit.engines.model_cache import smollm2_gguf

NANO = "tirkit-nano"
"""Of tirkit: some million parameters, trained by `examples/training`; its model card tells all."""
SMOLLM2 = "smollm2"
"""SmolLM2-135M-Instruct, fetched once into the cache."""
NANO_CONTEXT_TOKENS = 2048
"""The longest context `tirkit-nano` was made for."""


def nano_directory() -> Path:
    """Folder of `tirkit-nano`: what transformers and vLLM load, and its GGUF file."""
    return Path(str(resources.files("tirkit"))) / "models" / NANO


def nano_gguf() -> Path:
    """`tirkit-nano` as llama.cpp loads it."""
    return nano_directory() / f"{NANO}.gguf"


GGUF_FILES: dict[str, Callable[[], Path]] = {NANO: nano_gguf, SMOLLM2: smollm2_gguf}
"""Where a named model's GGUF file is; may fetch it, and blocks."""
