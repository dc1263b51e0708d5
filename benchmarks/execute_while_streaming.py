"""Code that runs while it is written against code that runs once its block is complete.

The same blocks are played token by token, at two speeds, to two attempts that differ in
`execute_while_streaming` alone, on kernels of one pool. What counts is the wait: from the token
that closes the block to the result of its cell. Small blocks are ToRA's for GSM8K, mostly one
function and a call of it: there is little to run ahead. The heavier ones are sympy and search.

A token is the replay engine's, about a word: real tokens are shorter, so that real blocks take
longer to write and hide more.
"""

import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import anyio

from benchmarks.report import Report
from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import FencedDialect
from tirkit.dialects.events import CodeCall
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.events import CodeFinished, Event, TokensSampled
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.prompts import load_prompt
from tirkit.types import CodeResult, GenerateRequest, Problem

REPEATS = 3
RATES = (30, 100)
SMALL_BLOCKS = 5
HIDDEN_TARGET = 0.5
LOST_TARGET_SECONDS = 0.02
SHARED = Path(__file__).parents[2] / "shared" / "data"
PROBLEM = Problem("How long does it take?", id="p")
DIALECT = FencedDialect(load_prompt("default"))

HEAVY = (
    """\
from sympy import symbols, integrate, exp, sin, simplify
x = symbols('x', real=True)
f = exp(-x) * sin(3 * x) ** 3 * x ** 2
antiderivative = integrate(f, x)
area = antiderivative.subs(x, 2) - antiderivative.subs(x, 0)
print('area', area.evalf(20))
check = simplify(antiderivative.diff(x) - f)
print('check', check)
""",
    """\
from sympy import primerange, factorint, totient
# How many n below the limit have a totient that is a perfect square?
limit = 12000
squares = {k * k for k in range(1, 200)}
hits = [n for n in range(1, limit) if int(totient(n)) in squares]
print(len(hits), hits[:10])
# And how many of those are squarefree?
squarefree = [n for n in hits if all(e == 1 for e in factorint(n).values())]
print('squarefree:', len(squarefree))
answer = len(squarefree) % 1000
print(answer)
""",
    """\
from itertools import permutations

def is_valid(p):
    return all(abs(a - b) != 1 for a, b in zip(p, p[1:]))

# Count the orderings of eight and of nine people without neighbours side by side.
small = sum(is_valid(p) for p in permutations(range(8)))
large = sum(is_valid(p) for p in permutations(range(9)))
ratio = large / small
print('eight people:', small)
print('nine people:', large)
print('ratio:', round(ratio, 4))
print('answer modulo a thousand:', (small + large) % 1000)
""",
    """\
from sympy import symbols, Matrix, factor, solve
a, b, c = symbols('a b c')
m = Matrix(5, 5, lambda i, j: a ** i + b ** j + c * i * j)
rank = m.rank()
print('rank', rank)
p = Matrix([[a, b, c, 1], [b, c, a, 2], [c, a, b, 3], [1, 2, 3, a + b]]).det()
factored = factor(p)
print(factored)
roots = solve(p.subs({b: 1, c: 2}), a)
values = sorted(complex(root.evalf()).real for root in roots)
print('real parts', [round(value, 6) for value in values])
""",
)


@dataclass(frozen=True)
class Timed:
    """One block played once.

    Attributes:
        wait_seconds: from the end of the block to the result.
        turn_seconds: from the first token to the result.
        result: what the cell gave.
    """

    wait_seconds: float
    turn_seconds: float
    result: CodeResult


def small_blocks() -> list[str]:
    """The first blocks of the recorded completions that have a few statements."""
    data = Path(os.environ.get("TIRKIT_DATA", SHARED))
    blocks: list[str] = []
    with (data / "tora_code_34b_gsm8k.jsonl").open(encoding="utf-8") as file:
        for line in file:
            event = DIALECT.parser().feed(json.loads(line)["completion"])
            if isinstance(event, CodeCall) and 10 <= event.code.count("\n") <= 20:
                blocks.append(event.code + "\n")
            if len(blocks) == SMALL_BLOCKS:
                return blocks
    return blocks


