"""Attempts for TRL's GRPO trainer: what its `rollout_func` is given as."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tirkit.engines import Engine
from tirkit.integrations.rl import (
    AttemptGroups,
    Kept,
    Prompt,
    Reward,
    RowTerms,
    TrainingRow,
    count_rows,
    prompt_text,
)
from tirkit.integrations.trl.engines import trainer_engine, trainer_sampling
from tirkit.types import Problem

if TYPE_CHECKING:
    from trl import GRPOTrainer

OpenEngine = Callable[["GRPOTrainer"], AbstractAsyncContextManager[Engine]]


class TrlAttempts:
    """Attempts as `GRPOTrainer(rollout_func=..., reward_funcs=attempt_reward)` takes them.

    A context manager around the training; engine and kernels are opened at the first step, in a
    thread of their own. Sampling is the trainer's; the dialect renders the prompts.

    Args:
        problems: what the prompts stand for, by their texts, with references; a prompt that is
            not among them has no reference, and so no reward of tirkit's own.
        preset: name of a shipped preset.
        engine: opens the engine of a trainer; None for the one whose weights it keeps up to date.
        reward: what an attempt earns; by the reference answer if None.
        terms: what is made of attempts that were cut, stopped or broken.
        kill: stop a problem's attempts once the settings' stop rule is satisfied.
        **options: further ones of `AttemptGroups`, such as `kernels` and single settings.
    """

    def __init__(
        self,
        problems: Iterable[Problem] = (),
        preset: str = "default",
        *,
        engine: OpenEngine | None = None,
        reward: Reward | None = None,
        terms: RowTerms | None = None,
        kill: bool = False,
        **options: Any,  # noqa: ANN401 - handed to AttemptGroups, which checks them
    ) -> None:
        self._problems = {problem.text: problem for problem in problems}
        self._terms = terms or RowTerms()
        self._open_engine = engine or trainer_engine
        self._options = {
            "preset": preset,
            "reward": reward,
            "terms": self._terms,
            "kill": kill,
            **options,
        }
        self._calls = 0
        self._trainer: GRPOTrainer | None = None
        self._kept = Kept(self._groups)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kept.__exit__(kind, error, trace)

    def __call__(self, prompts: Sequence[Prompt], trainer: "GRPOTrainer") -> dict[str, Any]:
        """One attempt for each prompt, as TRL wants them; equal prompts in a row are a group.

        Raises:
            ConfigError: a prompt is more than one question, or this was left already.
            EngineError, KernelError: not one attempt could go on.
        """
        self._trainer = trainer
        texts = [prompt_text(prompt) for prompt in prompts]
        asked = [
            (self._problems.get(text) or Problem(text), len(list(same)))
            for text, same in groupby(texts)
        ]
        seed = self._seed(trainer)
        future = self._kept.start(lambda groups: groups.run(asked, seed=seed))
        try:
            rows = [row for group in future.result() for row in group]
        finally:
            future.cancel()
        return _columns([self._fitted(row, trainer) for row in rows])

    def _fitted(self, row: TrainingRow, trainer: "GRPOTrainer") -> TrainingRow:
        most = trainer.args.max_completion_length
        token = trainer.eos_token_ids[0]
        return row.fitted(self._terms, prompt_tokens=None, completion_tokens=most).padded(token)

    def _seed(self, trainer: "GRPOTrainer") -> int:
        """Another one for every call and every process, and the same in a second run."""
        self._calls += 1
        place = trainer.state.global_step, self._calls, trainer.accelerator.process_index
        digest = hashlib.sha256(f"{trainer.args.seed}/{place}".encode()).digest()
        return int.from_bytes(digest[:4], "big")

    @asynccontextmanager
    async def _groups(self) -> AsyncIterator[AttemptGroups]:
        assert self._trainer is not None, "opened by a call"
        options = {"sampling": trainer_sampling(self._trainer), **self._options}
        async with (
            self._open_engine(self._trainer) as engine,
            AttemptGroups(engine, share_engine=True, **options) as groups,
        ):
            yield groups


def attempt_reward(
    *,
    attempt_reward: Sequence[float | None],  # the field's name, as TRL hands it over
    attempt_shares: Sequence[Mapping[str, float]],
    log_metric: Callable[[str, float], None] | None = None,
    **others: Any,  # noqa: ANN401, ARG001 - prompts, completions and the data's columns
) -> list[float | None]:
    """The attempts' own rewards, for `reward_funcs`; it logs how they ended, too."""
    if log_metric is not None and attempt_shares:
        for name, value in attempt_shares[0].items():
            log_metric(name, value)
    return list(attempt_reward)


def _columns(rows: Sequence[TrainingRow]) -> dict[str, Any]:
    logprobs = [row.logprobs for row in rows]
    told = all(some is not None for some in logprobs)
    return {
        "prompt_ids": [list(row.prompt_ids) for row in rows],
        "completion_ids": [list(row.completion_ids) for row in rows],
        "logprobs": [list(some) for some in logprobs if some is not None] if told else None,
        "env_mask": [list(row.loss_mask) for row in rows],
        "attempt_reward": [row.reward for row in rows],
        "attempt_ending": [row.ending.value for row in rows],
        "attempt_answer": [row.answer for row in rows],
        "attempt_shares": [count_rows(rows)] * len(rows),
    }
