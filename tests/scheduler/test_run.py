"""The scheduler with attempts that do what they are told."""

from collections.abc import Awaitable, Callable, Sequence

import anyio
import pytest

from tirkit.attempt import TrajectoryBuilder
from tirkit.errors import ConfigError, EngineError, RecordError
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
)
from tirkit.scheduler import (
    Policy,
    Scheduler,
    StopRule,
    after_attempts,
    after_seconds,
    after_tokens,
    when_agreed,
    when_lead_is_safe,
)
from tirkit.types import Answer, Problem, StopReason, TokenChunk, Trajectory

NEVER = after_attempts(10_000)
PROBLEM = Problem("What is 6 * 7?", id="p")


class Attempts:
    """Stands for the attempt room: each attempt waits until it is told its answer."""

    def __init__(self) -> None:
        self.running: dict[tuple[str, int], anyio.Event] = {}
        self.most_at_once = 0
        self.order: list[tuple[str, int]] = []
        self._answers: dict[tuple[str, int], str | None] = {}
        self.clean_up: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, builder: TrajectoryBuilder) -> Trajectory:
        key = (builder.spec.problem.id, builder.spec.index)
        self.order.append(key)
        self.running[key] = anyio.Event()
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            await self.running[key].wait()
        finally:
            del self.running[key]
            if self.clean_up is not None:
                with anyio.CancelScope(shield=True):
                    await self.clean_up()
        answer = self._answers[key]
        if answer is None:
            return builder.freeze(StopReason.NO_ANSWER)
        return builder.freeze(StopReason.ANSWERED, answer=Answer(answer, answer))

    def tell(self, answer: str | None, index: int, problem: str = "p") -> None:
        self._answers[problem, index] = answer
        self.running[problem, index].set()


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


async def solve(
    answers: Sequence[str | None],
    rule: StopRule,
    *,
    attempts: int = 8,
    at_once: int = 8,
) -> tuple[Attempts, list[Event]]:
    """Run one problem, telling answers in the order of the attempts' indexes."""
    acts, events = Attempts(), list[Event]()
    async with Scheduler(acts, at_once) as scheduler:
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                await scheduler.solve(PROBLEM, Policy(attempts, rule), listener=events.append)

            tasks.start_soon(run)
            for index, answer in enumerate(answers):
                await settle()
                acts.tell(answer, index)
    return acts, events


async def test_problem_when_agreed_then_losers_are_cancelled_and_recorded() -> None:
    acts, events = await solve(["1", "7", "7", None, "7"], when_agreed(3))
    assert not acts.running
    finished = events[-1]
    assert isinstance(finished, ProblemFinished)
    solution = finished.solution
    assert str(solution.answer) == "7"
    assert solution.stop_reason == "3 attempts agree on 7"
    assert [done.index for done in solution.trajectories] == list(range(8))
    reasons = [done.stop_reason for done in solution.trajectories]
    assert reasons[5:] == [StopReason.CANCELLED] * 3
    assert {done.stop_detail for done in solution.trajectories[5:]} == {solution.stop_reason}
    assert solution.verdict.tally.silent == 1
    kinds = [type(event) for event in events]
    assert kinds.index(ProblemSettled) < len(kinds) - 1
    assert kinds.count(AttemptStarted) == kinds.count(AttemptFinished) == 8


async def test_problem_when_all_attempts_end_then_the_vote_decides() -> None:
    _, events = await solve(["1", "2", "2"], NEVER, attempts=3)
    assert isinstance(events[-1], ProblemFinished)
    assert str(events[-1].solution.answer) == "2"
    assert events[-1].solution.stop_reason == "all 3 attempts finished"


async def test_problem_when_nobody_answers_then_the_reason_says_why() -> None:
    _, events = await solve([None, None], NEVER, attempts=2)
    assert isinstance(events[-1], ProblemFinished)
    solution = events[-1].solution
    assert solution.answer is None
    assert "2 no_answer" in solution.verdict.reason


