"""What holds for every rule: order, live against replayed, ten thousand votes."""

import functools
import random

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scheduler.states import state
from tests.scheduler.test_run import PROBLEM, Attempts, settle
from tirkit.scheduler import Policy, ProblemState, Scheduler, StopRule, parse_stop_rule
from tirkit.selection import MajorityVote, ballot_from, count
from tirkit.types import Solution, StopReason

BY_TALLY = [
    parse_stop_rule(text)
    for text in (
        "after_attempts(5)",
        "after_answers(4)",
        "when_agreed(3)",
        "k_of_n(4, 8)",
        "ladder((4, 4), (7, 5), (9, 6))",
        "when_lead_is_safe()",
        "when_lead_is_safe(max_weight=1)",
        "when_uncatchable()",
        "beta_posterior(0.95)",
        "dirichlet_posterior(0.9)",
        "bayes_factor(20)",
        "bayes_factor(20, unknown=0, minimum_attempts=3)",
        "consensus_share(0.75, minimum_attempts=4)",
        "majority_share(0.8)",
        "low_entropy(0.75)",
        "not_before(when_agreed(2), answers=4)",
        "length_matched(when_agreed(2))",
        "when_agreed(4) & after_attempts(6) | beta_posterior(0.97)",
    )
]
BY_ORDER = [parse_stop_rule("agreed_of_last(3, 4)"), parse_stop_rule("unanimous_window(3)")]
RULES = [*BY_TALLY, *BY_ORDER]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.integers(0, 3), max_size=12), st.randoms(use_true_random=False))
def test_tally_rules_when_attempts_finish_in_another_order_then_they_decide_the_same(
    answers: list[int | None], shuffle: random.Random
) -> None:
    order = list(enumerate(answers))
    shuffle.shuffle(order)
    indexes, others = [index for index, _ in order], [answer for _, answer in order]
    for rule in BY_TALLY:
        one = rule.decide(state(answers, attempts=14))
        assert one == rule.decide(state(others, indexes=indexes, attempts=14))
        assert one is None or one


async def live(rule: StopRule, order: list[tuple[int, str | None]]) -> Solution:
    """Let attempts finish in an order, one after the other, until the rule fires."""
    attempts, solutions = Attempts(), list[Solution]()
    async with Scheduler(attempts, len(order)) as scheduler:
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                solutions.append(await scheduler.solve(PROBLEM, Policy(len(order), rule)))

            tasks.start_soon(run)
            await settle()
            for index, answer in order:
                if (PROBLEM.id, index) in attempts.running:
                    attempts.tell(answer, index)
                    await settle()
    return solutions[0]


def replayed(rule: StopRule, solution: Solution, order: list[int]) -> tuple[int, str | None]:
    """After how many attempts the rule fires on the record, and why."""
    by_index = {done.index: done for done in solution.trajectories}
    for finished in range(len(order) + 1):
        ballots = [ballot_from(by_index[index]) for index in order[:finished]]
        votes = count(MajorityVote(), ballots)
        running = tuple(order[finished:])
        seen = ProblemState(
            problem_id="p",
            max_attempts=len(order),
            started=len(order),
            running=running,
            finished=finished,
            tally=votes,
            weighted=votes,
            ballots=tuple(ballots),
            running_tokens=(0,) * len(running),
        )
        reason = rule.decide(seen)
        if reason is not None:
            return finished, reason
    return len(order), f"all {len(order)} attempts finished"


@pytest.mark.parametrize("rule", RULES, ids=str)
async def test_rule_when_replayed_over_the_record_then_it_decides_as_it_did_live(
    rule: StopRule,
) -> None:
    draw = random.Random(str(rule))
    with anyio.fail_after(60):
        for _ in range(12):
            size = draw.randrange(1, 11)
            order = [(index, draw.choice(["7", "7", "7", "8", "0", None])) for index in range(size)]
            draw.shuffle(order)
            solution = await live(rule, order)
            indexes = [index for index, _ in order]
            finished, reason = replayed(rule, solution, indexes)
            assert solution.stop_reason == reason
            over = [
                done.index
                for done in solution.trajectories
                if done.stop_reason is not StopReason.CANCELLED
            ]
            assert sorted(over) == sorted(indexes[:finished])


@functools.cache
def ten_thousand() -> tuple[ProblemState, ...]:
    """All agree, half of them do, nobody answers."""
    return (
        state([0] * 10_000, attempts=10_001),
        state([place % 2 for place in range(10_000)], attempts=20_000),
        state([None] * 10_000, attempts=20_000),
    )


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.timeout(60)
def test_rule_when_there_are_ten_thousand_attempts_then_it_decides(rule: StopRule) -> None:
    sure, even, silent = ten_thousand()
    assert rule.decide(sure) or "ladder" in str(rule)
    rule.decide(even)
    assert rule.decide(silent) is None or "after_attempts(" in str(rule)
