"""A budget within a policy, and a problem that has one."""

import math

import pytest

import tirkit
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine
from tirkit.errors import ConfigError
from tirkit.scheduler import Budget, Policy, when_agreed
from tirkit.testing import FakeClock, FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, StopReason

KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))


@pytest.mark.parametrize(
    ("own", "given", "seconds"), [(None, 30, 30), (60, 30, 30), (20, 30, 20), (20, None, 20)]
)
def test_budget_when_a_policy_has_seconds_then_the_shorter_limit_holds(
    own: float | None, given: float | None, seconds: float
) -> None:
    assert Budget(seconds=given).within(Policy(8, seconds=own)).seconds == seconds


def test_budget_when_it_has_everything_then_the_policy_tells_all_of_it() -> None:
    budget = Budget(tokens=500, seconds=30, attempts=3, stop=when_agreed(2))
    policy = budget.within(Policy(8, when_agreed(4), seed=5))
    assert (policy.attempts, policy.seed) == (3, 5)
    rules = str(policy.stop_rule)
    assert rules == "when_agreed(4) | when_agreed(2) | after_tokens(500) | after_seconds(30)"


def test_budget_when_empty_then_nothing_changes() -> None:
    assert Budget().within(Policy(8)) == Policy(8)


@pytest.mark.parametrize("name", ["tokens", "seconds", "attempts"])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_budget_when_a_number_is_wrong_then_it_is_named(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        Budget(**{name: value})  # type: ignore[arg-type]


async def test_solver_when_a_problem_has_a_budget_of_attempts_then_no_more_run() -> None:
    engine = ReplayEngine(lambda _: Recording.from_text("\\boxed{1}"))
    async with tirkit.Solver(engine, kernels=KERNELS, stop="after_attempts(99)") as solver:
        solution = await solver.solve("What is 1?", budget=Budget(attempts=2))
        whole = await solver.solve("What is 1 now?")
    assert len(solution.trajectories) == 2
    assert len(whole.trajectories) == solver.settings.attempts > 2


async def test_solver_when_a_budget_of_tokens_is_used_up_then_the_problem_is_settled() -> None:
    endless = Recording.from_text("word " * 4000, delay_seconds=0.0001)
    async with tirkit.Solver(
        ReplayEngine(lambda _: endless), kernels=KERNELS, attempts=2
    ) as solver:
        solution = await solver.solve("What is 1?", budget=Budget(tokens=50))
    assert "tokens drawn" in solution.stop_reason


def test_solver_when_the_engine_stalls_then_a_budget_of_seconds_still_holds() -> None:
    clock = FakeClock()
    stalled = Recording.from_text("Hm", fault=Fault(FaultKind.STALL))

    async def work() -> tirkit.Solution:
        engine = ReplayEngine(lambda _: stalled)
        async with tirkit.Solver(engine, kernels=KERNELS, attempts=2) as solver:
            return await solver.solve("What is 1?", budget=Budget(seconds=120))

    solution = clock.run(work)
    assert solution.answer is None
    assert clock() == pytest.approx(120, abs=1)
    assert {one.stop_reason for one in solution.trajectories} <= {
        StopReason.DEADLINE,
        StopReason.CANCELLED,
    }
