"""An agent loop of verl that runs one attempt for each prompt it is given."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from tirkit.config import Settings, load_settings
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.integrations.rl import (
    AttemptGroups,
    CalledEngine,
    Kept,
    RowTerms,
    TrainingRow,
    Treatment,
    prompt_text,
)
from tirkit.integrations.verl.server import ServerGeneration, sampling_of
from tirkit.kernels import KernelPool, KernelSource
from tirkit.solver import flatten
from tirkit.types import Problem, Sampling

_SEED_BITS = 31


@dataclass(frozen=True, slots=True)
class _Opened:
    """What all agent loops of a process share."""

    engine: Engine
    kernels: KernelSource
    settings: Settings


_KEPT: dict[tuple[object, ...], Kept[_Opened]] = {}
_LOCK = Lock()


class TirkitAgentLoop:
    """One attempt a run, as verl's `AgentLoopBase` runs them; name it as `_target_`.

    verl makes one for every prompt; engine and kernels are shared by all of a process, in a loop
    and thread of their own, and end with it. Early kill is verl's business: an attempt whose run
    is cancelled gives its kernel back.

    Args:
        trainer_config: verl's, with its `config`.
        server_manager: verl's client of its servers.
        tokenizer: the model's.
        preset: name of a shipped preset.
        terms: what is made of attempts that were cut or broken: `RowTerms`' fields, treatments by
            their names, such as `{"truncated": "mask"}`.
        options: single settings, such as `{"limits": {"max_cells": 4}}`.
        step_tokens: asked for in one call of the server.
        **others: what else verl hands to agent loops; not used.

    Raises:
        ConfigError: the terms cannot be read.
    """

    def __init__(
        self,
        trainer_config: Any,  # noqa: ANN401 - verl's
        server_manager: Any,  # noqa: ANN401 - verl's
        tokenizer: Any,  # noqa: ANN401 - verl's
        *,
        preset: str = "default",
        terms: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        step_tokens: int = 256,
        **others: Any,  # noqa: ANN401, ARG002 - verl's
    ) -> None:
        self._room = trainer_config.config.actor_rollout_ref.rollout
        self._server = server_manager
        self._tokenizer = tokenizer
        self._preset = preset
        self._options = dict(options or {})
        self._step_tokens = step_tokens
        self._terms = _terms(terms or {})

    async def run(self, sampling_params: Mapping[str, Any], **kwargs: Any) -> Any:  # noqa: ANN401
        """One attempt, as verl's `AgentLoopOutput`.

        Args:
            sampling_params: verl's.
            **kwargs: the row of its data: `raw_prompt`, and `reward_model` with a `ground_truth`
                where there is one; without it verl scores the attempt itself.

        Raises:
            ConfigError: the prompt is more than one question, or a preset or setting is unknown.
        """
        model = kwargs.get("reward_model") or {}
        reference = model.get("ground_truth")
        text = prompt_text(list(kwargs["raw_prompt"]))
        problem = Problem(text, answer=None if reference is None else str(reference))
        sampling = sampling_of(sampling_params)
        future = self._kept().start(lambda opened: self._row(opened, problem, sampling))
        row = await asyncio.wrap_future(future)
        return self._output(row, with_logprobs=sampling.logprobs is not None)

    def _kept(self) -> Kept[_Opened]:
        loop = asyncio.get_running_loop()
        options = repr(sorted(flatten(self._options).items()))
        key = id(self._server), id(loop), self._preset, options, self._step_tokens
        with _LOCK:
            if key not in _KEPT:
                _KEPT[key] = Kept(lambda: self._opened(loop))
            return _KEPT[key]

    @asynccontextmanager
    async def _opened(self, loop: asyncio.AbstractEventLoop) -> AsyncIterator[_Opened]:
        settings = load_settings(self._preset, overrides=flatten(self._options))
        room = self._room.prompt_length + self._room.response_length
        most = min(room, settings.limits.max_total_tokens)
        limits = replace(settings.limits, max_total_tokens=most)
        engine = CalledEngine(
            ServerGeneration(self._server, loop),
            self._tokenizer,
            name="verl",
            context_tokens=room,
            step_tokens=self._step_tokens,
        )
        async with engine, KernelPool(settings.kernel_settings()) as kernels:
            yield _Opened(engine, kernels, settings.model_copy(update={"limits": limits}))

    async def _row(self, opened: _Opened, problem: Problem, sampling: Sampling) -> TrainingRow:
        settings = opened.settings.model_copy(update={"sampling": sampling})
        async with AttemptGroups(
            opened.engine,
            settings=settings,
            kernels=opened.kernels,
            terms=self._terms,
            share_engine=True,
            raise_broken=False,
        ) as groups:
            [[row]] = await groups.run([(problem, 1)], seed=secrets.randbits(_SEED_BITS))
        return row.fitted(
            self._terms,
            prompt_tokens=self._room.prompt_length,
            completion_tokens=self._room.response_length,
        ).padded(self._tokenizer.eos_token_id)

    @staticmethod
    def _output(row: TrainingRow, *, with_logprobs: bool) -> Any:  # noqa: ANN401 - verl's
        try:
            from verl.experimental.agent_loop.agent_loop import (  # noqa: PLC0415 - heavy
                AgentLoopMetrics,
                AgentLoopOutput,
            )
        except ImportError as missing:
            raise ConfigError("verl is not installed: this is a part of its trainer") from missing
        trajectory = row.trajectory
        usage = None if trajectory is None else trajectory.usage
        return AgentLoopOutput(
            prompt_ids=list(row.prompt_ids),
            response_ids=list(row.completion_ids),
            response_mask=list(row.loss_mask),
            response_logprobs=list(row.logprobs) if with_logprobs and row.logprobs else None,
            # verl scores what has no reward; what must have none gets 0 and counts in no loss.
            reward_score=row.reward if row.treatment is Treatment.TRAIN else 0.0,
            num_turns=1 + sum(1 + (turn.cell is not None) for turn in row.turns),
            metrics=AgentLoopMetrics(
                generate_sequences=usage.generate_seconds if usage else 0.0,
                tool_calls=usage.execute_seconds if usage else 0.0,
            ),
            extra_fields={
                "turn_scores": [],
                "tool_rewards": [],
                "tirkit_ending": row.ending.value,
                "tirkit_treatment": row.treatment.value,
                "tirkit_answer": row.answer,
            },
        )


def _terms(told: Mapping[str, Any]) -> RowTerms:
    try:
        made: dict[str, Any] = {
            name: float(value) if name == "cut_reward" else Treatment(value)
            for name, value in told.items()
        }
        return RowTerms(**made)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"the terms {dict(told)} cannot be read: {error}") from error
