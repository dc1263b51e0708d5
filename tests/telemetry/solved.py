"""Problems solved on the replay engine with real kernels, for whoever listens."""

from collections.abc import Callable

from tirkit import Solver
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.events import Listener, ignore
from tirkit.kernels import KernelSource
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, GenerateRequest, Problem, Solution

Say = Callable[[int, int], str]
PROBLEM = Problem("What is 6 * 7?", id="p<1>", answer="42")
FAKE = FakeKernelSource(
    lambda code: CodeResult(
        CodeStatus.ERROR if "boom" in code else CodeStatus.OK,
        stdout="42\n",
        duration_seconds=0.02,
        queue_seconds=0.01,
    )
)


def say(index: int, turn: int) -> str:
    """The second attempt's code fails, then both answer."""
    if turn == 0:
        return f"Look.\n```python\n{'boom()' if index else 'print(6 * 7)'}\n```\n"
    return "So \\boxed{42}."


async def solve(
    listener: Listener = ignore,
    *,
    problem: Problem = PROBLEM,
    kernels: KernelSource = FAKE,
    attempts: int = 2,
    text: Say = say,
    dies: bool = False,
) -> Solution:
    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        fault = Fault(FaultKind.ERROR, 1) if dies else None
        return Recording.from_text(text(place.index, place.turn), fault=fault)

    async with Solver(
        ReplayEngine(script),
        kernels=kernels,
        attempts=attempts,
        stop=f"after_attempts({attempts})",
    ) as solver:
        return await solver.solve(problem, listener=listener)
