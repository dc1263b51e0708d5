"""What a solver says of itself while it works."""

import tirkit
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.events import Event, TokensSampled
from tirkit.kernels import KernelPool
from tirkit.scheduler import Budget, SchedulerStatus
from tirkit.solver import SolverStatus
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, Problem

KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))
ENGINE = ReplayEngine(lambda request: Recording.from_text("So it is \\boxed{4}."))


async def test_status_when_attempts_run_then_counts_them_against_the_cap() -> None:
    seen: list[SolverStatus] = []
    async with tirkit.Solver(
        ENGINE, kernels=KERNELS, attempts=5, max_in_flight=3, stop="after_attempts(5)"
    ) as solver:

        def listen(event: Event) -> None:
            if isinstance(event, TokensSampled):
                seen.append(solver.status())

        budget = Budget(seconds=60)
        await solver.solve(Problem("2+2?", "p"), listener=listen, budget=budget)
        after = solver.status()
    assert max(status.attempts.in_flight for status in seen) == 3
    assert {status.attempts.max_in_flight for status in seen} == {3}
    problems = [status.attempts.problems[0] for status in seen]
    assert {problem.problem_id for problem in problems} == {"p"}
    assert {problem.max_attempts for problem in problems} == {5}
    assert all(problem.started == problem.running + problem.finished for problem in problems)
    assert max(problem.finished for problem in problems) >= 3
    assert all(problem.tally.votes == problem.finished for problem in problems)
    assert problems[-1].sampled_tokens > problems[0].sampled_tokens > 0
    left = [problem.left_seconds for problem in problems]
    assert all(seconds is not None and 0 < seconds < 60 for seconds in left)
    assert after.attempts.problems == ()
    assert after.attempts.in_flight == 0
    assert after.kernels is None
    assert solver.status() == SolverStatus(SchedulerStatus())


async def test_status_when_there_is_no_limit_then_no_time_is_left_over() -> None:
    seen: list[float | None] = []
    async with tirkit.Solver(ENGINE, kernels=KERNELS, attempts=1) as solver:

        def listen(event: Event) -> None:
            seen.extend(one.left_seconds for one in solver.status().attempts.problems)

        await solver.solve("2+2?", listener=listen)
    assert set(seen) == {None}


async def test_status_when_kernels_are_a_pool_then_tells_of_them() -> None:
    async with KernelPool() as pool, tirkit.Solver(ENGINE, kernels=pool) as solver:
        assert solver.status().kernels == pool.stats()
