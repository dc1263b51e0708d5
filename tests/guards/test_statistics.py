"""Figures of an attempt against an independent reference."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guards.reference import SURE, UNSURE, check, chunk, tops
from tirkit.guards import TokenFigures
from tirkit.guards.statistics import TurnSpan, attempt_stats
from tirkit.types import TopLogprobs

Tokens = list[tuple[float, TopLogprobs]]


@given(st.lists(st.tuples(st.floats(-20, 0), tops()), max_size=60), st.integers(1, 25))
def test_stats_when_compared_with_the_definition_then_they_are_equal(
    tokens: Tokens, group_tokens: int
) -> None:
    figures = TokenFigures()
    figures.add(chunk(*(top for _, top in tokens)))
    logprobs = [value for value, _ in tokens]
    told = attempt_stats(logprobs, figures, [TurnSpan(len(tokens))], group_tokens)
    check(told.whole, tokens)
    check(told.final, tokens)
    check(told.prose, [])
    check(told.code, [])


def test_stats_when_there_are_turns_then_each_kind_gets_its_own_tokens() -> None:
    every: Tokens = [(-float(n), ((0, -n / 2), (1, -n - 1.0))) for n in range(20)]
    figures = TokenFigures()
    figures.add(chunk(*(top for _, top in every)))
    turns = [TurnSpan(8, ((2, 4), (5, 7))), TurnSpan(0, ((0, 3),)), TurnSpan(6), TurnSpan(6)]
    told = attempt_stats([value for value, _ in every], figures, [*turns, TurnSpan(0)], 3)
    check(told.whole, every)
    check(told.code, every[2:4] + every[5:7])
    check(told.prose, every[:2] + every[4:5] + every[7:14])
    check(told.final, every[14:])


def test_stats_when_only_drawn_tokens_are_told_then_only_their_mean_is() -> None:
    told = attempt_stats([-1.0, -3.0], TokenFigures(), [TurnSpan(2)], 2048)
    assert told.whole.mean_logprob == -2.0
    assert told.whole.tokens == 2
    others = ("mean_confidence", "tail_confidence", "lowest_group", "bottom_groups")
    assert [getattr(told.whole, name) for name in (*others, "mean_entropy", "tail_entropy")] == [
        None
    ] * 6


def test_stats_when_some_tokens_are_untold_then_the_others_count() -> None:
    figures = TokenFigures()
    figures.add(chunk(SURE, (), UNSURE))
    told = attempt_stats([-1.0, math.nan, -math.inf], figures, [TurnSpan(3)], 2)
    assert told.whole.tokens == 3
    assert told.whole.mean_logprob == -1.0
    assert told.whole.mean_confidence == told.whole.lowest_group == pytest.approx(4.25)


def test_stats_when_an_attempt_is_long_then_windows_are_exact() -> None:
    values = np.random.default_rng(0).exponential(2.0, 20_000) + 8.0
    figures = TokenFigures()
    figures.add(chunk(*(((0, -value),) for value in values)))
    told = attempt_stats([-1.0] * len(values), figures, [TurnSpan(len(values))], 2048).whole
    stored = values.astype(np.float32).astype(np.float64)
    groups = [math.fsum(stored[at : at + 2048]) / 2048 for at in range(20_000 - 2048 + 1)]
    assert told.lowest_group == pytest.approx(min(groups), rel=1e-12)
    lowest = sorted(groups)[: len(groups) // 10]
    assert told.bottom_groups == pytest.approx(math.fsum(lowest) / len(lowest), rel=1e-12)
