"""Real GRPO steps of TRL on a tiny random model, with attempts as its completions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.rl.parts import CALL, PROBLEM, RIGHT, WRONG, SomeKernels
from tirkit.engines import Engine
from tirkit.errors import ConfigError, EngineError
from tirkit.integrations.rl import CalledEngine, Ending, Generated, prompt_text
from tirkit.integrations.trl import TrlAttempts, attempt_reward, trainer_sampling
from tirkit.types import GenerateRequest, Problem

pytest.importorskip("trl")
pytestmark = pytest.mark.usefixtures("quiet")

GROUP = 4


@pytest.fixture
def model(tiny_model: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_model)


def trainer_of(attempts: Any, model: Any, tokenizer: Any, directory: Path, **options: Any) -> Any:
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    chat = [[{"role": "user", "content": PROBLEM.text}]] * 2
    config = GRPOConfig(
        str(directory),
        per_device_train_batch_size=GROUP,
        num_generations=GROUP,
        max_steps=1,
        learning_rate=1e-2,
        logging_steps=1,
        report_to=[],
        save_strategy="no",
        use_cpu=True,
        disable_tqdm=True,
        **{"max_completion_length": 400, "temperature": 1.0, **options},
    )
    return GRPOTrainer(
        model,
        reward_funcs=attempt_reward,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": chat}),
        processing_class=tokenizer,
        rollout_func=attempts,
    )


class Scripted:
    """Says texts by the number of the attempt; a stand-in for weights that know something."""

    def __init__(self, tokenizer: Any, turns: Mapping[int, Sequence[str | None]]) -> None:
        self.tokenizer, self.turns = tokenizer, turns
        self.asked = 0

    async def __call__(self, request: GenerateRequest) -> Generated:
        self.asked += 1
        attempt, turn = request.request_id.split("#")[-1].split("/t")
        turns = self.turns[int(attempt)]
        said = turns[min(int(turn), len(turns) - 1)]
        if said is None:
            raise RuntimeError("no luck")
        ids = self.tokenizer.encode(said, add_special_tokens=False)
        ids.append(self.tokenizer.eos_token_id)
        return Generated(ids, [-0.25] * len(ids))

    @asynccontextmanager
    async def engine(self, _trainer: Any) -> AsyncIterator[Engine]:
        async with CalledEngine(
            self, self.tokenizer, name="scripted", context_tokens=4096, step_tokens=None
        ) as engine:
            yield engine


class Spied:
    """The attempts, and what TRL was given by them."""

    def __init__(self, attempts: TrlAttempts) -> None:
        self.attempts = attempts
        self.given: list[dict[str, Any]] = []

    def __call__(self, prompts: Any, trainer: Any) -> dict[str, Any]:
        self.given.append(self.attempts(prompts, trainer))
        return self.given[-1]


def weights(model: Any) -> Any:
    return model.get_output_embeddings().weight.detach().clone()


def test_grpo_when_attempts_call_code_then_a_step_trains_on_drawn_tokens_alone(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    script = Scripted(tokenizer, {0: (CALL, RIGHT), 1: (WRONG,), 2: (RIGHT,), 3: (None,)})
    kernels = SomeKernels()
    with TrlAttempts([PROBLEM], engine=script.engine, kernels=kernels) as attempts:
        spied = Spied(attempts)
        trainer = trainer_of(spied, model, tokenizer, tmp_path)
        batches: list[Mapping[str, Any]] = []
        score = trainer._generate_and_score_completions

        def scored(inputs: Any) -> Any:
            batches.append(score(inputs))
            return batches[-1]

        trainer._generate_and_score_completions = scored
        before = weights(model)
        trainer.train()
    [given], [batch] = spied.given, batches
    assert given["attempt_reward"] == [1.0, 0.0, 1.0, None]
    assert given["attempt_ending"] == ["whole", "whole", "whole", "tool_failure"]
    assert given["attempt_answer"] == ["42", "41", "42", None]
    assert [len(ids) for ids in given["completion_ids"]] == [
        len(mask) for mask in given["env_mask"]
    ]
    drawn = tokenizer.decode(
        [
            one
            for one, bit in zip(given["completion_ids"][0], given["env_mask"][0], strict=True)
            if bit
        ]
    )
    assert "print(6*7)" in drawn
    assert "output" not in drawn
    assert "42\n" in tokenizer.decode(given["completion_ids"][0])
    assert PROBLEM.text in tokenizer.decode(given["prompt_ids"][0])
    for row in range(GROUP):
        length = len(given["completion_ids"][row])
        assert batch["completion_ids"][row, :length].tolist() == given["completion_ids"][row]
        assert batch["tool_mask"][row, :length].tolist() == given["env_mask"][row]
        assert batch["completion_mask"][row].sum().item() == length
    advantages = batch["advantages"].tolist()
    assert advantages[0] == pytest.approx(advantages[2])
    assert advantages[0] > 0 > advantages[1]
    assert advantages[3] == 0
    assert not bool((weights(model) == before).all())
    logged = next(row for row in trainer.state.log_history if "tirkit/tool_failure" in row)
    assert logged["tirkit/tool_failure"] == 0.25
    assert kernels.open_leases == 0


def test_grpo_when_the_trainers_own_model_generates_then_its_tokens_and_logprobs_are_the_rows(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    limits = {"max_total_tokens": 600, "max_turn_tokens": 40, "ask_when_silent": False}
    with TrlAttempts([PROBLEM], kernels=SomeKernels(), limits=limits) as attempts:
        spied = Spied(attempts)
        trainer = trainer_of(spied, model, tokenizer, tmp_path, max_completion_length=30)
        told = exact_logprobs(trainer, spied)
        trainer.train()
    [given] = spied.given
    assert all(1 <= len(ids) <= 30 for ids in given["completion_ids"])
    assert given["attempt_ending"] == [Ending.TRUNCATED] * GROUP
    assert len({tuple(ids) for ids in given["completion_ids"]}) == GROUP
    assert given["attempt_reward"] == [0.0] * GROUP
    for row, values in enumerate(told):
        assert values == pytest.approx(given["logprobs"][row], abs=0.02)


def exact_logprobs(trainer: Any, spied: Spied) -> list[list[float]]:
    """What the model itself says of the first batch's tokens, before the step; filled later."""
    import torch

    told: list[list[float]] = []
    run = spied.attempts.__call__

    def given(prompts: Any, of: Any) -> dict[str, Any]:
        made = run(prompts, of)
        model = trainer.accelerator.unwrap_model(trainer.model)
        for prompt, ids in zip(made["prompt_ids"], made["completion_ids"], strict=True):
            with torch.no_grad():
                logits = model(torch.tensor([prompt + ids])).logits[0, len(prompt) - 1 : -1]
            values = logits.float().log_softmax(-1)
            told.append([values[at, token].item() for at, token in enumerate(ids)])
        spied.given.append(made)
        return made

    trainer.rollout_func = given
    return told


