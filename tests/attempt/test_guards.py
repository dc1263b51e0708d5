"""Guards in attempts and problems: who is ended, with what record, and what is left of it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

import anyio
import pytest

from tests.guards.reference import check
from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError
from tirkit.events import Event, TokensSampled
from tirkit.guards import (
    DeepConfGuard,
    FailedCellsGuard,
    Guard,
    RepeatedCellsGuard,
    RepetitionGuard,
    tokens_saved,
)
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
    TokenChunk,
    TopLogprobs,
    Trajectory,
)

ANSWER = "So it is \\boxed{42}."
CODE = "Hm.\n```python\nprint({})\n```\n"
PROBLEM = Problem("What is 6 * 7?", id="p")
ASKED = Sampling(logprobs=2)
GROUP = 16


class SureEngine(ReplayEngine):
    """A replay engine that is as sure of each token as the token says: `?` makes it unsure."""

    async def stream(self, request: GenerateRequest) -> AsyncGenerator[TokenChunk, None]:
        async for chunk in super().stream(request):
            if not request.sampling.logprobs:
                yield chunk
                continue
            texts = [await self.decode([token]) for token in chunk.token_ids]
            tops = tuple(alternatives(text) for text in texts)
            yield replace(chunk, logprobs=tuple(top[0][1] for top in tops), top_logprobs=tops)


def alternatives(text: str) -> TopLogprobs:
    sure = 2.0 if "?" in text else 9.0 + len(text)
    return (0, -sure), (1, -sure - 1)


async def solve(
    texts: Mapping[int, Sequence[str]],
    guards: Sequence[Guard],
    *,
    at_once: int = 1,
    chunk_tokens: int = 1,
    prior: Sequence[Trajectory] = (),
    sampling: Sampling = ASKED,
    limits: AttemptLimits | None = None,
    cell: CodeResult | None = None,
) -> tuple[Solution, list[Event]]:
    """A problem whose attempt n says `texts[n]`, turn by turn."""

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        said = texts[place.index]
        return Recording.from_text(
            said[min(place.turn, len(said) - 1)], chunk_tokens=chunk_tokens, logprob=-1.0
        )

    events: list[Event] = []
    kernels = FakeKernelSource(lambda _code: cell or CodeResult(CodeStatus.OK, stdout="42\n"))
    async with SureEngine(script) as engine:
        runner = AttemptRunner(
            engine,
            kernels,
            dialect_from_name("fenced"),
            limits,
            sampling,
            guards=guards,
            group_tokens=GROUP,
        )
        with_logprobs = sampling.logprobs is not None
        async with Scheduler(runner, at_once, with_logprobs=with_logprobs) as scheduler:
            policy = Policy(len(texts) + len(prior), after_attempts(999))
            with anyio.fail_after(60):
                solution = await scheduler.solve(PROBLEM, policy, prior, events.append)
        assert engine.unfinished_requests == 0
    assert kernels.open_leases == 0
    return solution, events


def reasons(solution: Solution) -> list[StopReason]:
    return [one.stop_reason for one in solution.trajectories]


SURE = ["abc" * 60 + ANSWER]
UNSURE = ["abc" * 60 + "?" * 300 + "abc" * 999 + ANSWER]
ENDED, ANSWERED = StopReason.GUARD, StopReason.ANSWERED


async def test_deepconf_when_an_attempt_is_unsure_then_it_is_ended_mid_stream() -> None:
    texts = {0: SURE, 1: UNSURE, 2: SURE, 3: UNSURE}
    solution, _ = await solve(texts, [DeepConfGuard(100, warmup=3)])
    assert reasons(solution) == [ANSWERED, ANSWERED, ANSWERED, ANSWERED]
    solution, _ = await solve({0: SURE, 1: SURE, 2: SURE, 3: UNSURE}, [DeepConfGuard(90, warmup=2)])
    assert reasons(solution) == [ANSWERED] * 3 + [ENDED]
    ended = solution.trajectories[3]
    assert "?" in ended.turns[-1].text
    assert len(ended.turns[-1].text) < 60 * 3 + 3 * GROUP + 3
    assert ended.stop_detail.startswith("deepconf: a group's confidence of")
    assert ended.turns[-1].note == f"cut off: {ended.stop_detail}"
    assert ended.answer is None
    assert sum(ended.mask) == ended.usage.sampled_tokens
    (entry,) = solution.verdict.tally.entries
    assert (entry.count, solution.verdict.tally.silent) == (3, 1)


async def test_deepconf_when_an_attempt_is_ended_then_it_is_no_peer_and_its_tokens_are_saved() -> (
    None
):
    texts = {0: SURE, 1: UNSURE, 2: [UNSURE[0] * 2], 3: ["abc" * 900 + ANSWER]}
    solution, _ = await solve(texts, [DeepConfGuard(90, warmup=1)])
    assert reasons(solution) == [ANSWERED, ENDED, ENDED, ANSWERED]
    lengths = [one.usage.sampled_tokens for one in solution.trajectories]
    saved = tokens_saved(solution.trajectories)
    mean = (lengths[0] + lengths[3]) / 2
    assert saved.by_guards == round(2 * mean - lengths[1] - lengths[2]) > 0
    assert (saved.guarded, saved.cancelled) == (2, 0)


async def test_deepconf_when_a_run_is_resumed_then_its_attempts_are_peers() -> None:
    first, _ = await solve({0: SURE, 1: SURE}, [DeepConfGuard(90, warmup=2)])
    texts = {0: SURE, 1: SURE, 2: SURE, 3: UNSURE}
    solution, _ = await solve(
        {index: texts[index] for index in (2, 3)},
        [DeepConfGuard(90, warmup=2)],
        prior=first.trajectories,
    )
    assert reasons(solution) == [ANSWERED] * 3 + [ENDED]


async def test_deepconf_when_log_probabilities_are_off_then_nobody_is_ended() -> None:
    guards = [DeepConfGuard(90, warmup=1)]
    for off in (None, 0):
        solution, _ = await solve({0: SURE, 1: UNSURE}, guards, sampling=Sampling(logprobs=off))
        assert reasons(solution) == [ANSWERED, ANSWERED]
        with_stats = [one.stats is not None for one in solution.trajectories]
        assert with_stats == [off is not None] * 2


async def test_deepconf_when_its_window_is_another_one_then_the_problem_says_so() -> None:
    with pytest.raises(ConfigError, match="guard deepconf: group_tokens is 64"):
        await solve({0: SURE}, [DeepConfGuard(90, group_tokens=64)])


@pytest.mark.parametrize("chunk_tokens", [1, 3, 50])
async def test_stats_when_an_attempt_computes_then_they_are_those_of_the_tokens_in_its_record(
    chunk_tokens: int,
) -> None:
    turns = ["Let us see? " + CODE.format("6*7"), CODE.format("?") + "thrown away", ANSWER]
    solution, events = await solve({0: turns}, [], chunk_tokens=chunk_tokens)
    (done,) = solution.trajectories
    assert done.stats is not None
    sampled = [event.chunk for event in events if isinstance(event, TokensSampled)]
    assert sum(len(chunk.token_ids) for chunk in sampled) == (
        done.usage.sampled_tokens + done.usage.wasted_tokens
    )
    kinds: dict[str, list[tuple[float, TopLogprobs]]] = {"prose": [], "code": [], "final": []}
    for number, turn in enumerate(done.turns):
        at = 0
        begin = turn.text.find(turn.code) if turn.code else -1
        for token in done.ids[turn.start : turn.end]:
            text = await ReplayEngine(lambda _: Recording(())).decode([token])
            inside = turn.code is not None and begin <= at < begin + len(turn.code)
            kind = "final" if number == 2 else "code" if inside else "prose"
            top = alternatives(text)
            kinds[kind].append((top[0][1], top))
            at += len(text)
    assert min(map(len, kinds.values())) > 3
    for kind, tokens in kinds.items():
        check(getattr(done.stats, kind), tokens)
    assert done.stats.whole.group_tokens == GROUP
    assert done.stats.whole.tokens == done.usage.sampled_tokens


async def test_repetition_when_a_line_comes_for_ever_then_the_attempt_is_ended_in_time() -> None:
    lines = "And again the same line.\n" * 2000
    guard = RepetitionGuard(minimum_tokens=128)
    solution, _ = await solve({0: ["Well: " + lines]}, [guard], sampling=Sampling())
    (done,) = solution.trajectories
    assert done.stop_reason is ENDED
    assert "over and over" in done.stop_detail
    # 25 tokens of three letters each hold three lines: eight of those, and the look every 64.
    assert done.usage.sampled_tokens <= 2 + 8 * 25 + 64


async def test_cells_when_they_go_nowhere_then_the_attempt_is_ended() -> None:
    failed = CodeResult(CodeStatus.ERROR, error="ValueError")
    turns = [CODE.format(n) for n in range(9)]
    solution, _ = await solve({0: turns}, [FailedCellsGuard(3, 4)], cell=failed)
    (done,) = solution.trajectories
    assert (done.stop_reason, done.usage.cells) == (ENDED, 3)
    assert done.stop_detail == "failed cells: 3 of the last 3"
    there_and_back = [CODE.format(n % 2) for n in range(9)]
    solution, _ = await solve({0: there_and_back}, [RepeatedCellsGuard(3, 8)])
    (done,) = solution.trajectories
    assert (done.stop_reason, done.usage.cells) == (ENDED, 5)


async def test_guard_when_code_already_runs_then_the_block_comes_to_its_end_first() -> None:
    block = "```python\n" + "x = 1\n" * 3 + "y = '" + "?" * 200 + "'\n```\n"
    texts = {0: SURE, 1: [block, ANSWER]}
    limits = AttemptLimits(execute_while_streaming=True)
    solution, _ = await solve(texts, [DeepConfGuard(90, warmup=1)], limits=limits)
    done = solution.trajectories[1]
    assert done.stop_reason is ENDED
    assert done.turns[0].result is not None
    assert done.turns[0].text == block
    assert done.usage.cells == 1


async def test_guards_when_several_watch_then_the_first_reason_is_told() -> None:
    guards: list[Guard] = [RepetitionGuard(minimum_tokens=64), DeepConfGuard(90, warmup=1)]
    texts = {0: SURE, 1: ["???" * 999]}
    solution, _ = await solve(texts, guards, chunk_tokens=200)
    assert solution.trajectories[1].stop_detail.startswith("repetition")


async def test_guard_when_it_is_defect_then_the_record_holds_the_traceback() -> None:
    class Broken:
        def watch(self, watched: object) -> "Broken":
            return self

        def chunk(self, chunk: TokenChunk) -> str | None:
            raise ZeroDivisionError("my guard")

        def cell(self, code: str, result: CodeResult) -> str | None:
            return None

    solution, _ = await solve({0: SURE}, [Broken()])
    assert solution.trajectories[0].stop_reason is StopReason.FAULT
    assert "my guard" in solution.trajectories[0].stop_detail


async def test_runner_when_the_window_is_no_length_then_it_is_refused() -> None:
    async with SureEngine(lambda _: Recording(())) as engine:
        with pytest.raises(ConfigError, match="group_tokens is 0"):
            AttemptRunner(engine, FakeKernelSource({}), dialect_from_name("fenced"), group_tokens=0)


async def test_attempt_when_no_scheduler_owns_it_then_it_has_no_peers() -> None:
    builder = TrajectoryBuilder(AttemptSpec("p#9", "p#9", PROBLEM, 9, 1), with_logprobs=True)
    async with SureEngine(lambda _: Recording.from_text(UNSURE[0])) as engine:
        runner = AttemptRunner(
            engine,
            FakeKernelSource({}),
            dialect_from_name("fenced"),
            sampling=ASKED,
            guards=[DeepConfGuard(10, warmup=1)],
        )
        done = await runner(builder)
    assert done.stop_reason is ANSWERED
