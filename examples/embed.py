"""Use tirkit inside a program of your own: your loop, your engine, your pool, your stop rule.

    python examples/embed.py [ENGINE]

ENGINE is a name such as `local` or `openai:http://127.0.0.1:8000`; without one the words of a
model are replayed, so that this runs anywhere.
"""

import sys
from dataclasses import dataclass

import anyio

import tirkit
from tirkit.engines import Engine, engine_from_name
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.events import CodeFinished, Event
from tirkit.kernels import KernelPool

WRITTEN = [
    "Count them.\n```python\nsum(1 for n in range(1, 1001) if n % 7 == 0 and n % 2)\n```\n",
    "There are \\boxed{71}.",
]


@dataclass
class Meter:
    """What this program does with the events: it counts cells."""

    cells: int = 0
    failed: int = 0

    def listen(self, event: Event) -> None:
        if isinstance(event, CodeFinished):
            self.cells += 1
            self.failed += not event.result.ok


async def answer(question: str, engine: Engine, kernels: KernelPool) -> tirkit.Solution:
    """One request of this program; many may run at once on the same engine and kernels."""
    meter = Meter()
    async with tirkit.Solver(
        engine,
        kernels=kernels,
        share_engine=True,
        attempts=6,
        stop="when_agreed(2) | after_seconds(120)",
    ) as solver:
        solution = await solver.solve(question, listener=meter.listen)
    print(f"{solution.answer}: {solution.stop_reason}; {meter.cells} cells, {meter.failed} failed")
    return solution


async def main(engine: Engine) -> None:
    question = "How many odd multiples of 7 are there from 1 to 1000?"
    async with engine, KernelPool() as kernels, anyio.create_task_group() as requests:
        requests.start_soon(answer, question, engine, kernels)
        requests.start_soon(answer, question + " Take your time.", engine, kernels)


def replayed() -> Engine:
    return ReplayEngine(lambda request: Recording.from_text(WRITTEN[int(request.request_id[-1])]))


if __name__ == "__main__":
    anyio.run(main, engine_from_name(sys.argv[1]) if len(sys.argv) > 1 else replayed())
