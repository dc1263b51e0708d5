"""What the stages of training are told: one TOML file each, in `config/`."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from examples.training.draw import Kind
from tirkit.errors import ConfigError

PROMPT = "nano"
"""The problem alone, through the chat template."""
DIRECT_PROMPT = "nano-direct"
"""The same with a request to answer without code."""
JUDGE_TEXTS = "nano"
"""What the model is asked when it chooses among solutions."""


class Terms(BaseModel):
    """What a stage is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a TOML file.

        Raises:
            ConfigError: it cannot be read, or holds what the stage does not know.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise ConfigError(f"{path}: {error}") from error


class TokenizerTerms(Terms):
    """How the tokenizer is made.

    Attributes:
        vocab_tokens: tokens in all, special ones included.
        instances: problems whose texts and solutions it learns from.
        seed: of the drawing.
    """

    vocab_tokens: int = 1024
    instances: int = 8_000
    seed: int = 1


class DataTerms(Terms):
    """What the training set is made of.

    Attributes:
        examples: problems to draw; each is solved once.
        direct_share: part of them that is answered without code, for the comparison.
        tier_shares: how often each tier is drawn, in proportion.
        wordy_share: part of the solutions with words and work that change nothing.
        seed: of the drawing.
        in_flight: solutions that run at once, each in a kernel of its own.
    """

    examples: int = 30_000
    direct_share: float = 0.04
    tier_shares: tuple[float, float, float] = (1.0, 1.0, 1.0)
    wordy_share: float = 0.0
    seed: int = 2
    in_flight: int = 32


class LoraTerms(Terms):
    """Low-rank adapters on a model that is there already.

    Attributes:
        rank: of the adapters.
        alpha: their scale.
        targets: names of the layers, or "all-linear".
    """

    rank: int = 16
    alpha: int = 32
    targets: str | tuple[str, ...] = "all-linear"


class ShapeTerms(Terms):
    """The model that is trained from scratch; a Llama with tied embeddings."""

    hidden: int = 256
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 4
    feed_forward: int = 704
    context_tokens: int = 2048


class TrainTerms(Terms):
    """How weights are moved, in any stage.

    Attributes:
        model: a Hugging Face name, a directory, or "" for one of `shape` from scratch.
        shape: of a model from scratch.
        lora: train adapters and not the whole model.
        batch: examples in a step.
        accumulate: batches whose gradients are put together.
        steps: most steps; 0 takes `epochs`.
        epochs: times through the rows.
        learning_rate: at its highest.
        warmup_steps: until then.
        schedule: how it falls, as transformers names it.
        weight_decay: of AdamW.
        beta2: of AdamW.
        muon: take Muon for the matrices; for a model from scratch.
        max_grad_norm: longer gradients are shortened.
        max_tokens: rows that are longer are left out.
        save_steps: between checkpoints.
        log_steps: between rows of the log.
        threads: of the processor; 0 leaves it to torch.
        seed: of weights and order.
        cpu: whether a GPU is left alone.
        bf16: train in mixed precision; for a GPU.
    """

    model: str = ""
    shape: ShapeTerms = ShapeTerms()
    lora: LoraTerms | None = None
    batch: int = 64
    accumulate: int = 1
    steps: int = 0
    epochs: float = 1.0
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    schedule: str = "linear"
    weight_decay: float = 0.01
    beta2: float = 0.99
    muon: bool = False
    max_grad_norm: float = 1.0
    max_tokens: int = 1024
    save_steps: int = 200
    log_steps: int = 10
    threads: int = 2
    seed: int = 3
    cpu: bool = True
    bf16: bool = False


class SampleTerms(Terms):
    """How the model's own attempts are sampled.

    Attributes:
        problems: of the training families, with parameters and seeds of their own.
        attempts: at each.
        temperature: of the sampling.
        logprobs: best tokens whose log-probabilities are told for each, for the selectors.
        in_flight: attempts at once.
        max_cells: code runs of an attempt.
        max_turn_tokens: of a turn.
        max_total_tokens: of an attempt.
        threads: of llama.cpp. They spin while they wait; the kernels need a core too.
        seed: of drawing and sampling.
    """

    problems: int = 600
    attempts: int = 16
    temperature: float = 1.0
    logprobs: int = 5
    in_flight: int = 32
    max_cells: int = 6
    max_turn_tokens: int = 384
    max_total_tokens: int = 1536
    threads: int = 1
    seed: int = 4


class PreferTerms(Terms):
    """Stage 2: shorter correct solutions are preferred.

    Attributes:
        sample: how attempts are sampled.
        train: how weights are moved.
        beta: of DPO.
        ratio: the preferred solution has at most so much of the other's sampled tokens
            (imagination-research: 0.6 and 0.7).
        pairs: most pairs of a problem.
        wrong_share: part of the pairs whose other solution is wrong, of any length.
        chosen_weight: of the likelihood of the preferred solution beside the preference.
    """

    sample: SampleTerms = SampleTerms()
    train: TrainTerms = TrainTerms(batch=16, learning_rate=2e-5, warmup_steps=10)
    beta: float = 0.3
    ratio: float = 0.8
    pairs: int = 2
    wrong_share: float = 0.3
    chosen_weight: float = 0.2


class SelectTerms(Terms):
    """Stage 3: the model learns to choose among solutions.

    Attributes:
        sample: how attempts are sampled.
        train: how weights are moved.
        window: most solutions shown at once.
        windows: most windows of a problem.
        candidate_chars: kept of one solution.
        rehearse: right solutions of the same attempts mixed in for each window, so that solving
            is not forgotten, nor what stage 2 taught.
    """

    sample: SampleTerms = SampleTerms(seed=5)
    train: TrainTerms = TrainTerms(learning_rate=5e-4, warmup_steps=20)
    window: int = 4
    windows: int = 4
    candidate_chars: int = 300
    rehearse: float = 1.0


class EvaluateTerms(Terms):
    """What is measured.

    Attributes:
        per_tier: problems of each tier with unseen numbers.
        others_per_tier: problems of each tier in unseen phrasings, or of unseen families.
        sample: how attempts are sampled; its `problems` is not used.
        selectors: in place of the vote, as settings name them.
        judge: asks the model itself to choose where its answers differ; "" for a model that was
            not taught to.
        kinds: of test sets: what of them was never trained on.
        without_tools: whether the same problems are also put with the request to answer at once.
        engine: "local" for llama.cpp, "vllm".
    """

    per_tier: int = 200
    others_per_tier: int = 100
    sample: SampleTerms = SampleTerms(seed=6)
    selectors: tuple[str, ...] = ("majority()", "entropy(floor=0.1)", "perplexity()")
    judge: str = ""
    kinds: tuple[Kind, ...] = ("parameters", "phrasings", "families")
    without_tools: bool = True
    engine: str = "local"
