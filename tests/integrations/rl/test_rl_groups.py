"""Groups of attempts as rows: whole, cut, killed, broken, cancelled."""

import anyio
import anyio.lowlevel
import pytest

from tests.integrations.rl.parts import (
    BROKEN,
    CALL,
    LONG,
    PROBLEM,
    RIGHT,
    STALLED,
    WRONG,
    Said,
    SomeKernels,
    engine_saying,
)
from tirkit.engines.replay import ReplayEngine
from tirkit.engines.replay import tokens as replay_tokens
from tirkit.errors import ConfigError, EngineError, KernelError
from tirkit.integrations.rl import (
    AttemptGroups,
    Ending,
    RowTerms,
    TrainingRow,
    Treatment,
    count_rows,
)
from tirkit.testing import cancel_at_every_await
from tirkit.types import CodeStatus, Problem, StopReason, Trajectory

LIMITS = {"max_total_tokens": 1600, "answer_reserve_tokens": 0, "ask_when_silent": False}


async def rows_of(
    engine: ReplayEngine,
    kernels: SomeKernels,
    count: int,
    terms: RowTerms | None = None,
) -> list[TrainingRow]:
    async with AttemptGroups(engine, kernels=kernels, terms=terms, limits=LIMITS) as groups:
        with anyio.fail_after(60):
            [rows] = await groups.run([(PROBLEM, count)], seed=3)
    return rows


async def test_group_when_a_call_is_made_then_the_row_is_aligned_and_tells_its_turns() -> None:
    engine, kernels = engine_saying({0: (CALL, RIGHT)}), SomeKernels()
    [row] = await rows_of(engine, kernels, 1)
    assert row.trajectory is not None
    assert row.prompt_ids + row.completion_ids == row.trajectory.ids
    assert row.logprobs is not None
    assert len(row.mask) == len(row.logprobs) == len(row.completion_ids)
    said = "".join(
        replay_tokens.decode(row.completion_ids[turn.start : turn.end]) for turn in row.turns
    )
    assert said.startswith("Hm.\n```python")
    assert said.endswith(f"{RIGHT}<|im_end|>")
    assert [turn.cell for turn in row.turns] == [CodeStatus.OK, None]
    inside = {at for turn in row.turns for at in range(turn.start, turn.end)}
    assert {at for at, bit in enumerate(row.mask) if bit} == inside
    assert "42\n" in replay_tokens.decode(row.completion_ids[row.turns[0].end :])
    assert {row.logprobs[at] for at in range(len(row.mask)) if not row.mask[at]} == {0.0}
    assert all(row.logprobs[at] < 0 for at in inside)
    assert (row.reward, row.ending, row.treatment) == (1.0, Ending.WHOLE, Treatment.TRAIN)
    assert row.loss_mask == row.mask


async def test_group_when_attempts_end_in_every_way_then_each_is_labelled_and_treated() -> None:
    turns: dict[int, tuple[Said, ...]] = {
        0: (RIGHT,),
        1: (WRONG,),
        2: (BROKEN,),
        3: (CALL,),
        4: (LONG,),
        5: ("I give up.",),
    }
    rows = await rows_of(engine_saying(turns), SomeKernels(broken=[3]), 6)
    whole, failed = (Ending.WHOLE, Treatment.TRAIN), (Ending.TOOL_FAILURE, Treatment.MASK)
    assert [(row.ending, row.treatment, row.reward) for row in rows] == [
        (*whole, 1.0),
        (*whole, 0.0),
        (*failed, None),
        (*failed, None),
        (Ending.TRUNCATED, Treatment.TRAIN, 0.0),
        (*whole, 0.0),
    ]
    assert any(rows[3].mask)
    assert not any(rows[3].loss_mask)
    shares = count_rows(rows)
    assert shares["tirkit/tool_failure"] == shares["tirkit/masked"] == 2 / 6
    assert shares["tirkit/truncated"] == 1 / 6


