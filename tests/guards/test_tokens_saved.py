"""How many tokens ending attempts has saved."""

from dataclasses import replace

import pytest

from tests.records.factory import trajectory
from tirkit.guards import TokensSaved, tokens_saved
from tirkit.types import StopReason, Trajectory, Usage

GUARD, CANCELLED, ANSWERED = StopReason.GUARD, StopReason.CANCELLED, StopReason.ANSWERED


def ended(reason: StopReason, tokens: int, wasted: int = 0) -> Trajectory:
    usage = Usage(sampled_tokens=tokens, wasted_tokens=wasted)
    return replace(trajectory(), stop_reason=reason, usage=usage)


def test_saved_when_attempts_were_ended_then_it_is_what_they_lack_of_the_mean() -> None:
    done = [ended(ANSWERED, 900, 100), ended(StopReason.TOKEN_LIMIT, 2000)]
    cut = [ended(GUARD, 300), ended(GUARD, 400, 100), ended(GUARD, 9000), ended(CANCELLED, 1400)]
    assert tokens_saved([*done, *cut]) == TokensSaved(3, 1, 1200 + 1000, 100)


@pytest.mark.parametrize(
    "failed", [StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT]
)
def test_saved_when_attempts_failed_then_they_are_no_measure(failed: StopReason) -> None:
    assert tokens_saved([ended(failed, 5), ended(ANSWERED, 100), ended(GUARD, 0)]).by_guards == 100


def test_saved_when_nobody_ended_by_himself_then_nothing_is_claimed() -> None:
    assert tokens_saved([ended(GUARD, 5), ended(CANCELLED, 5)]) == TokensSaved(1, 1, 0, 0)
    assert tokens_saved([]) == TokensSaved()


def test_saved_when_problems_are_added_up_then_each_field_is() -> None:
    assert TokensSaved(1, 2, 3, 4) + TokensSaved(5, 6, 7, 8) == TokensSaved(6, 8, 10, 12)


def test_saved_when_a_reasoner_was_beside_then_its_tokens_count() -> None:
    beside = replace(ended(ANSWERED, 100), reasoner=ended(ANSWERED, 50))
    assert tokens_saved([beside, ended(GUARD, 30)]).by_guards == 120
