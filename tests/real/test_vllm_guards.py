"""Guards and statistics on the real vLLM: its own log-probabilities, its own scheduling.

The forced words only choose what is written; how sure the model is there, it says itself. The tiny
model is surer behind a row of "yes" (a confidence of 9.9 over five alternatives) than behind one
of "odd" (9.7).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import pytest

from tests.engines.subject import GUARD_SECONDS, nothing_left
from tests.engines.vllm_subject import under_test
from tests.guards.reference import check
from tirkit.attempt import AttemptLimits, AttemptRunner
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import RequestPlace
from tirkit.events import AttemptFinished, Event, TokensSampled
from tirkit.guards import DeepConfGuard, Guard, tokens_saved
from tirkit.kernels import KernelPool, KernelSource
from tirkit.scheduler import Policy, Scheduler, after_attempts
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    GenerateRequest,
    Problem,
    Sampling,
    Solution,
    StopReason,
    TopLogprobs,
    Trajectory,
)

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine, Script

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(600)]

PROBLEM = Problem("Find the remainder when 14^2025 is divided by 100.", id="power")
LIMITS = AttemptLimits(max_total_tokens=4096, max_turn_tokens=3500, answer_reserve_tokens=64)
ANSWER = "It is \\boxed{24}."
GROUP_TOKENS = 32
WARMUP = 4
UNSURE = {5, 8}
SCRIPT_TOKENS = 2000


def say(request: GenerateRequest) -> str:
    place = RequestPlace.of(request.request_id)
    assert place is not None
    if place.index < WARMUP:
        return " yes" * 60 + ANSWER
    if place.index in UNSURE:
        return " yes" * 60 + " odd" * 1800 + ANSWER
    return " yes" * 600 + ANSWER


@contextmanager
def scripted(engine: "ForcedVllmEngine", script: "Script") -> Iterator[None]:
    before, engine.script = engine.script, script
    try:
        yield
    finally:
        engine.script = before


async def solve(
    engine: "ForcedVllmEngine",
    kernels: KernelSource,
    attempts: int,
    listener: Callable[[Event], None],
    *guards: Guard,
    logprobs: int = 20,
) -> Solution:
    runner = AttemptRunner(
        engine,
        kernels,
        dialect_from_name("fenced"),
        LIMITS,
        Sampling(logprobs=logprobs),
        guards=guards,
        group_tokens=GROUP_TOKENS,
    )
    async with Scheduler(runner, attempts, with_logprobs=True) as scheduler:
        policy = Policy(attempts, after_attempts(attempts))
        with anyio.fail_after(GUARD_SECONDS * 4):
            return await scheduler.solve(PROBLEM, policy, listener=listener)


async def test_deepconf_when_an_attempt_is_unsure_then_vllm_frees_it_mid_stream(
    forced_vllm: "ForcedVllmEngine", record_property: Callable[[str, object], None]
) -> None:
    unfinished: dict[int, int] = {}
    running = set(range(9))

    def listen(event: Event) -> None:
        if isinstance(event, AttemptFinished):
            running.discard(event.trajectory.index)
            unfinished[event.trajectory.index] = forced_vllm.unfinished_requests - len(running)

    guard = DeepConfGuard(90, warmup=WARMUP)
    with scripted(forced_vllm, say):
        solution = await solve(forced_vllm, FakeKernelSource({}), 9, listen, guard, logprobs=5)
        assert forced_vllm.unfinished_requests == 0
        await nothing_left(under_test(forced_vllm))
    ended = {one.index: one for one in solution.trajectories if one.stop_reason is StopReason.GUARD}
    assert ended.keys() == UNSURE
    for index, done in ended.items():
        assert done.stop_detail.startswith("deepconf: a group's confidence of 9.")
        assert done.turns[-1].finish is None, "the engine had not stopped it"
        assert done.usage.sampled_tokens < SCRIPT_TOKENS / 2
        assert unfinished[index] <= 0, "its request was gone before its end was told"
        check_threshold(done, solution)
    assert solution.verdict.tally.entries[0].count == 7
    saved = tokens_saved(solution.trajectories)
    assert saved.guarded == 2
    assert saved.by_guards > 0
    record_property("tokens_saved", saved.by_guards)
    record_property("tokens_sampled", [one.usage.sampled_tokens for one in solution.trajectories])


def check_threshold(done: Trajectory, solution: Solution) -> None:
    """The record itself must tell why it was ended."""
    warm = [one.stats.whole.lowest_group for one in solution.trajectories[:WARMUP] if one.stats]
    assert done.stats is not None
    assert done.stats.whole.lowest_group is not None
    assert done.stats.whole.lowest_group < min(value for value in warm if value is not None)
    for one in solution.trajectories[WARMUP:]:
        if one.stop_reason is StopReason.ANSWERED:
            assert one.stats is not None
            assert (one.stats.whole.lowest_group or 0) > done.stats.whole.lowest_group


async def test_stats_when_vllm_tells_alternatives_then_they_are_those_of_its_own_stream(
    forced_vllm: "ForcedVllmEngine",
) -> None:
    def script(request: GenerateRequest) -> str:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        if place.turn == 0:
            return "First we compute.\n```python\nprint(pow(14, 2025, 100))\n```\nThrown away."
        return ANSWER

    chunks: dict[str, list[tuple[float, TopLogprobs]]] = {}

    def listen(event: Event) -> None:
        if isinstance(event, TokensSampled):
            chunk = event.chunk
            assert chunk.logprobs is not None
            assert chunk.top_logprobs is not None
            assert {len(top) for top in chunk.top_logprobs} == {20}
            turn = chunks.setdefault(event.attempt_id, [])
            turn.extend(zip(chunk.logprobs, chunk.top_logprobs, strict=True))

    with scripted(forced_vllm, script):
        async with KernelPool() as pool:
            solution = await solve(forced_vllm, pool, 2, listen)
    for done in solution.trajectories:
        assert done.stats is not None
        first, last = done.turns
        assert first.result is not None
        assert first.result.stdout == "24\n"
        told = chunks[done.attempt_id]
        assert len(told) == done.usage.sampled_tokens + done.usage.wasted_tokens
        kept = first.end - first.start
        final = told[kept + first.wasted_tokens :][: last.end - last.start]
        check(done.stats.whole, told[:kept] + final)
        check(done.stats.final, final)
        begin = first.text.index("print")
        end = begin + len(first.code or "")
        texts = [await forced_vllm.decode([token]) for token in done.ids[first.start : first.end]]
        at = [sum(map(len, texts[:n])) for n in range(len(texts))]
        inside = [begin <= place < end for place in at]
        code = [one for one, is_code in zip(told, inside, strict=False) if is_code]
        assert len(code) > 5
        check(done.stats.code, code)
        check(
            done.stats.prose,
            [one for one, is_code in zip(told, inside, strict=False) if not is_code],
        )
