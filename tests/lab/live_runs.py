"""Real solvers on the replay engine, on a clock of their own: hours pass in no time."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace

import anyio
import pytest

from tirkit import Solver
from tirkit.attempt import builder
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.selection import parse_selector
from tirkit.testing import FakeClock, FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, GenerateRequest, Problem, Solution

KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))


@dataclass(frozen=True)
class Script:
    """Attempts of random lengths and answers, the same for every run with this seed."""

    seed: int
    attempts: int
    problems: int = 1
    answers: tuple[str, ...] = ("7", "7", "7", "8", "9", "")
    most_words: int = 40
    shares: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        draw = Random(f"{self.seed} {place.problem_id} {place.index}")
        answer = draw.choice(self.answers)
        text = "hm " * draw.randint(1, self.most_words)
        text += f"\\boxed{{{answer}}}." if answer else "I do not know."
        return Recording.from_text(text, delay_seconds=draw.uniform(0.5, 2.0))

    def asked(self) -> list[Problem]:
        return [
            Problem(f"What is {number} + 7?", id=f"p{number}", answer="7")
            for number in range(self.problems)
        ]


def run_live(
    script: Script, monkeypatch: pytest.MonkeyPatch, *, stop: str, selector: str, at_once: int
) -> list[Solution]:
    """Solve the script's problems, all at once."""
    clock = FakeClock(time.time())
    shown = SimpleNamespace(time=clock, monotonic=clock)

    async def work() -> list[Solution]:
        async with Solver(
            ReplayEngine(script, sleep=anyio.sleep),
            kernels=KERNELS,
            attempts=script.attempts,
            max_in_flight=at_once,
            stop=stop,
            selector=parse_selector(selector),
            limits={"ask_when_silent": False},
            sampling={"logprobs": 5},
        ) as solver:
            return await solver.solve_all(script.asked())

    with monkeypatch.context() as patched:
        patched.setattr(builder, "time", shown)
        return clock.run(work)
