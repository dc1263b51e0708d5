"""Runs attempts: renders each problem once for each way to ask, loops, and records failures."""

import traceback
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

import anyio

from tirkit.answers import BOXES, Source
from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.loop import AttemptLoop
from tirkit.attempt.opening import Rendered, render_opening
from tirkit.attempt.parts import AttemptParts, End
from tirkit.attempt.reasoner import Reasoner
from tirkit.attempt.reasoning import Reasoning
from tirkit.dialects.interface import AnyDialect, Dialect, Unbound
from tirkit.dialects.mix import DialectMix, mixed, prompt_name
from tirkit.engines.interface import Engine
from tirkit.errors import ConfigError, ContextTooLong, EngineError, KernelError
from tirkit.guards import GROUP_TOKENS, Guard
from tirkit.kernels.interface import KernelSource
from tirkit.types import Problem, Sampling, StopReason, Trajectory

_RENDERED_KEPT = 64
"""Rendered problems remembered; attempts at one problem share its rendering."""


class AttemptRunner:
    """Runs attempts on one engine and one pool of kernels, in one dialect or a mix of them.

    Args:
        engine: entered by the caller.
        kernels: entered by the caller; a kernel is leased at an attempt's first code call.
        dialect: how the model is asked and calls code; of a mix each attempt takes its part.
        limits: what each attempt may spend.
        sampling: how tokens are drawn.
        reasoner: a second model that plans beside the one that writes code; None for one model.
        guards: watch each attempt and may end it.
        sources: where answers are looked for, in this order.
        group_tokens: length of a window in the attempts' statistics.
    """

    def __init__(  # noqa: PLR0913 - each part of an attempt may be given
        self,
        engine: Engine,
        kernels: KernelSource,
        dialect: AnyDialect | DialectMix,
        limits: AttemptLimits | None = None,
        sampling: Sampling | None = None,
        reasoner: Reasoner | None = None,
        guards: Sequence[Guard] = (),
        sources: tuple[Source, ...] = BOXES,
        group_tokens: int = GROUP_TOKENS,
    ) -> None:
        if group_tokens < 1:
            raise ConfigError(f"group_tokens is {group_tokens}: it must be at least 1")
        self._group_tokens = group_tokens
        self._mix = mixed(dialect)
        self._engine = engine
        self._reasoner = reasoner
        self._reasoner_dialect: Dialect | None = None
        self._dialects = [part.dialect for part in self._mix.parts]
        self._parts: dict[int, AttemptParts] = {}
        self._make_parts = partial(
            AttemptParts,
            engine,
            kernels,
            limits=limits or AttemptLimits(),
            sampling=sampling or Sampling(),
            guards=tuple(guards),
            sources=sources,
        )
        self._rendered: dict[tuple[str, int], Rendered] = {}
        self._binding = anyio.Lock()

    async def bind(self, place: int = 0) -> Dialect:
        """Fit a dialect to the engine's model, once; the engine is entered.

        Args:
            place: of the dialect in the mix.

        Raises:
            ConfigError: the model does not speak it; the message names the remedy.
        """
        async with self._binding:
            if place not in self._parts:
                dialect = self._dialects[place]
                bound = (
                    await dialect.bind(self._engine) if isinstance(dialect, Unbound) else dialect
                )
                self._parts[place] = self._make_parts(dialect=bound)
        return self._parts[place].dialect

    async def __call__(self, builder: TrajectoryBuilder) -> Trajectory:
        """Run one attempt to its end.

        Failures of the engine, the kernels or a plugged-in part end this attempt alone and are
        told in its record. Being cancelled is raised; the builder then still holds the record.

        Raises:
            ConfigError: the problem cannot be put to this model at all.
        """
        place = self._mix.place(builder.spec.index)
        builder.engine, builder.token_exact = self._engine.name, self._engine.token_exact
        builder.group_tokens = self._group_tokens
        self._note(builder, self._dialects[place])
        try:
            self._note(builder, await self.bind(place))
            end = await self._run(builder, place)
        except ConfigError:
            raise
        except ContextTooLong as error:
            end = End(StopReason.CONTEXT_FULL, str(error))
        except EngineError as error:
            end = End(StopReason.ENGINE_ERROR, str(error))
        except KernelError as error:
            end = End(StopReason.KERNEL_ERROR, str(error))
        except Exception:  # noqa: BLE001 - a defect in a plugged-in part ends one attempt only
            end = End(StopReason.FAULT, traceback.format_exc())
        return builder.freeze(end.reason, end.detail, end.answer)

    @staticmethod
    def _note(builder: TrajectoryBuilder, dialect: AnyDialect) -> None:
        builder.dialect, builder.prompt = dialect.name, prompt_name(dialect)

    async def _run(self, builder: TrajectoryBuilder, place: int) -> End:
        reasoning = await self._reasoning(builder)
        async with AsyncExitStack() as stack:
            loop = AttemptLoop(self._parts[place], builder, stack, reasoning)
            return await loop.run(partial(self._render, place))

    async def _reasoning(self, builder: TrajectoryBuilder) -> Reasoning | None:
        if self._reasoner is None:
            return None
        async with self._binding:
            if self._reasoner_dialect is None:
                self._reasoner_dialect = await self._reasoner.bind()
        reasoning = Reasoning(self._reasoner, self._reasoner_dialect, builder)
        reasoning.builder.prompt = prompt_name(self._reasoner_dialect)
        return reasoning

    async def _render(self, place: int, problem: Problem) -> Rendered:
        key = (problem.content_hash, place)
        if key not in self._rendered:
            parts = self._parts[place]
            rendered = await render_opening(parts.engine, parts.dialect, problem)
            while len(self._rendered) >= _RENDERED_KEPT:
                self._rendered.pop(next(iter(self._rendered)))
            self._rendered[key] = rendered
        return self._rendered[key]