async def test_group_when_the_terms_ask_for_it_then_truncated_rows_have_no_reward() -> None:
    terms = RowTerms(truncated=Treatment.NO_REWARD, tool_failure=Treatment.TRAIN)
    engine = engine_saying({0: (LONG,), 1: (CALL,)})
    cut, failed = await rows_of(engine, SomeKernels(broken=[1]), 2, terms)
    assert cut.reward is None
    assert any(cut.loss_mask)
    assert (failed.reward, any(failed.loss_mask)) == (0.0, True)


async def test_group_when_the_model_fails_by_itself_then_it_is_no_tool_failure() -> None:
    engine = engine_saying({0: (CALL,)})
    [row] = await rows_of(engine, SomeKernels(), 1)
    assert row.trajectory is not None
    assert row.trajectory.stop_reason is StopReason.REPEATED_CODE
    assert (row.ending, row.reward) == (Ending.MODEL_FAILURE, 0.0)


async def test_groups_when_nothing_is_killed_then_a_clear_majority_stops_nobody() -> None:
    rows = await rows_of(engine_saying({7: (CALL, WRONG)}), SomeKernels(), 8)
    assert [row.ending for row in rows] == [Ending.WHOLE] * 8


async def test_groups_when_losers_are_killed_then_they_are_labelled_and_the_group_is_full() -> None:
    engine, kernels = engine_saying({3: (CALL, STALLED)}), SomeKernels()
    async with AttemptGroups(
        engine, kernels=kernels, kill=True, stop="when_agreed(3)", max_in_flight=4
    ) as groups:
        with anyio.fail_after(60):
            [rows] = await groups.run([(PROBLEM, 12)], seed=3)
    assert len(rows) == 12
    endings = [row.ending for row in rows]
    assert endings.count(Ending.WHOLE) >= 3
    assert rows[3].ending is rows[-1].ending is Ending.CANCELLED
    assert rows[3].trajectory is not None
    assert rows[-1].trajectory is None
    assert rows[-1].reward is None
    padded = rows[-1].padded(9)
    assert (padded.prompt_ids, padded.completion_ids, padded.loss_mask) == ((9,), (9,), (0,))
    assert padded.logprobs == (0.0,)
    assert kernels.open_leases == 0


async def test_groups_when_several_problems_are_asked_then_they_come_in_order() -> None:
    other = Problem("What is 5 times 8?", answer="40")
    engine = engine_saying({})
    async with AttemptGroups(engine, kernels=SomeKernels()) as groups:
        found = await groups.run([(PROBLEM, 2), (other, 3)], seed=1)
        again = await groups.run([(PROBLEM, 1)], seed=2)
    assert [[row.problem for row in rows] for rows in found] == [[PROBLEM] * 2, [other] * 3]
    assert [[row.reward for row in rows] for rows in found] == [[1.0] * 2, [0.0] * 3]
    seeds = [one[0][0].trajectory.seed for one in (found, again) if one[0][0].trajectory]
    assert len(set(seeds)) == 2


async def test_groups_when_there_is_no_reference_then_there_is_no_reward() -> None:
    async with AttemptGroups(engine_saying({}), kernels=SomeKernels()) as groups:
        [[row]] = await groups.run([(Problem("What is 6 times 7?"), 1)], seed=1)
    assert (row.reward, row.ending, row.answer) == (None, Ending.WHOLE, "42")


async def test_groups_when_a_reward_is_given_then_it_is_asked_for_every_attempt() -> None:
    async def turns(problem: Problem, trajectory: Trajectory) -> float:
        assert problem == PROBLEM
        return float(len(trajectory.turns))

    engine = engine_saying({0: (CALL, RIGHT)})
    async with AttemptGroups(engine, kernels=SomeKernels(), reward=turns) as groups:
        [rows] = await groups.run([(PROBLEM, 2)], seed=1)
    assert [row.reward for row in rows] == [2.0, 1.0]


