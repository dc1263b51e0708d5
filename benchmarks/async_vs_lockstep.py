"""The same recorded traces as SC-TIR lock-step rounds and through tirkit: time to the verdict.

Lock-step is what NuminaMath's AIMO-1 notebook does: all attempts generate until each has written a
block, then all blocks are executed, then the next round, four rounds at most. tirkit lets every
attempt go on by itself. Both play the same recordings (same tokens, same delays) on the replay
engine and run the same cells in real kernels from a pool of the same size; both know the same stop
rule, which lock-step can only look at between rounds.

The traces are drawn from a fixed seed: lengths of a turn are log-normal (sigma 0.8, the spread of
reasoning lengths within a problem), and one cell in six is slow.
"""

import math
import random
import statistics
import sys
import time
from dataclasses import dataclass

import anyio
from anyio.abc import TaskGroup, TaskStatus

from benchmarks.report import Report
from tirkit.answers import extract
from tirkit.attempt import AttemptLimits, AttemptRunner
from tirkit.dialects import FencedDialect
from tirkit.dialects.events import CodeCall, Finished
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.events import Event, ProblemSettled
from tirkit.kernels import KernelLease, KernelPool, KernelSettings
from tirkit.prompts import load_prompt
from tirkit.scheduler import Policy, ProblemState, Scheduler, StopRule, after_attempts, when_agreed
from tirkit.selection import tally
from tirkit.types import Answer, GenerateRequest, Problem, Vote

ATTEMPTS = 16
ROUNDS = 4
REPEATS = 3
TARGET = 1.5
MEDIAN_TOKENS = 60
SPREAD = 0.8
TOKEN_SECONDS = 0.01
SLOW_SHARE = 1 / 6
SLOW_SECONDS = 1.5
PROBLEM = Problem("How many of the first thousand integers are divisible by seven?")
DIALECT = FencedDialect(load_prompt("default"))


@dataclass(frozen=True)
class Trace:
    """One attempt as it was recorded: its turns, code in all but the last."""

    turns: tuple[Recording, ...]


def draw_traces(seed: int) -> list[Trace]:
    """Attempts of two to four turns; two of three say 142."""
    dice = random.Random(seed)
    traces = []
    for index in range(ATTEMPTS):
        turns = []
        for _ in range(dice.randint(1, ROUNDS - 1)):
            slow = f"import time; time.sleep({SLOW_SECONDS})\n" * (dice.random() < SLOW_SHARE)
            code = f"{slow}print(sum(n % 7 == 0 for n in range(1, 1001)))"
            turns.append(thinking(dice) + f"\n```python\n{code}\n```\n")
        answer = 142 if index % 3 else 100 + index
        turns.append(thinking(dice) + f"\nSo it is \\boxed{{{answer}}}.")
        traces.append(
            Trace(tuple(Recording.from_text(turn, delay_seconds=TOKEN_SECONDS) for turn in turns))
        )
    return traces


def thinking(dice: random.Random) -> str:
    return "so " * round(dice.lognormvariate(math.log(MEDIAN_TOKENS), SPREAD))


def player(traces: list[Trace]) -> ReplayEngine:
    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return traces[place.index].turns[place.turn]

    return ReplayEngine(script)