async def test_cap_when_problems_compete_then_it_holds_and_earlier_work_goes_first() -> None:
    acts = Attempts()
    async with Scheduler(acts, 3) as scheduler, anyio.create_task_group() as tasks:
        for name in ("a", "b"):
            problem = Problem("Same question?", id=name)
            tasks.start_soon(scheduler.solve, problem, Policy(4, NEVER))
            await settle()
        assert sorted(acts.running) == [("a", 0), ("a", 1), ("a", 2)]
        acts.tell("1", 1, "a")
        await settle()
        assert sorted(acts.running) == [("a", 0), ("a", 2), ("a", 3)]
        for index in (0, 2, 3):
            acts.tell("1", index, "a")
        await settle()
        assert sorted(acts.running) == [("b", 0), ("b", 1), ("b", 2)]
        for index in range(4):
            acts.tell("1", index, "b")
            await settle()
    assert acts.most_at_once == 3


async def test_loser_when_it_takes_long_to_go_then_its_place_is_not_given_away() -> None:
    acts, going = Attempts(), anyio.Event()
    acts.clean_up = going.wait
    async with Scheduler(acts, 2) as scheduler, anyio.create_task_group() as tasks:
        tasks.start_soon(scheduler.solve, Problem("One?", id="a"), Policy(2, when_agreed(1)))
        tasks.start_soon(scheduler.solve, Problem("Two?", id="b"), Policy(2, when_agreed(1)))
        await settle()
        acts.tell("1", 0, "a")
        await settle()
        assert not [key for key in acts.order if key[0] == "b"]
        acts.clean_up = None
        going.set()
        await settle()
        assert sorted(acts.running) == [("b", 0), ("b", 1)]
        acts.tell("1", 0, "b")


async def test_solve_when_the_caller_leaves_then_its_attempts_are_gone_before_it() -> None:
    acts = Attempts()
    heard: list[Event] = []
    async with Scheduler(acts, 8) as scheduler:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(scheduler.solve, PROBLEM, Policy(4, NEVER), (), heard.append)
                await settle()
                assert len(acts.running) == 4
                scope.cancel()
        assert not acts.running
        assert heard[-1] == ProblemFailed("p", "the caller left")
        assert repr(scheduler) == "<Scheduler 0 problems, 0/8 attempts in flight>"


async def test_scheduler_when_left_then_running_attempts_are_recorded_as_cancelled() -> None:
    acts, recorded = Attempts(), list[Trajectory]()

    async def record(_problem: Problem, trajectory: Trajectory) -> None:
        await anyio.lowlevel.checkpoint()
        recorded.append(trajectory)

    with anyio.CancelScope() as scope:
        async with Scheduler(acts, 8, record=record) as scheduler:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(scheduler.solve, PROBLEM, Policy(3, NEVER))
                await settle()
                scope.cancel()
    assert sorted(done.index for done in recorded) == [0, 1, 2]
    assert {done.stop_reason for done in recorded} == {StopReason.CANCELLED}


async def test_record_when_it_fails_then_the_caller_is_told_and_nothing_hangs() -> None:
    acts = Attempts()

    async def record(_problem: Problem, _trajectory: Trajectory) -> None:
        raise RecordError("disk full")

    with anyio.fail_after(10):
        async with Scheduler(acts, 8, record=record) as scheduler:
            with pytest.raises(ExceptionGroup) as caught:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(scheduler.solve, PROBLEM, Policy(2, NEVER))
                    await settle()
                    acts.tell("1", 0)
    assert caught.group_contains(RecordError, match="disk full")


async def test_problem_when_it_cannot_be_run_then_the_error_reaches_the_caller() -> None:
    async def impossible(_builder: TrajectoryBuilder) -> Trajectory:
        raise ConfigError("no chat template")

    async with Scheduler(impossible, 8) as scheduler:
        with pytest.raises(ConfigError, match="no chat template"):
            await scheduler.solve(PROBLEM, Policy(4, NEVER))