async def test_groups_when_an_attempt_counts_for_nothing_then_no_reward_is_asked_for_it() -> None:
    asked: list[int] = []

    async def noted(_problem: Problem, trajectory: Trajectory) -> float:
        asked.append(trajectory.index)
        return 0.5

    engine = engine_saying({1: (BROKEN,)})
    async with AttemptGroups(engine, kernels=SomeKernels(), reward=noted) as groups:
        [rows] = await groups.run([(PROBLEM, 3)], seed=1)
    assert sorted(asked) == [0, 2]
    assert [row.reward for row in rows] == [0.5, None, 0.5]


async def test_groups_when_one_problem_is_broken_then_the_other_is_kept() -> None:
    async with AttemptGroups(
        engine_saying({0: (CALL, RIGHT)}), kernels=SomeKernels(broken=[0])
    ) as groups:
        one, two = await groups.run([(PROBLEM, 1), (Problem("6 * 7?", answer="42"), 2)], seed=1)
    assert [row.ending for row in one] == [Ending.TOOL_FAILURE]
    assert [row.ending for row in two] == [Ending.TOOL_FAILURE, Ending.WHOLE]


@pytest.mark.parametrize(
    ("said", "error"), [(BROKEN, EngineError), (CALL, KernelError)], ids=["engine", "kernel"]
)
async def test_groups_when_no_attempt_at_all_can_go_on_then_it_is_raised(
    said: str, error: type[Exception]
) -> None:
    engine = engine_saying({}, rest=said)
    async with AttemptGroups(engine, kernels=SomeKernels(broken=[0, 1])) as groups:
        with pytest.raises(error, match="no attempt could go on"):
            await groups.run([(PROBLEM, 2), (PROBLEM, 1)], seed=1)


class Untold(ReplayEngine):
    @property
    def token_exact(self) -> bool:
        return False


async def test_groups_when_the_engine_tells_no_ids_then_entering_says_so() -> None:
    engine = Untold(engine_saying({}).script)
    with pytest.raises(ConfigError, match="tells no token ids"):
        async with AttemptGroups(engine, kernels=SomeKernels()):
            pass


async def test_groups_when_not_entered_then_running_says_so() -> None:
    groups = AttemptGroups(engine_saying({}), kernels=SomeKernels())
    with pytest.raises(ConfigError, match="not entered"):
        await groups.run([(PROBLEM, 1)], seed=1)


async def test_groups_when_cancelled_at_every_await_then_no_kernel_is_kept() -> None:
    kernels, engine = SomeKernels(), engine_saying({0: (CALL, RIGHT), 1: (CALL, WRONG)})

    async def work() -> None:
        async with AttemptGroups(engine, kernels=kernels, share_engine=True) as groups:
            await groups.run([(PROBLEM, 2)], seed=1)

    async def check(at: int) -> None:
        assert kernels.open_leases == 0, at
        assert engine.unfinished_requests == 0, at

    async with engine:
        with anyio.fail_after(120):
            assert await cancel_at_every_await(work, check) >= 2
    assert kernels.leases


async def test_groups_when_cancelled_at_any_moment_then_no_kernel_is_kept() -> None:
    kernels, engine = SomeKernels(), engine_saying({0: (CALL, RIGHT), 1: (CALL, WRONG)})
    finished: list[int] = []
    held = 0

    async def work(moment: int) -> None:
        async with AttemptGroups(engine, kernels=kernels, share_engine=True) as groups:
            await groups.run([(PROBLEM, 2)], seed=1)
        finished.append(moment)

    async with engine:
        with anyio.fail_after(120):
            for moment in range(2000):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(work, moment)
                    for _ in range(moment):
                        await anyio.lowlevel.checkpoint()
                    held += kernels.open_leases > 0
                    tasks.cancel_scope.cancel()
                assert kernels.open_leases == 0, moment
                assert engine.unfinished_requests == 0, moment
                if finished:
                    break
    assert finished
    assert held > 3
