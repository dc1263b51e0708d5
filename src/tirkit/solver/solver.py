"""The way from a problem to a solution."""

import logging
import math
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import anyio

from tirkit.attempt import AttemptRunner, Reasoner
from tirkit.concurrency import first_failure
from tirkit.config import Settings, load_settings, preset_for
from tirkit.dialects.interface import AnyDialect
from tirkit.dialects.mix import DialectMix
from tirkit.engines import Engine, engine_from_name
from tirkit.errors import ConfigError
from tirkit.events import Event, Listener, ignore
from tirkit.guards import idle_guards
from tirkit.judging import Judging, judge_tools
from tirkit.kernels import KernelPool, KernelSource
from tirkit.scheduler import Budget, Policy, Scheduler, SchedulerStatus
from tirkit.scheduler.run import Record
from tirkit.selection import Selector
from tirkit.selection.judges import Judge
from tirkit.solver.flatten import flatten
from tirkit.solver.status import SolverStatus
from tirkit.telemetry import telemetry
from tirkit.types import Problem, Solution, Trajectory

_LOG = logging.getLogger("tirkit.solver")


class Solver:
    """Solves problems on one engine; use it as an async context manager.

    Any number of problems may be solved at once: the cap on attempts in flight holds over all of
    them, and earlier problems are served first.

    Args:
        engine: an engine, or its name such as `vllm:Qwen/Qwen3-8B`, `openai:URL`, `local`.
        preset: name of a shipped preset; None takes `default`, or the one a named small model has.
        settings: a whole settings tree in place of the preset.
        kernels: an entered pool to share, or settings of the one the solver owns.
        dialect: a dialect, a mix of several, or settings.
        selector: a selector in place of the settings' own.
        judge: asked where the votes leave it open: a judge, its name as `parse_judge` reads it, or
            a `Judging` with a model and a budget of its own.
        record: awaited for every finished attempt before it counts.
        reasoner: a second model that plans beside the one that writes code, or settings; its
            engine may be the same.
        share_engine: the engines are entered and left by the caller.
        **overrides: single settings, such as `attempts=16`, `limits={"max_cells": 4}`.

    Raises:
        ConfigError: unknown engine, preset or setting, or a value out of range.
        EngineError: on entering, the engine could not be started.
    """

    def __init__(  # noqa: PLR0913 - each part of a run may be given whole
        self,
        engine: Engine | str,
        preset: str | None = None,
        *,
        settings: Settings | None = None,
        kernels: KernelSource | Mapping[str, Any] | None = None,
        dialect: AnyDialect | DialectMix | Mapping[str, Any] | None = None,
        selector: Selector | None = None,
        judge: Judging | Judge | str | None = None,
        record: Record | None = None,
        reasoner: Reasoner | Mapping[str, Any] | None = None,
        share_engine: bool = False,
        **overrides: Any,  # noqa: ANN401 - the settings tree checks the types
    ) -> None:
        if isinstance(kernels, Mapping):
            overrides["kernels"], kernels = kernels, None
        if isinstance(dialect, Mapping):
            overrides["dialect"], dialect = dialect, None
        if isinstance(reasoner, Mapping):
            overrides["reasoner"], reasoner = reasoner, None
        if settings is not None and overrides:
            raise ConfigError(f"settings and {', '.join(overrides)} given: use one of the two")
        self.engine = engine_from_name(engine) if isinstance(engine, str) else engine
        preset = preset or preset_for(self.engine.name)
        self.settings = settings or load_settings(preset, overrides=flatten(overrides))
        self._kernels = kernels
        self._dialect = dialect or self.settings.dialect.mix()
        self._reasoner = reasoner or self._made_reasoner()
        self._selector = selector
        if judge is None and (named := self.settings.vote_judge()) is not None:
            judge = Judging(named, self.settings.judge_terms)
        self._judging = None if judge is None else Judging.of(judge)
        for guard in idle_guards(self.settings.attempt_guards(), self.settings.sampling):
            _LOG.warning("%s can find nothing: set sampling.logprobs to 1 or more", guard)
        self._record = record
        self._share_engine = share_engine
        self._stack = AsyncExitStack()
        self._scheduler: Scheduler | None = None
        self._pool: KernelPool | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            if not self._share_engine:
                for engine in self._engines():
                    await stack.enter_async_context(engine)
            kernels = self._kernels
            if kernels is None:
                kernels = await stack.enter_async_context(
                    KernelPool(self.settings.kernel_settings())
                )
            self._pool = kernels if isinstance(kernels, KernelPool) else None
            settings = self.settings
            runner = AttemptRunner(
                self.engine,
                kernels,
                self._dialect,
                settings.limits,
                settings.sampling,
                self._reasoner,
                settings.attempt_guards(),
                settings.sources(),
                settings.group_tokens,
            )
            self._scheduler = await stack.enter_async_context(
                Scheduler(
                    runner,
                    settings.max_in_flight,
                    with_logprobs=settings.sampling.logprobs is not None,
                    record=self._record,
                    tools=judge_tools(
                        self.engine, kernels, self._dialect, settings.sampling, self._judging
                    ),
                )
            )
            self._tasks = await stack.enter_async_context(anyio.create_task_group())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scheduler = None
        self._tasks.cancel_scope.cancel()
        # The block's own error is not handed to the task groups, which would wrap it in groups.
        await self._stack.aclose()

    def __repr__(self) -> str:
        return f"<Solver {self.engine.name} {self._scheduler or 'not entered'}>"

    def status(self) -> SolverStatus:
        """What is going on now: cheap, without waiting, from the solver's own loop."""
        return SolverStatus(
            self._scheduler.status() if self._scheduler else SchedulerStatus(),
            self._pool.stats() if self._pool else None,
        )

    async def solve(
        self,
        problem: Problem | str,
        *,
        prior: Sequence[Trajectory] = (),
        listener: Listener = ignore,
        budget: Budget | None = None,
    ) -> Solution:
        """Solve one problem.

        Args:
            problem: what is asked.
            prior: attempts of an earlier run that count as finished.
            listener: hears what happens to this problem.
            budget: what this problem may spend, within what the settings allow.

        Raises:
            ConfigError: the problem is empty, or cannot be put to this model.
            EngineError, KernelError: no attempt could go on.
        """
        if self._scheduler is None:
            raise ConfigError("the solver is not entered: use `async with Solver(...) as solver`")
        policy = self._policy()
        if budget is not None:
            policy = budget.within(policy)
        with telemetry(listener) as heard:
            return await self._scheduler.solve(self._problem(problem), policy, prior, heard)

    async def solve_all(
        self, problems: Iterable[Problem | str], *, listener: Listener = ignore
    ) -> list[Solution]:
        """Solve several problems at once; solutions come in the order of the problems.

        Raises:
            TirkitError: as `solve`, of the first problem that failed; the others are given up.
        """
        asked = list(problems)
        solutions: dict[int, Solution] = {}

        async def solve_one(number: int) -> None:
            solutions[number] = await self.solve(asked[number], listener=listener)

        with first_failure():
            async with anyio.create_task_group() as tasks:
                for number in range(len(asked)):
                    tasks.start_soon(solve_one, number)
        return [solutions[number] for number in range(len(asked))]

    async def stream(self, problem: Problem | str) -> AsyncGenerator[Event, None]:
        """Solve one problem and give what happens as it happens; the last event is the solution.

        Closing the iterator ends the problem's attempts.
        """
        send, receive = anyio.create_memory_object_stream[Event](math.inf)
        scope = anyio.CancelScope()
        failure: list[Exception] = []

        def listen(event: Event) -> None:
            if not scope.cancel_called:
                send.send_nowait(event)

        async def solve() -> None:
            with send, scope:
                try:
                    await self.solve(problem, listener=listen)
                except Exception as error:  # noqa: BLE001 - raised in the iterator below
                    failure.append(error)

        self._tasks.start_soon(solve)
        with receive:
            try:
                async for event in receive:
                    yield event
            finally:
                scope.cancel()
        if failure:
            raise failure[0]

    def _made_reasoner(self) -> Reasoner | None:
        settings = self.settings.reasoner
        if settings is None:
            return None
        if not settings.engine:
            raise ConfigError("the reasoner has no engine: name one as reasoner.engine")
        return settings.made(engine_from_name(settings.engine, **settings.engine_args))

    def _engines(self) -> list[Engine]:
        """The engines to enter, each once."""
        beside = self._reasoner.engine if self._reasoner is not None else self.engine
        return [self.engine] if beside is self.engine else [self.engine, beside]

    def _problem(self, problem: Problem | str) -> Problem:
        asked = Problem(problem) if isinstance(problem, str) else problem
        return asked.with_domain(self.settings.answer_domain())

    def _policy(self) -> Policy:
        policy = self.settings.policy()
        if self._judging is not None:
            policy = self._judging.over(policy)
        return policy if self._selector is None else replace(policy, selector=self._selector)
