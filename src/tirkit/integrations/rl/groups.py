"""Groups of attempts at problems, as rows to train on."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import anyio

from tirkit.attempt import AttemptRunner
from tirkit.concurrency import first_failure
from tirkit.config import Settings, load_settings
from tirkit.dialects.interface import AnyDialect
from tirkit.dialects.mix import DialectMix
from tirkit.engines import Engine
from tirkit.errors import ConfigError, EngineError, KernelError
from tirkit.events import AttemptFinished, Event
from tirkit.integrations.rl.endings import Ending, RowTerms, Treatment, ending_of
from tirkit.integrations.rl.reward import Reward, reference_reward
from tirkit.integrations.rl.row import TrainingRow, training_row, unbegun_row
from tirkit.kernels import KernelPool, KernelSource
from tirkit.scheduler import Policy, Scheduler, after_attempts
from tirkit.solver import flatten
from tirkit.types import Problem, Trajectory

Asked = tuple[Problem, int]
"""A problem and how many attempts at it are wanted."""


class AttemptGroups:
    """Runs groups of attempts at problems and gives them as rows to train on.

    An async context manager. Every attempt runs to its own end, unless `kill` is set.

    Args:
        engine: token-exact.
        preset: name of a shipped preset; its waves, judge and reasoner are not used.
        settings: a whole settings tree in place of the preset.
        kernels: an entered pool to share; None for one of its own, as the settings say.
        dialect: in place of the settings' own.
        reward: what an attempt earns; by the reference answer if None.
        terms: what is made of attempts that were cut, stopped or broken.
        kill: stop a problem's attempts once the settings' stop rule is satisfied; those are
            labelled cancelled.
        raise_broken: whether a run in which engine or kernels broke every attempt raises; else it
            gives rows of tool failures.
        share_engine: the engine is entered and left by the caller.
        **overrides: single settings, such as `limits={"max_cells": 4}`.

    Raises:
        ConfigError: an unknown setting; on entering, an engine that tells no token ids.
    """

    def __init__(  # noqa: PLR0913 - each part may be given whole
        self,
        engine: Engine,
        preset: str = "default",
        *,
        settings: Settings | None = None,
        kernels: KernelSource | None = None,
        dialect: AnyDialect | DialectMix | None = None,
        reward: Reward | None = None,
        terms: RowTerms | None = None,
        kill: bool = False,
        raise_broken: bool = True,
        share_engine: bool = False,
        **overrides: Any,  # noqa: ANN401 - the settings tree checks the types
    ) -> None:
        if settings is not None and overrides:
            raise ConfigError(f"settings and {', '.join(overrides)} given: use one of the two")
        self.settings = settings or load_settings(preset, overrides=flatten(overrides))
        self.terms = terms or RowTerms()
        self._engine = engine
        self._kernels = kernels
        self._dialect = dialect or self.settings.dialect.mix()
        self._reward = reward or reference_reward(how=self.settings.comparison)
        self._kill = kill
        self._raise_broken = raise_broken
        self._share_engine = share_engine
        self._stack = AsyncExitStack()
        self._scheduler: Scheduler | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            if not self._share_engine:
                await stack.enter_async_context(self._engine)
            if not self._engine.token_exact:
                raise ConfigError(
                    f"{self._engine.name} tells no token ids: train with vLLM, llama.cpp or "
                    "another engine that takes and gives them"
                )
            kernels = self._kernels
            if kernels is None:
                kernels = await stack.enter_async_context(
                    KernelPool(self.settings.kernel_settings())
                )
            runner = self._runner(kernels)
            self._scheduler = await stack.enter_async_context(
                Scheduler(runner, self.settings.max_in_flight, with_logprobs=True)
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scheduler = None
        # The block's own error is not handed to the task groups, which would wrap it in groups.
        await self._stack.aclose()

    async def run(self, asked: Sequence[Asked], *, seed: int) -> list[list[TrainingRow]]:
        """Run attempts at several problems at once; groups come in the order asked.

        A group always has as many rows as were asked for.

        Args:
            asked: problems, with how many attempts at each.
            seed: of this run; the attempts' own derive from it, so give another one each time.

        Raises:
            ConfigError: a problem cannot be put to this model.
            EngineError, KernelError: not one attempt at any of the problems could go on, and
                `raise_broken` is set.
        """
        found: dict[int, list[TrainingRow]] = {}
        failures: list[EngineError | KernelError] = []

        async def run_one(number: int) -> None:
            problem, count = asked[number]
            problem = problem.with_domain(self.settings.answer_domain())
            done: list[Trajectory] = []
            try:
                await self._attempt(problem, count, seed, done)
            except (EngineError, KernelError) as error:
                failures.append(error)  # its trajectories tell it too
            found[number] = await self._rows(problem, count, done)

        with first_failure():
            async with anyio.create_task_group() as tasks:
                for number in range(len(asked)):
                    tasks.start_soon(run_one, number)
        groups = [found[number] for number in range(len(asked))]
        went_on = any(row.ending is not Ending.TOOL_FAILURE for rows in groups for row in rows)
        if self._raise_broken and failures and not went_on:
            raise failures[0]
        return groups

    async def _attempt(
        self, problem: Problem, count: int, seed: int, found: list[Trajectory]
    ) -> None:
        if self._scheduler is None:
            raise ConfigError("the groups are not entered: use `async with AttemptGroups(...)`")

        def listen(event: Event) -> None:
            if isinstance(event, AttemptFinished):
                found.append(event.trajectory)

        await self._scheduler.solve(problem, self._policy(count, seed), listener=listen)

    def _policy(self, count: int, seed: int) -> Policy:
        policy = replace(self.settings.policy(), attempts=count, seed=seed, waves=())
        if self._kill:
            return policy
        return replace(policy, stop_rule=after_attempts(count))

    async def _rows(
        self, problem: Problem, count: int, found: Sequence[Trajectory]
    ) -> list[TrainingRow]:
        rows: dict[int, TrainingRow] = {}

        async def make(one: Trajectory) -> None:
            earns = self.terms.treatment(ending_of(one.stop_reason)) is Treatment.TRAIN
            reward = await self._reward(problem, one) if earns else None
            rows[one.index] = training_row(problem, one, reward, self.terms)

        async with anyio.create_task_group() as tasks:
            for one in found:
                tasks.start_soon(make, one)
        return [rows.get(index) or unbegun_row(problem, self.terms) for index in range(count)]

    def _runner(self, kernels: KernelSource) -> AttemptRunner:
        settings = self.settings
        sampling = settings.sampling
        if sampling.logprobs is None:
            sampling = replace(sampling, logprobs=0)
        return AttemptRunner(
            self._engine,
            kernels,
            self._dialect,
            settings.limits,
            sampling,
            guards=settings.attempt_guards(),
            sources=settings.sources(),
            group_tokens=settings.group_tokens,
        )
