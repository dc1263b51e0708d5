"""tirkit as the harness of an agent of verifiers: one attempt a rollout, in this process."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any

import verifiers.v1 as vf
from pydantic import Field

from tirkit.attempt import AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.config import Settings, load_settings
from tirkit.dialects.chat_tools import ChatToolsDialect
from tirkit.engines.openai_chat import OpenAIChatEngine
from tirkit.integrations.rl import Ending, Kept, ending_of
from tirkit.integrations.verifiers.score import INFO
from tirkit.kernels import KernelPool, KernelSource
from tirkit.prompts import load_prompt
from tirkit.solver import flatten
from tirkit.types import Problem, StopReason, Trajectory

_SEED_BITS = 31
_LIMITS = {
    StopReason.TOKEN_LIMIT: "max_total_tokens",
    StopReason.CONTEXT_FULL: "max_total_tokens",
    StopReason.TURN_LIMIT: "max_turns",
}
"""Stop conditions by which verifiers knows that a trace was cut."""


class TirkitHarnessConfig(vf.HarnessConfig):  # type: ignore[misc] # verifiers may be absent
    """What can be set, as `--env.agent.harness.preset` and so on.

    Attributes:
        preset: name of a shipped preset of tirkit.
        prompt: name of a chat prompt of tirkit.
        options: single settings, such as `{"limits": {"max_cells": 4}}`.
    """

    preset: str = "default"
    prompt: str = "tool"
    options: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What all rollouts of a process share."""

    kernels: KernelSource
    settings: Settings


_KEPT: dict[str, Kept[_Opened]] = {}
_LOCK = Lock()


class TirkitHarness(vf.Harness[TirkitHarnessConfig]):  # type: ignore[misc] # likewise
    """Runs one attempt a rollout; every model call goes through verifiers' interception.

    Verifiers renders the messages and records ids, mask and log-probabilities. Code runs in
    tirkit's own confined kernels beside this process, not in the rollout's runtime.
    """

    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self,
        ctx: vf.ModelContext,
        trace: vf.Trace,
        runtime: vf.Runtime,  # noqa: ARG002 - the attempt has kernels of its own
        endpoint: str,
        secret: str,
        mcp_urls: dict[str, str],
        data: vf.TaskData,
    ) -> vf.ProgramResult:
        """Run the attempt to its end, and note in the trace how it ended.

        Raises:
            SandboxError: no kernel could be had or kept.
            InterceptionError: the model could not be reached.
            HarnessError: a defect, or a task this harness cannot play.
        """
        _, prompt = self.resolve_text_prompt(data)
        if prompt is None or mcp_urls:
            raise vf.HarnessError("tirkit plays tasks that have a prompt and no tools of their own")
        engine = partial(OpenAIChatEngine, endpoint, model=ctx.model, api_key=secret)
        dialect = ChatToolsDialect(prompt=load_prompt(self.config.prompt))

        async def attempt(opened: _Opened) -> Trajectory:
            return await _attempt(opened, engine(), dialect, Problem(prompt))

        trajectory = await asyncio.wrap_future(self._kept().start(attempt))
        _note(trace, trajectory)
        _raise_broken(trace, trajectory)
        return vf.ProgramResult(0, "", "")

    def _kept(self) -> Kept[_Opened]:
        key = self.config.model_dump_json()
        with _LOCK:
            if key not in _KEPT:
                _KEPT[key] = Kept(self._opened)
            return _KEPT[key]

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[_Opened]:
        settings = load_settings(self.config.preset, overrides=flatten(self.config.options))
        async with KernelPool(settings.kernel_settings()) as kernels:
            yield _Opened(kernels, settings)


async def _attempt(
    opened: _Opened, engine: OpenAIChatEngine, dialect: ChatToolsDialect, problem: Problem
) -> Trajectory:
    settings = opened.settings
    name = secrets.token_hex(8)
    spec = AttemptSpec(name, name, problem, 0, secrets.randbits(_SEED_BITS))
    async with engine:
        runner = AttemptRunner(
            engine,
            opened.kernels,
            dialect,
            settings.limits,
            # Log-probabilities are verifiers' to record.
            replace(settings.sampling, logprobs=None),
            sources=settings.sources(),
        )
        return await runner(TrajectoryBuilder(spec))


def _note(trace: vf.Trace, trajectory: Trajectory) -> None:
    results = [turn.result for turn in trajectory.turns if turn.result is not None]
    trace.info[INFO] = {
        "ending": ending_of(trajectory.stop_reason).value,
        "stop_reason": trajectory.stop_reason.value,
        "stop_detail": trajectory.stop_detail,
        "answer": None if trajectory.answer is None else trajectory.answer.canonical,
    }
    trace.record_metric("tirkit_cells", len(results))
    trace.record_metric("tirkit_failed_cells", sum(not result.ok for result in results))
    if trajectory.stop_reason in _LIMITS:
        trace.stop(_LIMITS[trajectory.stop_reason])


def _raise_broken(trace: vf.Trace, trajectory: Trajectory) -> None:
    """Tell a failure of engine or kernel as verifiers' own, so that nobody trains on it."""
    if ending_of(trajectory.stop_reason) is not Ending.TOOL_FAILURE:
        return
    if trajectory.stop_reason is StopReason.KERNEL_ERROR:
        raise vf.SandboxError(trajectory.stop_detail)
    if trajectory.stop_reason is StopReason.FAULT:
        raise vf.HarnessError(trajectory.stop_detail)
    if trace.stop_condition is None:  # else verifiers refused the call itself
        raise vf.InterceptionError(trajectory.stop_detail)
