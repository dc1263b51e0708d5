"""vLLM in this process's care: token ids in and out of an `AsyncLLMEngine`."""

from tirkit.engines.vllm.engine import VllmEngine

__all__ = ("VllmEngine",)
