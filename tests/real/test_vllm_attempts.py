"""The whole way on the real vLLM, with known words and real kernels."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import pytest

from tirkit.attempt import AttemptLimits, AttemptRunner
from tirkit.dialects import dialect_from_name
from tirkit.events import Event, ProblemSettled
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.scheduler import Policy, Scheduler, when_agreed
from tirkit.types import GenerateRequest, Problem, Sampling, StopReason

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine, Script

pytestmark = pytest.mark.vllm

ATTEMPTS = 32
RIGHT = {index for index in range(ATTEMPTS) if index % 3}
LIMITS = AttemptLimits(max_total_tokens=4096, answer_reserve_tokens=64)


@contextmanager
def scripted(engine: "ForcedVllmEngine", script: "Script") -> Iterator[None]:
    before, engine.script = engine.script, script
    try:
        yield
    finally:
        engine.script = before


def place(request: GenerateRequest) -> tuple[int, int]:
    """Which attempt and which turn a request belongs to."""
    index, turn = request.request_id.rpartition("#")[2].split("/t")
    return int(index), int(turn)


def two_turns_of_code(request: GenerateRequest) -> str:
    index, turn = place(request)
    if turn == 0:
        return f"First.\n```python\nn = {index}\npow(14, 2025, 100)\n```\n"
    if turn == 1:
        return "Check.\n```python\nprint(n, pow(14, 2025) % 100)\n```\n"
    # The losers think for long, so that some are still writing when the others agree.
    # No two wrong ones agree: which attempts end first is the machine's to say.
    answer = 24 if index in RIGHT else 1000 + index
    return "Let us see. " * (60 if index >= ATTEMPTS // 2 else 1) + f"It is \\boxed{{{answer}}}."


def kernel_processes(folder: Path) -> set[int]:
    """Live processes of the pool that lead a session: its kernels, and its fork server if any."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            pid = int(entry.name)
            with suppress(ProcessLookupError):
                if f"HOME={folder}".encode() in environment and os.getsid(pid) == pid:
                    found.add(pid)
    return found


async def test_attempts_when_four_agree_then_losers_are_gone_within_a_second(
    forced_vllm: "ForcedVllmEngine",
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    events: list[tuple[float, Event]] = []

    def listen(event: Event) -> None:
        events.append((anyio.current_time(), event))

    problem = Problem("Find the remainder when 14^2025 is divided by 100.", id="power")
    settings = KernelSettings(directory=tmp_path, spares=1)
    with scripted(forced_vllm, two_turns_of_code):
        async with KernelPool(settings) as pool:
            runner = AttemptRunner(forced_vllm, pool, dialect_from_name("fenced"), LIMITS)
            async with Scheduler(runner, ATTEMPTS) as scheduler:
                policy = Policy(ATTEMPTS, when_agreed(4))
                solution = await scheduler.solve(problem, policy, listener=listen)
                settled = next(at for at, event in events if isinstance(event, ProblemSettled))
                # One second is what is promised, not a measure of speed.
                with anyio.fail_at(settled + 1):
                    await anyio.lowlevel.checkpoint()
                    assert forced_vllm.unfinished_requests == 0
                    while pool.stats().leased or pool.stats().closing:  # noqa: ASYNC110
                        await anyio.sleep(0.01)
                    now = pool.stats()
                    kernels = len(kernel_processes(tmp_path)) - now.servers
                    assert kernels <= now.ready + now.starting, now
                record_property("seconds_to_gone", anyio.current_time() - settled)
    assert str(solution.answer) == "24"
    assert solution.verdict.tally.entries[0].count >= 4
    assert len(solution.trajectories) == ATTEMPTS
    reasons = Counter(done.stop_reason for done in solution.trajectories)
    assert reasons[StopReason.CANCELLED] == ATTEMPTS - reasons[StopReason.ANSWERED]
    assert reasons[StopReason.CANCELLED] > 0
    assert not kernel_processes(tmp_path)
    for done in solution.trajectories:
        if done.stop_reason is StopReason.ANSWERED:
            await check_record(done, forced_vllm)


async def check_record(done, engine: "ForcedVllmEngine") -> None:  # type: ignore[no-untyped-def]
    """Ids, mask and turns of a finished trajectory must tell the same story."""
    assert done.token_exact
    assert len(done.ids) == len(done.mask) == done.usage.total_tokens
    assert [turn.result.status if turn.result else None for turn in done.turns] == [
        "ok",
        "ok",
        None,
    ]
    first, second = (turn.result for turn in done.turns[:2])
    assert first.value == "24"
    assert second.stdout == f"{done.index} 24\n"
    for turn in done.turns:
        assert set(done.mask[turn.start : turn.end]) == {1}
        assert (await engine.decode(done.ids[turn.start : turn.end])).startswith(turn.text)
    assert sum(done.mask) == done.usage.sampled_tokens
    given = await engine.decode(done.ids[done.turns[0].end : done.turns[1].start])
    assert "```output\n24\n```" in given


async def test_attempts_when_logprobs_are_asked_then_they_align_with_ids(
    forced_vllm: "ForcedVllmEngine",
) -> None:
    def script(request: GenerateRequest) -> str:
        return two_turns_of_code(request) if place(request)[1] else "```python\nn = 1\n```\n"

    with scripted(forced_vllm, script):
        async with KernelPool() as pool:
            runner = AttemptRunner(
                forced_vllm, pool, dialect_from_name("fenced"), LIMITS, Sampling(logprobs=0)
            )
            async with Scheduler(runner, 2, with_logprobs=True) as scheduler:
                solution = await scheduler.solve(Problem("Remainder?"), Policy(2))
    for done in solution.trajectories:
        assert len(done.logprobs) == len(done.ids)
        assert all(
            value == 0.0 for value, drawn in zip(done.logprobs, done.mask, strict=True) if not drawn
        )
        assert done.mean_logprob is not None
        assert done.mean_logprob <= 0