async def lockstep(traces: list[Trace], pool: KernelPool, rule: StopRule) -> float:
    """Seconds to the verdict in rounds."""
    answers: dict[int, Answer | None] = {}
    started = time.perf_counter()
    async with player(traces) as engine, anyio.create_task_group() as owner:
        kernels = [await hold(owner, pool, index) for index in range(ATTEMPTS)]
        for turn in range(ROUNDS):
            blocks: dict[int, str] = {}

            async def generate(index: int, turn: int, blocks: dict[int, str]) -> None:
                parser, event = DIALECT.parser(), None
                request = GenerateRequest(f"p#{index}/t{turn}", (1,), "", 100_000)
                async for chunk in engine.stream(request):
                    event = event or parser.feed(chunk.text)
                    if chunk.finish is not None and event is None:
                        event = parser.finish(chunk.finish)
                if isinstance(event, CodeCall):
                    blocks[index] = event.code
                elif isinstance(event, Finished):
                    answers[index] = extract(event.final_text).answer

            async with anyio.create_task_group() as tasks:
                for index in set(range(ATTEMPTS)) - set(answers):
                    tasks.start_soon(generate, index, turn, blocks)
            async with anyio.create_task_group() as tasks:
                for index, code in blocks.items():
                    tasks.start_soon(run_cell, kernels[index], code)
            if rule.decide(state(answers)) or len(answers) == ATTEMPTS:
                break
        seconds = time.perf_counter() - started
        owner.cancel_scope.cancel()
    return seconds


async def hold(owner: TaskGroup, pool: KernelPool, index: int) -> KernelLease:
    """A kernel that is leased until the owner's scope ends."""

    async def keep(*, task_status: TaskStatus[KernelLease]) -> None:
        async with pool.lease(str(index)) as kernel:
            task_status.started(kernel)
            await anyio.sleep_forever()

    kernel = await owner.start(keep)
    assert isinstance(kernel, KernelLease)
    return kernel


async def run_cell(kernel: KernelLease, code: str) -> None:
    result = await kernel.run(code, timeout_seconds=30)
    assert result.ok, result


def state(answers: dict[int, Answer | None]) -> ProblemState:
    votes = [Vote(index, answer) for index, answer in answers.items() if answer is not None]
    return ProblemState(
        "p", ATTEMPTS, ATTEMPTS, (), len(answers), tally(votes, len(answers) - len(votes))
    )


async def flowing(traces: list[Trace], pool: KernelPool, rule: StopRule) -> float:
    """Seconds to the verdict through tirkit."""
    settled: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, ProblemSettled):
            settled.append(time.perf_counter())
            assert str(event.verdict.answer) == "142", event

    limits = AttemptLimits(max_turn_tokens=100_000, max_total_tokens=1_000_000, cell_seconds=30)
    async with player(traces) as engine:
        runner = AttemptRunner(engine, pool, DIALECT, limits)
        async with Scheduler(runner, ATTEMPTS) as scheduler:
            started = time.perf_counter()
            await scheduler.solve(PROBLEM, Policy(ATTEMPTS, rule), listener=listen)
    return settled[0] - started


async def warm(pool: KernelPool) -> None:
    """Wait until every attempt would find a warm kernel."""
    while pool.stats().ready < ATTEMPTS:  # noqa: ASYNC110 - polls the pool
        await anyio.sleep(0.05)


async def main() -> None:
    report = Report(
        "async_vs_lockstep",
        ("stop rule", "lock-step s", "tirkit s", "ratio", "ratio min", "ratio max"),
    )
    settings = KernelSettings(spares=ATTEMPTS, concurrent_cells=ATTEMPTS)
    async with KernelPool(settings) as pool:
        for rule in (after_attempts(ATTEMPTS), when_agreed(4)):
            pairs = []
            for seed in range(REPEATS):
                traces = draw_traces(seed)
                await warm(pool)
                theirs = await lockstep(traces, pool, rule)
                await warm(pool)
                pairs.append((theirs, await flowing(traces, pool, rule)))
            ratios = [theirs / ours for theirs, ours in pairs]
            report.rows.append(
                (
                    str(rule),
                    statistics.median(theirs for theirs, _ in pairs),
                    statistics.median(ours for _, ours in pairs),
                    statistics.median(ratios),
                    min(ratios),
                    max(ratios),
                )
            )
            report.target(
                f"verdict at least {TARGET} times sooner, {rule}",
                met=statistics.median(ratios) >= TARGET,
            )
    report.publish()


if __name__ == "__main__":
    sys.exit(anyio.run(main))
