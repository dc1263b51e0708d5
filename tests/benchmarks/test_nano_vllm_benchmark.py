"""The parts of the vLLM benchmark that compute something. No engine is started here."""

from benchmarks.nano_vllm.heard import Heard, Kill
from benchmarks.nano_vllm.runs import draw_problems, requests_of
from benchmarks.nano_vllm.table import part
from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import FencedDialect
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.events import (
    AttemptFinished,
    CodeFinished,
    CodeStarted,
    ProblemFinished,
    ProblemSettled,
)
from tirkit.prompts import load_prompt
from tirkit.scheduler import Policy, Scheduler, after_attempts
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    CodeResult,
    CodeStatus,
    GenerateRequest,
    Problem,
    Sampling,
    Solution,
    StopReason,
    Tally,
    Trajectory,
    Verdict,
)

PROBLEM = Problem("What is 6 * 7?", id="p")
RESULT = CodeResult(CodeStatus.OK, stdout="42\n")
TURNS = (
    "Hm.\n```python\nprint(6 * 7)\n```\nthrown away behind the fence",
    "```python\nprint(6 * 7)",  # malformed: ends inside the block
    "So it is \\boxed{42}.",
)


class Clock:
    """Tells what it is set to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ended(index: int, reason: StopReason) -> Trajectory:
    spec = AttemptSpec(f"p#{index}", f"x.0:p#{index}", PROBLEM, index, seed=1)
    return TrajectoryBuilder(spec).freeze(reason)


def test_heard_when_losers_end_after_the_verdict_then_the_last_one_counts() -> None:
    clock, known = Clock(), {"p": 0}
    heard = Heard(lambda problem: known[problem], clock)
    verdict = Verdict(None, "agreed", 0.0, Tally((), 0))
    steps: list[tuple[float, StopReason | None, int]] = [
        (0.5, StopReason.CANCELLED, 9),  # by a guard of its own, before the verdict
        (1.0, None, 9),
        (1.25, StopReason.CANCELLED, 2),
        (1.5, StopReason.CANCELLED, 1),
        (9.0, StopReason.ANSWERED, 0),  # had ended by itself, and is only told late
    ]
    for index, (at, reason, unfinished) in enumerate(steps):
        clock.now, known["p"] = at, unfinished
        if reason is None:
            heard(ProblemSettled("p", verdict, "agreed"))
        else:
            heard(AttemptFinished("p", ended(index, reason), verdict.tally))
    clock.now = 10.0
    heard(ProblemFinished(Solution(PROBLEM, verdict, (), "agreed", 1.0)))
    assert heard.kills == [Kill(0.5, 2, 1)]


def test_heard_when_nobody_was_killed_then_there_is_no_kill() -> None:
    heard = Heard(lambda _problem: 0)
    verdict = Verdict(None, "agreed", 0.0, Tally((), 0))
    heard(AttemptFinished("p", ended(0, StopReason.ANSWERED), verdict.tally))
    heard(ProblemSettled("p", verdict, "all attempts have ended"))
    heard(ProblemFinished(Solution(PROBLEM, verdict, (), "", 1.0)))
    assert heard.kills == []


def test_heard_when_cells_of_two_attempts_overlap_then_each_wait_is_its_own() -> None:
    clock = Clock()
    heard = Heard(lambda _problem: 0, clock)
    heard(CodeStarted("p", "p#0", "1"))
    clock.now = 1.0
    heard(CodeStarted("p", "p#1", "1"))
    clock.now = 4.0
    heard(CodeFinished("p", "p#1", RESULT))
    clock.now = 6.0
    heard(CodeFinished("p", "p#0", RESULT))
    assert heard.waits == [3.0, 6.0]


async def test_requests_of_when_attempts_are_recorded_then_they_are_what_the_engine_was_asked() -> (
    None
):
    asked: list[GenerateRequest] = []

    def script(request: GenerateRequest) -> Recording:
        asked.append(request)
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return Recording.from_text(TURNS[place.turn])

    kernels = FakeKernelSource(lambda _code: RESULT)
    async with ReplayEngine(script) as engine:
        runner = AttemptRunner(
            engine, kernels, FencedDialect(load_prompt("default")), AttemptLimits(), Sampling()
        )
        async with Scheduler(runner, 3) as scheduler:
            solution = await scheduler.solve(PROBLEM, Policy(3, after_attempts(3)))
    replayed = requests_of(solution.trajectories, Sampling(temperature=0.7, logprobs=0))
    found = sorted((one.request.seed, tuple(one.request.prompt_ids)) for one in replayed)
    assert found == sorted((one.seed, tuple(one.prompt_ids)) for one in asked)
    assert len(found) == 3 * len(TURNS)
    spent = solution.usage
    assert spent.wasted_tokens > 0
    tokens = sum(one.request.max_tokens for one in replayed)
    assert tokens == spent.sampled_tokens + spent.wasted_tokens
    assert sum(len(one.kept) for one in replayed) == spent.sampled_tokens
    for one in replayed:
        assert one.request.sampling == Sampling(0.7, logprobs=0, extra={"ignore_eos": True})


def test_problems_when_drawn_then_they_are_of_all_tiers_in_turn_and_the_same_again() -> None:
    drawn = draw_problems(8, seed=1)
    assert [one.metadata["tier"] for one in drawn] == [1, 2, 3, 1, 2, 3, 1, 2]
    assert len({one.id for one in drawn}) == 8
    assert [one.text for one in drawn] == [one.text for one in draw_problems(8, seed=1)]


def test_part_when_asked_then_it_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 21)]
    assert (part(values, 0.5), part(values, 0.95), part(values, 1)) == (10.0, 19.0, 20.0)
    assert part([], 0.5) == ""
