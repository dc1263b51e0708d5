"""A judge in the scheduler: when it is asked, and what happens to the problem meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from tests.scheduler.test_run import NEVER, PROBLEM, Attempts, settle
from tirkit.attempt import TrajectoryBuilder
from tirkit.errors import ConfigError, RecordError
from tirkit.events import Event, ProblemSettled
from tirkit.scheduler import Policy, Scheduler, StopRule, when_agreed
from tirkit.selection.judges import Case, Hearing, JudgeTerms
from tirkit.testing import cancel_at_every_await
from tirkit.types import Answer, Judgment, Problem, Solution, StopReason, Trajectory, Usage

Heard = list[tuple[Case, Hearing]]


@dataclass(frozen=True)
class Picks:
    """A judge that picks one answer, fails, or never ends."""

    answer: str = "9"
    heard: Heard = field(default_factory=list)
    fails: Exception | None = None
    waits: bool = False
    ended: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "picks"

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        self.heard.append((case, hearing))
        try:
            await anyio.lowlevel.checkpoint()
            if self.waits:
                await anyio.sleep_forever()
        finally:
            self.ended.append("ended")
        if self.fails is not None:
            raise self.fails
        hearing.usage += Usage(sampled_tokens=100)
        found = [(one.answer, 1.0) for one in case.tally.entries if str(one.answer) == self.answer]
        return hearing.judgment(self.name, found, len(found), "it says so")


async def run(
    answers: Sequence[str | None],
    policy: Policy,
    *,
    order: list[int] | None = None,
    listener: Callable[[Event], None] = lambda _event: None,
) -> Solution:
    acts, solutions = Attempts(), list[Solution]()
    async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:

        async def solve() -> None:
            solutions.append(await scheduler.solve(PROBLEM, policy, listener=listener))

        tasks.start_soon(solve)
        for index in order or range(len(answers)):
            await settle()
            acts.tell(answers[index], index)
    [solution] = solutions
    return solution


def policy(judge: Picks, rule: StopRule = NEVER, **changes: object) -> Policy:
    return Policy(6, rule, judge=judge, **changes)  # type: ignore[arg-type]


SPLIT: list[str | None] = ["4", "4", "9", None, "7", "9"]


async def test_judge_when_votes_leave_it_open_then_it_decides() -> None:
    judge, events = Picks(), list[Event]()
    solution = await run(SPLIT, policy(judge), listener=events.append)
    assert str(solution.answer) == "9"
    assert solution.verdict.reason.startswith("chosen by picks (1 heard, 100 tokens): it says so")
    assert solution.judgment is not None
    assert solution.judgment.heard == 1
    attempts = sum(one.spent.sampled_tokens for one in solution.trajectories)
    assert solution.usage.sampled_tokens == attempts + 100
    assert solution.stop_reason == "all 6 attempts finished"
    [settled] = [one for one in events if isinstance(one, ProblemSettled)]
    assert settled.verdict == solution.verdict
    [(case, _)] = judge.heard
    assert [one.index for one in case.candidates] == [0, 1, 2, 4, 5]


async def test_judge_when_attempts_finish_in_any_order_then_it_sees_the_same_case() -> None:
    seen = []
    for order in ([0, 1, 2, 3, 4, 5], [5, 3, 1, 4, 2, 0], [2, 0, 4, 5, 3, 1]):
        judge = Picks()
        await run(SPLIT, policy(judge), order=order)
        [(case, _)] = judge.heard
        said = [(one.index, str(one.answer)) for one in case.candidates]
        seen.append((said, case.seed, [str(entry.answer) for entry in case.tally.entries]))
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(
    "answers",
    [
        ["4", "4", "4", "4", "4", "4"],
        ["4", "4", "4", None, None, "9"],
        [None, None, None, None, None, None],
        [None, "4", None, None, None, None],
    ],
    ids=["unanimous", "safe lead", "nobody", "one"],
)
async def test_judge_when_the_votes_settle_it_then_it_is_not_asked(
    answers: list[str | None],
) -> None:
    judge = Picks()
    solution = await run(answers, policy(judge))
    assert judge.heard == []
    assert solution.judgment is None


async def test_judge_when_every_disagreement_is_to_be_judged_then_a_safe_lead_is_too() -> None:
    judge = Picks()
    terms = JudgeTerms(safe_share=1.0)
    solution = await run(["4"] * 5 + ["9"], policy(judge, judge_terms=terms))
    assert str(solution.answer) == "9"


async def test_judge_when_the_rule_stops_early_then_losers_are_cancelled_and_it_is_asked() -> None:
    judge = Picks("4")
    rule = when_agreed(2)
    acts, solutions = Attempts(), list[Solution]()
    async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:

        async def solve() -> None:
            solutions.append(await scheduler.solve(PROBLEM, policy(judge, rule)))

        tasks.start_soon(solve)
        for index, answer in enumerate(("9", "4", "7", "4")):
            await settle()
            acts.tell(answer, index)
    [solution] = solutions
    assert solution.judgment is not None
    ends = [one.stop_reason for one in solution.trajectories]
    assert ends[4:] == [StopReason.CANCELLED] * 2


async def test_judge_when_it_fails_then_the_vote_stands() -> None:
    judge = Picks(fails=ValueError("broken"))
    solution = await run(SPLIT, policy(judge))
    assert str(solution.answer) == "4"
    assert "the vote stands, picks (0 heard, 0 tokens): it failed: ValueError: broken" in (
        solution.verdict.reason
    )


async def test_judge_when_it_picks_nothing_then_the_vote_stands() -> None:
    solution = await run(SPLIT, policy(Picks("no such answer")))
    assert str(solution.answer) == "4"
    assert solution.verdict.tie_broken_by == "earliest attempt"


async def test_judge_when_it_never_ends_then_its_time_runs_out() -> None:
    judge = Picks(waits=True)
    with anyio.fail_after(10):
        solution = await run(SPLIT, policy(judge, judge_terms=JudgeTerms(seconds=0.03)))
    assert str(solution.answer) == "4"
    assert "did not come to an end in time" in solution.verdict.reason
    assert judge.ended == ["ended"]


async def test_judge_when_the_problem_has_a_limit_then_time_is_kept_back_for_it() -> None:
    judge = Picks()
    deadlines: list[float] = []
    acts = Attempts()

    async def note(builder: TrajectoryBuilder) -> Trajectory:
        deadlines.append(builder.spec.deadline or 0.0)
        return await acts(builder)

    async with Scheduler(note, 8) as scheduler, anyio.create_task_group() as tasks:
        began = anyio.current_time()
        tasks.start_soon(scheduler.solve, PROBLEM, policy(judge, seconds=100.0))
        for index, answer in enumerate(SPLIT):
            await settle()
            acts.tell(answer, index)
    [(_, hearing)] = judge.heard
    assert all(one == deadlines[0] for one in deadlines)
    assert 74 <= deadlines[0] - began <= 75.5  # a quarter of the limit
    assert hearing.deadline - began <= 100


async def test_judge_when_no_time_is_left_then_the_vote_stands_and_says_so() -> None:
    judge = Picks()
    acts, solutions = Attempts(), list[Solution]()
    async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:

        async def solve() -> None:
            solutions.append(await scheduler.solve(PROBLEM, policy(judge, seconds=0.02)))

        tasks.start_soon(solve)
        await anyio.sleep(0.03)
        for index, answer in enumerate(SPLIT):
            acts.tell(answer, index)
    assert judge.heard == []
    assert "no time was left to judge" in solutions[0].verdict.reason


async def test_judge_when_the_caller_leaves_then_it_is_cancelled() -> None:
    judge = Picks(waits=True)
    acts = Attempts()
    async with Scheduler(acts, 8) as scheduler:
        with anyio.move_on_after(0.05) as leaving:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(scheduler.solve, PROBLEM, policy(judge))
                for index, answer in enumerate(SPLIT):
                    await settle()
                    acts.tell(answer, index)
        assert leaving.cancelled_caught
        assert judge.ended == ["ended"]
        solution = await _plain(scheduler, acts)
    assert str(solution.answer) == "1"


async def _plain(scheduler: Scheduler, acts: Attempts) -> Solution:
    """The scheduler still works."""
    solutions: list[Solution] = []
    async with anyio.create_task_group() as tasks:

        async def solve() -> None:
            problem = Problem("Another?", id="q")
            solutions.append(await scheduler.solve(problem, Policy(1, NEVER)))

        tasks.start_soon(solve)
        await settle()
        acts.tell("1", 0, "q")
    return solutions[0]


async def test_judge_when_the_scheduler_is_closed_then_it_is_cancelled() -> None:
    judge = Picks(waits=True)
    acts = Attempts()
    async with anyio.create_task_group() as tasks:
        async with Scheduler(acts, 8) as scheduler:
            tasks.start_soon(scheduler.solve, PROBLEM, policy(judge))
            for index, answer in enumerate(SPLIT):
                await settle()
                acts.tell(answer, index)
            await settle()
            assert judge.heard
    assert judge.ended == ["ended"]


async def test_judge_when_a_loser_cannot_be_recorded_then_the_problem_fails_at_once() -> None:
    judge = Picks(waits=True)
    acts = Attempts()

    async def record(_problem: Problem, trajectory: Trajectory) -> None:
        if trajectory.stop_reason is StopReason.CANCELLED:
            raise RecordError("disk full")

    with anyio.fail_after(10), pytest.raises(RecordError, match="disk full"):
        async with Scheduler(acts, 8, record=record) as scheduler:

            async def tell() -> None:
                for index, answer in enumerate(("9", "4", "7", "4")):
                    await settle()
                    acts.tell(answer, index)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(tell)
                try:
                    await scheduler.solve(PROBLEM, policy(judge, when_agreed(2)))
                except RecordError as error:
                    failure = error
            raise failure
    assert judge.ended == ["ended"]


async def test_solve_when_cancelled_at_every_await_while_judging_then_nothing_is_left() -> None:
    judges: list[Picks] = []

    async def answered(builder: TrajectoryBuilder) -> Trajectory:
        index = builder.spec.index
        said = ("4", "9", "4", "9")[index]
        await anyio.lowlevel.checkpoint()
        return builder.freeze(StopReason.ANSWERED, answer=Answer(said, said))

    async def work() -> None:
        judges.append(Picks())
        async with Scheduler(answered, 4) as scheduler:
            await scheduler.solve(PROBLEM, Policy(4, NEVER, judge=judges[-1]))

    async def check(_cancel_at: int) -> None:
        assert len(judges[-1].ended) == len(judges[-1].heard)

    assert await cancel_at_every_await(work, check) >= 2
    assert judges[-1].heard


@pytest.mark.parametrize(
    "changes", [{"tokens": 0}, {"seconds": 0}, {"safe_share": 1.5}, {"at_once": 0}]
)
def test_terms_when_out_of_range_then_they_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        JudgeTerms(**changes)
