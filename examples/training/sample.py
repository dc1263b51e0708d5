"""Lets a packed model solve problems through tirkit: the attempts later stages learn from."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from examples.training.settings import DIRECT_PROMPT, PROMPT, SampleTerms
from tirkit.attempt import AttemptLimits
from tirkit.bench import BenchMetrics, BenchRun, run_bench
from tirkit.config import Settings
from tirkit.config.dialect import DialectSettings
from tirkit.engines import Engine
from tirkit.engines.local import LocalEngine
from tirkit.engines.vllm import VllmEngine
from tirkit.errors import ConfigError
from tirkit.kernels import KernelSettings
from tirkit.types import Problem, Sampling

NAME = "tirkit-nano"
GGUF_FILE = f"{NAME}.gguf"
_CACHE_BYTES = 1 << 30
"""Of vLLM's cache: contexts of a small model are small."""


def engine_for(pack: Path, terms: SampleTerms, kind: str = "local") -> Engine:
    """An engine for a packed model, not entered.

    Args:
        pack: directory `pack` made.
        terms: how attempts are sampled.
        kind: "local" for llama.cpp, "vllm".

    Raises:
        ConfigError: the kind is another.
    """
    if kind == "local":
        return LocalEngine(
            pack / GGUF_FILE,
            context_tokens=terms.max_total_tokens,
            parallel=terms.in_flight,
            threads=terms.threads,
        )
    if kind == "vllm":
        return VllmEngine(
            str(pack),
            dtype="float32",  # of a model this small; processors without 16-bit numbers are slower
            max_model_len=terms.max_total_tokens,
            max_num_seqs=terms.in_flight,
            enforce_eager=True,
            kv_cache_memory_bytes=_CACHE_BYTES,
        )
    raise ConfigError(f"engine is {kind!r}: use local or vllm")


def weights_tag(pack: Path) -> str:
    """Eight characters that tell a pack's weights from others': records are of one model."""
    return sha256((pack / "model.safetensors").read_bytes()).hexdigest()[:8]


def sample_settings(terms: SampleTerms, *, direct: bool = False) -> Settings:
    """Every attempt is carried through: no stop rule, so that all of them can be measured."""
    return Settings(
        attempts=terms.attempts,
        max_in_flight=terms.in_flight,
        seed=terms.seed,
        stop=f"after_attempts({terms.attempts})",
        sampling=Sampling(temperature=terms.temperature, logprobs=terms.logprobs),
        limits=AttemptLimits(
            max_turns=terms.max_cells + 1,
            max_cells=0 if direct else terms.max_cells,
            max_turn_tokens=terms.max_turn_tokens,
            max_total_tokens=terms.max_total_tokens,
            answer_reserve_tokens=32,
            cell_seconds=5.0,
        ),
        kernels=KernelSettings(spares=4, max_kernels=terms.in_flight + 4),
        dialect=DialectSettings(prompt=DIRECT_PROMPT if direct else PROMPT),
    )


async def sample(
    engine: Engine,
    problems: Sequence[Problem],
    terms: SampleTerms,
    out: Path,
    *,
    direct: bool = False,
) -> BenchMetrics:
    """Solve problems and record every attempt; goes on where an earlier call ended."""
    run = BenchRun(engine, sample_settings(terms, direct=direct), out)
    return await run_bench(run, problems)