async def test_problem_when_the_engine_fails_every_attempt_then_it_is_raised() -> None:
    async def dead(builder: TrajectoryBuilder) -> Trajectory:
        return builder.freeze(StopReason.ENGINE_ERROR, "vllm:m died")

    heard: list[Event] = []
    async with Scheduler(dead, 8) as scheduler:
        with pytest.raises(EngineError, match="no attempt could go on: vllm:m died"):
            await scheduler.solve(PROBLEM, Policy(4, NEVER), listener=heard.append)
    told = "problem p: no attempt could go on: vllm:m died"
    assert [one for one in heard if isinstance(one, ProblemFailed)] == [ProblemFailed("p", told)]


async def test_prior_attempts_when_given_then_they_count_and_only_the_rest_runs() -> None:
    acts = Attempts()
    prior: list[Trajectory] = []
    async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:

        async def first() -> None:
            solution = await scheduler.solve(PROBLEM, Policy(3, NEVER))
            prior.extend(done for done in solution.trajectories if done.index != 1)

        tasks.start_soon(first)
        await settle()
        for index in range(3):
            acts.tell("7", index)
    async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:
        acts.order.clear()
        tasks.start_soon(scheduler.solve, PROBLEM, Policy(3, NEVER), prior)
        await settle()
        assert acts.order == [("p", 1)]
        acts.tell("8", 1)


async def test_time_when_it_alone_decides_then_the_rule_fires_without_an_event() -> None:
    acts = Attempts()
    with anyio.fail_after(10):
        async with Scheduler(acts, 8) as scheduler:
            solution = await scheduler.solve(PROBLEM, Policy(2, after_seconds(0.03)))
    assert solution.stop_reason == "0.03 s passed"
    assert solution.answer is None


async def test_tokens_when_running_attempts_draw_them_then_the_rule_sees_them() -> None:
    async def talkative(builder: TrajectoryBuilder) -> Trajectory:
        builder.begin((1, 2, 3), "ask")
        builder.open_turn(forced=False)
        while True:
            builder.add_chunk(TokenChunk((7,), "x"))
            await anyio.sleep(0.001)

    with anyio.fail_after(10):
        async with Scheduler(talkative, 8) as scheduler:
            solution = await scheduler.solve(PROBLEM, Policy(2, after_tokens(10)))
    assert solution.stop_reason.endswith("tokens drawn")
    assert solution.usage.sampled_tokens >= 10


async def test_deadline_when_the_problem_has_one_then_attempts_get_an_earlier_one() -> None:
    deadlines: list[float | None] = []

    async def note(builder: TrajectoryBuilder) -> Trajectory:
        deadlines.append(builder.spec.deadline)
        return builder.freeze(StopReason.NO_ANSWER)

    async with Scheduler(note, 1) as scheduler:
        began = anyio.current_time()
        await scheduler.solve(PROBLEM, Policy(1, when_lead_is_safe(), seconds=10.0))
    assert deadlines[0] is not None
    assert began + 9.7 < deadlines[0] < began + 10


async def test_seeds_when_runs_are_repeated_then_they_are_the_same_and_differ_by_attempt() -> None:
    seeds: list[int] = []

    async def note(builder: TrajectoryBuilder) -> Trajectory:
        seeds.append(builder.spec.seed)
        return builder.freeze(StopReason.NO_ANSWER)

    for _ in range(2):
        async with Scheduler(note, 4) as scheduler:
            await scheduler.solve(PROBLEM, Policy(4, NEVER, seed=5))
    assert seeds[:4] == seeds[4:]
    assert len(set(seeds)) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)


async def test_listener_when_it_raises_then_it_is_cut_off_and_the_run_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        raise ZeroDivisionError

    async def quick(builder: TrajectoryBuilder) -> Trajectory:
        return builder.freeze(StopReason.NO_ANSWER)

    async with Scheduler(quick, 4) as scheduler:
        await scheduler.solve(PROBLEM, Policy(2, NEVER), listener=listen)
    assert len(heard) == 1
    assert "a listener raised" in caplog.text
