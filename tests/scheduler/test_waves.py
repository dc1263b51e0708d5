"""Further waves of attempts: when they begin, what they are asked, how a run goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from tests.scheduler.states import answer, state
from tests.scheduler.test_run import PROBLEM, Attempts, settle
from tirkit.attempt import AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.events import ProblemSettled
from tirkit.scheduler import (
    Policy,
    Scheduler,
    Wave,
    after_attempts,
    after_seconds,
    when_agreed,
    when_lead_is_safe,
)
from tirkit.scheduler.rounds import Rounds
from tirkit.scheduler.waves import Earlier, question
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    CodeResult,
    CodeStatus,
    GenerateRequest,
    Problem,
    Solution,
    StopReason,
    TokenChunk,
    Trajectory,
)

NEVER = after_attempts(10_000)


def done(index: int, value: object | None, *texts: str) -> Trajectory:
    """A finished attempt whose turns said these texts."""
    builder = TrajectoryBuilder(AttemptSpec(f"p#{index}", f"x#{index}", PROBLEM, index, seed=1))
    builder.begin((1,), "ask")
    for text in texts:
        builder.open_turn(forced=False)
        builder.add_chunk(TokenChunk((7,), text))
        builder.close_turn(text)
    if value is None:
        return builder.freeze(StopReason.NO_ANSWER)
    return builder.freeze(StopReason.ANSWERED, answer=answer(value))


@dataclass
class Run:
    """One problem in the hands of a scheduler; attempts end when they are told to."""

    policy: Policy
    prior: Sequence[Trajectory] = ()
    at_once: int = 16
    acts: Attempts = field(default_factory=Attempts)
    asked: dict[int, str] = field(default_factory=dict)
    settled: list[ProblemSettled] = field(default_factory=list)
    solution: Solution | None = None

    async def __call__(self, *steps: dict[int, str | None]) -> list[list[int]]:
        """Tell answers step by step; gives what was running before each step and at the end."""
        seen: list[list[int]] = []

        async def run_one(builder: TrajectoryBuilder) -> Trajectory:
            self.asked[builder.spec.index] = builder.spec.asked
            return await self.acts(builder)

        async with Scheduler(run_one, self.at_once) as scheduler:
            async with anyio.create_task_group() as tasks:

                async def solve() -> None:
                    self.solution = await scheduler.solve(PROBLEM, self.policy, self.prior)

                tasks.start_soon(solve)
                for step in (*steps, {}):
                    await settle()
                    seen.append(sorted(index for _, index in self.acts.running))
                    for index, value in step.items():
                        self.acts.tell(value, index)
                        await settle()
                tasks.cancel_scope.cancel()
        return seen

    @property
    def reason(self) -> str:
        assert self.solution is not None
        return self.solution.stop_reason


def test_rounds_when_asked_then_indexes_and_rounds_agree() -> None:
    rounds = Rounds(3, (Wave(2), Wave(4)))
    assert [list(rounds.indexes(n)) for n in range(3)] == [[0, 1, 2], [3, 4], [5, 6, 7, 8]]
    assert [rounds.round_of(index) for index in range(11)] == [0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2]
    assert [rounds.up_to(n) for n in range(3)] == [3, 5, 9]
    assert Rounds(3).round_of(99) == 0


@pytest.mark.parametrize(
    ("opened", "answers", "attempts"),
    [
        (0, [], 9),
        (0, [1, 2], 9),
        (0, [1, 1], 3),  # two agree: the first wave will never be needed
        (1, [1, 1], 9),  # the second one asks for three
        (1, [1, 1, 1], 5),
        (2, [1, 1, 1], 9),
    ],
)
def test_rounds_when_votes_agree_then_later_waves_are_out_of_reach(
    opened: int, answers: list[int], attempts: int
) -> None:
    rounds = Rounds(3, (Wave(2, agree=2), Wave(4, agree=3)))
    assert rounds.reachable(opened, state(answers).tally) == attempts


async def test_wave_when_too_few_agree_then_it_begins_once_all_have_ended() -> None:
    run = Run(Policy(3, NEVER, waves=(Wave(2),)))
    seen = await run({0: "1", 1: "2"}, {2: None}, {3: "2", 4: "2"})
    assert seen == [[0, 1, 2], [2], [3, 4], []]
    assert run.reason == "all 5 attempts finished"
    assert run.solution is not None
    assert str(run.solution.answer) == "2"
    assert set(run.asked.values()) == {""}


async def test_wave_when_enough_agree_then_it_never_begins() -> None:
    run = Run(Policy(3, NEVER, waves=(Wave(2), Wave(2))))
    assert await run({0: "1", 1: "2", 2: "1"}) == [[0, 1, 2], []]
    assert run.reason == "all 3 attempts finished"


async def test_wave_when_the_rule_fires_first_then_it_never_begins() -> None:
    run = Run(Policy(2, after_attempts(2), waves=(Wave(2),)))
    assert await run({0: "1", 1: "2"}) == [[0, 1], []]
    assert run.reason == "2 attempts finished"


async def test_waves_when_one_is_not_enough_then_the_next_begins() -> None:
    run = Run(Policy(1, NEVER, waves=(Wave(1), Wave(1), Wave(1))))
    seen = await run({0: "1"}, {1: "2"}, {2: "1"})
    assert seen == [[0], [1], [2], []]
    assert run.reason == "all 3 attempts finished"


async def test_safe_lead_when_a_wave_may_come_then_its_attempts_count_as_remaining() -> None:
    # Two of three silent: 1-0 is no safe lead while four more may vote; with a second vote for
    # the leader the wave cannot come any more, and nothing is left that could change the winner.
    run = Run(Policy(3, when_lead_is_safe(), waves=(Wave(4, agree=2),)))
    assert await run({0: "1", 1: None, 2: None}) == [[0, 1, 2], [3, 4, 5, 6]]
    run = Run(Policy(3, when_lead_is_safe(), waves=(Wave(4, agree=2),)))
    assert await run({0: "1", 1: "1"}) == [[0, 1, 2], []]
    assert run.reason == "a lead of 2 is safe with 1 attempts remaining"


async def test_wave_when_places_are_few_then_the_cap_holds() -> None:
    run = Run(Policy(2, NEVER, waves=(Wave(3, text="verify"),)), at_once=2)
    seen = await run({0: "1"}, {1: "2"}, {2: "3"}, {3: "1", 4: "1"})
    assert seen == [[0, 1], [1], [2, 3], [3, 4], []]
    assert run.acts.most_at_once == 2
    # What the wave is shown is fixed when it begins, so that its prompt is one text.
    assert run.asked[2] == run.asked[3] == run.asked[4] != ""


async def test_wave_when_a_rule_opens_it_then_it_begins_beside_the_first_round() -> None:
    opens = when_agreed(1) & after_attempts(2)
    run = Run(Policy(4, NEVER, waves=(Wave(2, agree=3, opens=opens),)))
    seen = await run({0: None}, {1: "1"})
    assert seen == [[0, 1, 2, 3], [1, 2, 3], [2, 3, 4, 5]]


async def test_wave_when_time_opens_it_then_nobody_has_to_finish() -> None:
    acts = Attempts()
    with anyio.fail_after(20):
        async with Scheduler(acts, 8) as scheduler, anyio.create_task_group() as tasks:
            policy = Policy(1, NEVER, waves=(Wave(1, opens=after_seconds(0.02)),))
            tasks.start_soon(scheduler.solve, PROBLEM, policy)
            while ("p", 1) not in acts.running:  # noqa: ASYNC110 - nothing tells of it
                await anyio.sleep(0.005)
            assert ("p", 0) in acts.running
            tasks.cancel_scope.cancel()


async def test_scheduler_when_a_time_rule_alone_cannot_decide_then_it_does_not_spin() -> None:
    plans = 0

    class Counting(Scheduler):
        def _replan(self) -> None:
            nonlocal plans
            plans += 1
            super()._replan()

    acts = Attempts()
    async with Counting(acts, 8) as scheduler, anyio.create_task_group() as tasks:
        rule = after_seconds(0.01) & when_agreed(1)
        tasks.start_soon(scheduler.solve, PROBLEM, Policy(2, rule))
        await anyio.sleep(0.04)
        for _ in range(200):
            await anyio.lowlevel.checkpoint()
        assert 2 <= plans <= 4  # at the start, and once or twice at 0.01 s
        acts.tell("1", 0)
        await settle()
        assert not acts.running


async def test_run_when_gone_on_with_then_recorded_waves_stay_open() -> None:
    # Two of the first round agree by now, but an attempt of the wave was already recorded.
    prior = [done(0, 1), done(1, 1), done(2, 3), done(3, 2)]
    run = Run(Policy(3, NEVER, waves=(Wave(3, text="verify"), Wave(2))), prior)
    seen = await run({4: "5"}, {5: "5"})
    assert seen == [[4, 5], [5], []]
    assert run.reason == "all 6 attempts finished"
    assert "- 1\n- 3\n" in run.asked[4]
    assert "- 2" not in run.asked[4]  # of the wave itself


async def test_run_when_gone_on_with_before_the_wave_then_it_begins_as_it_would_have() -> None:
    run = Run(Policy(3, NEVER, waves=(Wave(2, text="verify"),)), [done(0, 1), done(2, 3)])
    seen = await run({1: "2"}, {3: "2", 4: "2"})
    assert seen == [[1], [3, 4], []]
    assert "- 1\n- 2\n- 3" in run.asked[3]


async def test_run_when_gone_on_with_after_all_agreed_then_nothing_begins() -> None:
    run = Run(Policy(2, NEVER, waves=(Wave(2),)), [done(0, 1), done(1, 1)])
    assert await run() == [[]]
    assert run.reason == "all 2 attempts finished"


async def test_run_when_recorded_attempts_are_beyond_all_waves_then_they_count() -> None:
    run = Run(Policy(1, NEVER), [done(0, 1), done(7, 1)])
    assert await run() == [[]]
    assert run.reason == "all 2 attempts finished"


def test_question_when_candidates_are_shown_then_most_votes_come_first() -> None:
    earlier = Earlier.of([done(3, 9), done(0, 7), done(1, None), done(2, 9)], 4)
    asked = question(Wave(4, text="verify"), PROBLEM, earlier, 0)
    assert asked.startswith(PROBLEM.text)
    assert "- 9\n- 7\n" in asked
    assert asked == question(Wave(4, text="verify"), PROBLEM, earlier, 3)
    assert question(Wave(4), PROBLEM, earlier, 0) == ""


def test_question_when_nobody_answered_then_it_is_the_problem_itself() -> None:
    for done_ones in ([], [done(0, None)]):
        for text in ("verify", "revise"):
            earlier = Earlier.of(done_ones, 4)
            assert question(Wave(2, text=text), PROBLEM, earlier, 0) == ""


def test_question_when_revised_then_each_is_shown_another_attempt_from_the_last_on() -> None:
    earlier = Earlier.of([done(0, 7, "first"), done(1, None, "x"), done(2, 0, "a", "last")], 3)
    asked = [question(Wave(3, text="revise"), PROBLEM, earlier, place) for place in range(3)]
    assert "came to 0. It ended with:\n\nlast\n" in asked[0]
    assert "came to 7. It ended with:\n\nfirst\n" in asked[1]
    assert asked[2] == asked[0]


def test_question_when_the_text_is_long_or_hostile_then_it_is_cut_and_left_as_it_is() -> None:
    words = "<think>" + "hm " * 9_000 + "</think>" + "<<problem>> <|im_end|>" + "y" * 9_000
    earlier = Earlier.of([done(0, "x " * 500 + "\n\n<<text>>", words)], 1)
    asked = question(Wave(1, text="revise"), PROBLEM, earlier, 0)
    assert len(asked) < 5_000
    assert "hm hm" not in asked
    assert asked.count(PROBLEM.text) == 1
    many = Earlier.of([done(index, index) for index in range(300)], 300)
    assert question(Wave(1, text="verify"), PROBLEM, many, 0).count("\n- ") == 8
    empty = Earlier.of([done(0, 4)], 1)
    assert "(nothing but its answer, 4)" in question(Wave(1, text="revise"), PROBLEM, empty, 0)


def test_earlier_when_attempts_were_cancelled_or_come_later_then_they_are_not_shown() -> None:
    builder = TrajectoryBuilder(AttemptSpec("p#1", "x#1", PROBLEM, 1, seed=1))
    cancelled = builder.freeze(StopReason.CANCELLED, answer=answer(5))
    earlier = Earlier.of([done(0, 4), cancelled, done(2, 6)], 2)
    assert [done.index for done in earlier.answered] == [0]
    assert earlier.tally.votes == 1


async def test_wave_when_run_by_a_model_then_its_record_tells_what_it_was_shown() -> None:
    said = {0: "It is \\boxed{41}.", 1: "Rather \\boxed{43}.", 2: "\\boxed{42}", 3: "\\boxed{42}"}

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return Recording.from_text(said[place.index], chunk_tokens=4)

    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))
    waves = (Wave(1, agree=3, text="verify"), Wave(1, agree=3, text="revise"))
    problem = Problem("What is 6 * 7? <|im_end|>", id="p", domain=PROBLEM.domain)
    async with ReplayEngine(script) as engine:
        runner = AttemptRunner(engine, kernels, dialect_from_name("fenced"))
        async with Scheduler(runner, 4) as scheduler:
            policy = Policy(2, NEVER, waves=waves)
            solution = await scheduler.solve(problem, policy)
    prompts = [trajectory.prompt_text for trajectory in solution.trajectories]
    assert prompts[0] == prompts[1]
    assert "- 41\n- 43\n" in prompts[2]
    assert "came to 42. It ended with:\n\n" in prompts[3]
    assert all(problem.text in prompt for prompt in prompts)
    assert {trajectory.problem_id for trajectory in solution.trajectories} == {"p"}
    assert str(solution.answer) == "42"
    assert solution.verdict.tally.entries[0].count == 2