def test_grpo_when_no_row_has_a_reward_then_the_step_changes_nothing_and_does_not_fail(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    script = Scripted(tokenizer, {0: ("No idea.",), 1: (CALL,), 2: (CALL,), 3: (CALL,)})
    other = Problem("Another one?")
    with TrlAttempts(
        [other], engine=script.engine, kernels=SomeKernels(broken=range(GROUP))
    ) as attempts:
        spied = Spied(attempts)
        before = weights(model)
        trainer = trainer_of(spied, model, tokenizer, tmp_path)
        trainer.train()
    assert spied.given[0]["attempt_reward"] == [None] * GROUP
    assert bool((weights(model) == before).all())


def test_attempts_when_not_one_can_go_on_then_training_stops_with_the_engines_error(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    script = Scripted(tokenizer, dict.fromkeys(range(GROUP), (None,)))
    with TrlAttempts([PROBLEM], engine=script.engine, kernels=SomeKernels()) as attempts:
        trainer = trainer_of(attempts, model, tokenizer, tmp_path)
        with pytest.raises(EngineError, match="no luck"):
            trainer.train()


def test_attempts_when_left_then_a_call_says_so(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    script = Scripted(tokenizer, {})
    with TrlAttempts([PROBLEM], engine=script.engine, kernels=SomeKernels()) as attempts:
        trainer = trainer_of(attempts, model, tokenizer, tmp_path)
    with pytest.raises(ConfigError, match="closed"):
        attempts([PROBLEM.text], trainer)


def test_sampling_when_the_trainer_has_its_own_then_attempts_take_it(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    trainer = trainer_of(
        lambda _prompts, _trainer: {}, model, tokenizer, tmp_path, temperature=0.7, top_p=0.9
    )
    sampling = trainer_sampling(trainer)
    assert (sampling.temperature, sampling.top_p, sampling.logprobs) == (0.7, 0.9, 0)


@pytest.mark.parametrize(
    "prompt",
    [
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "6*7?"}],
        [{"role": "user", "content": [{"type": "text", "text": "6*7?"}]}],
        [],
    ],
)
def test_prompt_when_it_is_more_than_one_question_then_config_error(prompt: Any) -> None:
    with pytest.raises(ConfigError, match="one user message"):
        prompt_text(prompt)
