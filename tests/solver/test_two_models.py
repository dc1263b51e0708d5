"""A solver with two engines: entered once each, left once each, and named by settings alone."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

import tirkit
from tirkit.attempt import Reasoner
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.errors import ConfigError
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus

KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))
PROSE = dialect_from_name("prose", prompt="reasoner")


class Counted(ReplayEngine):
    """Counts how often it is entered and left."""

    def __init__(self, said: str) -> None:
        super().__init__(lambda _request: Recording.from_text(said))
        self.entered = self.left = 0

    async def __aenter__(self) -> Self:
        self.entered += 1
        return await super().__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.left += 1
        await super().__aexit__(kind, error, trace)


@pytest.mark.parametrize("same", [True, False])
async def test_solver_when_it_has_a_reasoner_then_each_engine_is_entered_once(
    *, same: bool
) -> None:
    coder = Counted("It is \\boxed{42}.")
    thinker = coder if same else Counted("Multiply.")
    async with tirkit.Solver(
        coder, kernels=KERNELS, attempts=2, reasoner=Reasoner(thinker, PROSE)
    ) as solver:
        solution = await solver.solve("6 * 7?")
    assert (coder.entered, coder.left) == (thinker.entered, thinker.left) == (1, 1)
    assert str(solution.answer) == "42"
    done = [one for one in solution.trajectories if one.answer is not None]
    assert all(one.reasoner is not None and one.reasoner.turns for one in done)
    kept = sum(one.spent.sampled_tokens for one in solution.trajectories)
    assert (
        solution.usage.sampled_tokens
        == kept
        > sum(one.usage.sampled_tokens for one in solution.trajectories)
    )


async def test_solver_when_settings_name_the_reasoners_engine_then_it_is_made(
    tmp_path: Path,
) -> None:
    path = tmp_path / "plans.jsonl"
    row = {"problem_id": "p", "index": 0, "turns": ["Multiply."]}
    path.write_text(json.dumps(row), encoding="utf-8")
    async with tirkit.Solver(
        Counted("It is \\boxed{42}."),
        kernels=KERNELS,
        attempts=1,
        reasoner={"engine": f"replay:{path}"},
    ) as solver:
        solution = await solver.solve(tirkit.Problem("6 * 7?", "p"))
    (done,) = solution.trajectories
    assert "Multiply." in done.prompt_text


def test_solver_when_the_reasoner_has_no_engine_then_the_error_names_the_setting() -> None:
    with pytest.raises(ConfigError, match=r"the reasoner has no engine: .* reasoner\.engine"):
        tirkit.Solver(Counted(""), reasoner={"points": ["plan"]})
