"""Answers that only symbols can tell to be the same, compared beside the loop before they count."""

from collections.abc import Sequence

import anyio
import pytest

from tirkit.answers import Comparison, normalize
from tirkit.attempt import TrajectoryBuilder
from tirkit.scheduler import Policy, Scheduler, StopRule, after_attempts, when_agreed
from tirkit.types import Answer, Problem, Solution, StopReason, Trajectory

PROBLEM = Problem("Simplify it.", "p")
SAME = (r"2\sin(x)\cos(x)", r"\sin(2x)", r"\frac{2\tan(x)}{1+\tan(x)^2}")
FRESH = (r"2\sin(2y)\cos(2y)", r"\sin(4y)")
"""Compared in one test alone, so that nothing is remembered of them."""
AGREE = r"3 attempts agree on \sin(2x)"
TOWER = r"9^{9^{9^{9^{9}}}}+x"


async def solve(
    texts: Sequence[str],
    rule: StopRule,
    *,
    prior: Sequence[Trajectory] = (),
    comparison: Comparison | None = None,
    seconds: float | None = None,
) -> Solution:
    """Attempts that answer one after the other."""

    async def answer(builder: TrajectoryBuilder) -> Trajectory:
        text = texts[builder.spec.index]
        given = Answer(text, normalize(text))
        return builder.freeze(StopReason.ANSWERED, answer=given)

    policy = Policy(
        len(texts), rule, comparison=comparison or Comparison(timeout_seconds=20.0), seconds=seconds
    )
    async with Scheduler(answer, max_in_flight=1) as scheduler:
        with anyio.fail_after(60):
            return await scheduler.solve(PROBLEM, policy, prior)


async def test_votes_when_symbols_show_them_equal_then_they_are_one_answer() -> None:
    solution = await solve([*SAME, "7", "x"], after_attempts(5))
    counts = [entry.count for entry in solution.verdict.tally.entries]
    assert counts == [3, 1, 1]
    assert str(solution.answer) == r"\sin(2x)"


async def test_votes_when_they_agree_by_symbols_then_the_rule_stops_at_once() -> None:
    solution = await solve([*SAME, "7", "7"], when_agreed(3))
    assert len(solution.trajectories) == 3
    assert solution.stop_reason == AGREE


async def test_votes_when_symbols_are_off_then_texts_stay_apart() -> None:
    solution = await solve(SAME, after_attempts(3), comparison=Comparison(symbolic=False))
    assert [entry.count for entry in solution.verdict.tally.entries] == [1, 1, 1]


async def test_votes_when_an_answer_is_hostile_then_the_loop_goes_on_and_it_stays_alone() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await anyio.lowlevel.checkpoint()
            beats += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(beat)
        solution = await solve([TOWER, *FRESH, TOWER + "+1"], after_attempts(4))
        tasks.cancel_scope.cancel()
    assert [entry.count for entry in solution.verdict.tally.entries] == [2, 1, 1]
    assert beats > 100


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_votes_when_a_run_goes_on_then_earlier_answers_are_compared_too(first: int) -> None:
    order = [*SAME[first:], *SAME[:first], "7"]
    before = await solve(order, after_attempts(2))
    solution = await solve(order, when_agreed(3), prior=before.trajectories)
    assert solution.stop_reason == AGREE
    assert len(solution.trajectories) == 3


async def test_votes_when_the_time_is_short_then_comparing_ends_with_it() -> None:
    slow = Comparison(timeout_seconds=30.0)
    solution = await solve([*SAME[:2], "7"], after_attempts(3), comparison=slow, seconds=5.0)
    assert len(solution.trajectories) == 3


@pytest.mark.parametrize(("places", "counts"), [(None, [1, 1, 1]), (2, [2, 1])])
async def test_votes_when_numbers_are_near_then_only_a_tolerance_makes_them_one(
    places: int | None, counts: list[int]
) -> None:
    near = Comparison(places=places)
    solution = await solve(["0.333", "1/3", "0.35"], after_attempts(3), comparison=near)
    assert [entry.count for entry in solution.verdict.tally.entries] == counts
