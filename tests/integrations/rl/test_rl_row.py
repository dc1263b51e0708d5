"""Rows of trajectories: refused, cut, padded."""

from dataclasses import replace

import pytest

from tests.integrations.rl.parts import CALL, PROBLEM, RIGHT, SomeKernels, engine_saying
from tests.own_loop import in_own_loop
from tirkit.errors import ConfigError
from tirkit.integrations.rl import (
    AttemptGroups,
    Ending,
    RowTerms,
    TrainingRow,
    Treatment,
    ending_of,
    training_row,
)
from tirkit.types import UNKNOWN_TOKEN, StopReason


@pytest.fixture(name="row")
def row_of_an_attempt() -> TrainingRow:
    """Of an attempt with a call and the right answer."""
    return in_own_loop(made_row)


async def made_row() -> TrainingRow:
    engine = engine_saying({0: (CALL, RIGHT)})
    async with AttemptGroups(engine, kernels=SomeKernels()) as groups:
        [[made]] = await groups.run([(PROBLEM, 1)], seed=1)
    return made


def test_ending_when_any_stop_reason_then_somebody_did_it() -> None:
    endings = {reason: ending_of(reason) for reason in StopReason}
    assert endings[StopReason.ANSWERED] is endings[StopReason.NO_ANSWER] is Ending.WHOLE
    failures = {StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT}
    assert {one for one, end in endings.items() if end is Ending.TOOL_FAILURE} == failures
    assert {one for one, end in endings.items() if end is Ending.TRUNCATED} == {
        StopReason.TOKEN_LIMIT,
        StopReason.CONTEXT_FULL,
        StopReason.TURN_LIMIT,
        StopReason.DEADLINE,
    }
    assert endings[StopReason.GUARD] is endings[StopReason.MALFORMED] is Ending.MODEL_FAILURE


def test_row_when_the_engine_told_no_ids_then_it_is_refused(row: TrainingRow) -> None:
    assert row.trajectory is not None
    inexact = replace(row.trajectory, token_exact=False)
    with pytest.raises(ConfigError, match="tells no token ids"):
        training_row(PROBLEM, inexact, 1.0)


def test_row_when_an_id_is_unknown_then_it_is_refused(row: TrainingRow) -> None:
    assert row.trajectory is not None
    unknown = replace(row.trajectory, ids=(*row.trajectory.ids[:-1], UNKNOWN_TOKEN))
    with pytest.raises(ConfigError, match="holds the id -1"):
        training_row(PROBLEM, unknown, 1.0)


def test_row_when_the_mask_is_not_the_turns_then_it_is_refused(row: TrainingRow) -> None:
    assert row.trajectory is not None
    mask = bytes(len(row.trajectory.mask))
    with pytest.raises(ConfigError, match="cannot be trained on"):
        training_row(PROBLEM, replace(row.trajectory, mask=mask), 1.0)


def test_row_when_there_are_no_logprobs_then_none_are_told(row: TrainingRow) -> None:
    assert row.trajectory is not None
    made = training_row(PROBLEM, replace(row.trajectory, logprobs=()), 1.0)
    assert (made.logprobs, made.mask) == (None, row.mask)


def test_fitted_when_there_is_room_then_nothing_changes(row: TrainingRow) -> None:
    fitted = row.fitted(
        RowTerms(),
        prompt_tokens=len(row.prompt_ids),
        completion_tokens=len(row.completion_ids),
    )
    assert fitted == row
    assert row.padded(3) == row


@pytest.mark.parametrize("most", [1, 10, 20])
def test_fitted_when_the_completion_is_too_long_then_all_of_it_is_cut_alike(
    row: TrainingRow, most: int
) -> None:
    terms = RowTerms(cut_reward=-0.5)
    cut = row.fitted(terms, prompt_tokens=None, completion_tokens=most)
    assert cut.logprobs is not None
    assert len(cut.completion_ids) == len(cut.mask) == len(cut.logprobs) == most
    assert cut.completion_ids == row.completion_ids[:most]
    assert (cut.ending, cut.reward) == (Ending.TRUNCATED, -0.5)
    assert all(0 <= turn.start <= turn.end <= most for turn in cut.turns)
    assert cut.turns


def test_fitted_when_the_prompt_is_too_long_then_the_row_is_masked(row: TrainingRow) -> None:
    cut = row.fitted(RowTerms(), prompt_tokens=5, completion_tokens=None)
    assert cut.prompt_ids == row.prompt_ids[-5:]
    assert (cut.reward, cut.treatment) == (None, Treatment.MASK)
    assert not any(cut.loss_mask)


def test_fitted_when_a_tool_failure_is_cut_then_it_stays_one(row: TrainingRow) -> None:
    failed = replace(row, ending=Ending.TOOL_FAILURE, treatment=Treatment.MASK, reward=None)
    cut = failed.fitted(RowTerms(), prompt_tokens=None, completion_tokens=3)
    assert (cut.ending, cut.treatment, cut.reward) == (
        Ending.TOOL_FAILURE,
        Treatment.MASK,
        None,
    )
