"""Engines that several runs share, started when the first of them needs one."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from tirkit.attempt import Reasoner
from tirkit.bench.runner.terms import BenchRun
from tirkit.engines import Engine, engine_from_name


class LentEngines:
    """The engine of some runs and that of their reasoner, as an async context manager.

    Nothing is started before `for_run`; what was started is stopped with the block.
    """

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._entered: list[Engine] = []
        self._reasoner: Reasoner | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The block's own error is not handed on: the engines would wrap it in groups.
        await self._stack.aclose()

    async def for_run(self, run: BenchRun) -> Reasoner | None:
        """Start what the run needs and nobody started yet; its reasoner, if it has one of its own.

        Raises:
            ConfigError: the reasoner's engine is unknown.
            EngineError: an engine could not be started.
        """
        await self._enter(run.engine)
        settings = run.settings.reasoner
        if settings is None or not settings.engine:
            return None
        if self._reasoner is None:
            engine = engine_from_name(settings.engine, **settings.engine_args)
            self._reasoner = settings.made(engine)
            await self._enter(engine)
        return self._reasoner

    async def _enter(self, engine: Engine) -> None:
        if not any(engine is entered for entered in self._entered):
            await self._stack.enter_async_context(engine)
            self._entered.append(engine)