async def play(code: str, pool: KernelPool, rate: int, *, streaming: bool) -> Timed:
    """Play one block to a fresh attempt."""
    turns = (
        Recording.from_text(f"```python\n{code}```\n", delay_seconds=1 / rate),
        Recording.from_text("\\boxed{1}"),
    )

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return turns[place.turn]

    sampled: list[float] = []
    finished: list[tuple[float, float]] = []

    def listen(event: Event) -> None:
        if isinstance(event, TokensSampled):
            sampled.append(time.perf_counter())
        elif isinstance(event, CodeFinished):
            finished.append((sampled[-1], time.perf_counter()))

    limits = AttemptLimits(cell_seconds=60, execute_while_streaming=streaming)
    spec = AttemptSpec("p#0", "p#0", PROBLEM, 0, seed=0)
    builder = TrajectoryBuilder(spec, listener=listen)
    async with ReplayEngine(script) as engine:
        done = await AttemptRunner(engine, pool, DIALECT, limits)(builder)
    result = done.turns[0].result
    assert result is not None, done.stop_detail
    ((closed, ended),) = finished
    return Timed(ended - closed, ended - sampled[0], result)


async def warm(pool: KernelPool) -> None:
    """Wait for a warm kernel: its start is not what is measured."""
    while pool.stats().ready < 1:  # noqa: ASYNC110 - polls the pool
        await anyio.sleep(0.01)


async def compare(code: str, pool: KernelPool, rate: int) -> tuple[Timed, Timed]:
    """Medians of one block, whole and streamed, played in turn."""
    played: dict[bool, list[Timed]] = {False: [], True: []}
    for _ in range(REPEATS):
        for streaming, times in played.items():
            await warm(pool)
            times.append(await play(code, pool, rate, streaming=streaming))
    outcomes = {(one.result.stdout, one.result.value) for times in played.values() for one in times}
    assert len(outcomes) == 1, "the results differ"
    return median(played[False]), median(played[True])


def median(times: list[Timed]) -> Timed:
    return Timed(
        statistics.median(one.wait_seconds for one in times),
        statistics.median(one.turn_seconds for one in times),
        times[0].result,
    )


async def main() -> None:
    report = Report(
        "execute_while_streaming",
        (
            "blocks",
            "tokens/s",
            "wait, whole ms",
            "wait, streamed ms",
            "hidden %",
            "turn, whole s",
            "turn, streamed s",
        ),
    )
    async with KernelPool(KernelSettings(spares=2)) as pool:
        for rate in RATES:
            for name, blocks in (("ToRA, GSM8K", small_blocks()), ("heavier", HEAVY)):
                pairs = [await compare(code, pool, rate) for code in blocks]
                whole = sum(one.wait_seconds for one, _ in pairs) / len(pairs)
                streamed = sum(one.wait_seconds for _, one in pairs) / len(pairs)
                hidden = 1 - streamed / whole
                report.rows.append(
                    (
                        f"{name} ({len(blocks)})",
                        rate,
                        1000 * whole,
                        1000 * streamed,
                        100 * hidden,
                        sum(one.turn_seconds for one, _ in pairs) / len(pairs),
                        sum(one.turn_seconds for _, one in pairs) / len(pairs),
                    )
                )
                if blocks is HEAVY:
                    report.target(
                        f"at least {HIDDEN_TARGET:.0%} of the wait hidden, {name}, {rate} tokens/s",
                        met=hidden >= HIDDEN_TARGET,
                    )
                else:
                    report.target(
                        f"at most {LOST_TARGET_SECONDS:g} s lost, {name}, {rate} tokens/s",
                        met=streamed - whole <= LOST_TARGET_SECONDS,
                    )
    report.publish()


if __name__ == "__main__":
    sys.exit(anyio.run(main))
