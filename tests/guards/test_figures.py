"""Confidence and entropy of single tokens, also of those a broken server tells."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guards.reference import chunk, tops
from tirkit.guards import TokenFigures, token_figures
from tirkit.types import TokenChunk, TopLogprobs


def test_token_when_two_are_even_then_entropy_is_one_bit() -> None:
    half = math.log(0.5)
    confidence, entropy = token_figures(((1, half), (2, half)))
    assert confidence == pytest.approx(math.log(2))
    assert entropy == pytest.approx(1.0)


def test_token_when_alternatives_are_cut_off_then_entropy_is_not_renormalised() -> None:
    _, entropy = token_figures(((1, math.log(0.25)),))
    assert entropy == pytest.approx(0.5)


def test_token_when_it_is_certain_then_nothing_is_left_to_chance() -> None:
    assert token_figures(((1, 0.0),)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("values", "confidence"),
    [
        ((-1.0, -math.inf), 1.0),
        ((-1.0, math.nan), 1.0),
        ((math.nan, -1.0, -3.0), 2.0),
        ((1e-7, -1.0), 0.5),
        ((5.0, -1.0), 0.5),
        ((math.inf, -1.0), 0.5),
        ((-1.0, 1e300), 0.5),
        ((-1e300, -1e300), 1000.0),
        ((-9999.0,), 1000.0),
    ],
)
def test_token_when_a_server_tells_nonsense_then_the_figures_stay_numbers(
    values: tuple[float, ...], confidence: float
) -> None:
    found, entropy = token_figures(tuple(enumerate(values)))
    assert found == pytest.approx(confidence)
    assert 0.0 <= entropy < 10


@pytest.mark.parametrize("values", [(), (math.nan,), (-math.inf, -math.inf)])
def test_token_when_nothing_usable_is_told_then_it_has_no_figures(
    values: tuple[float, ...],
) -> None:
    assert all(map(math.isnan, token_figures(tuple(enumerate(values)))))


@given(st.lists(st.floats(), max_size=6))
def test_token_when_anything_is_told_then_it_has_two_figures_or_none(values: list[float]) -> None:
    confidence, entropy = token_figures(tuple(enumerate(values)))
    if math.isnan(confidence):
        assert math.isnan(entropy)
    else:
        assert 0 <= confidence <= 1000
        assert 0 <= entropy < 20


def test_figures_when_alternatives_are_off_then_they_take_no_memory() -> None:
    figures = TokenFigures()
    for _ in range(100):
        figures.add(TokenChunk((1, 2), "ab", (-1.0, -1.0)))
    assert (figures.tokens, len(figures.confidences), len(figures.entropies)) == (200, 0, 0)


def test_figures_when_alternatives_come_late_or_too_few_then_they_stay_aligned() -> None:
    figures = TokenFigures()
    figures.add(TokenChunk((1, 2), "ab", (-1.0, -1.0)))
    top: TopLogprobs = ((7, -1.0), (8, -3.0))
    figures.add(TokenChunk((3, 4), "cd", (-1.0, -1.0), (top,)))
    figures.add(chunk(top))
    assert figures.tokens == len(figures.confidences) == 5
    untold = [math.isnan(value) for value in figures.confidences]
    assert untold == [True, True, False, True, False]
    figures.add(TokenChunk((5,), "e", (-1.0,), (top, top, top)))
    assert figures.tokens == len(figures.confidences) == 6


@given(st.lists(st.tuples(st.lists(tops(), max_size=4), st.integers(0, 6)), max_size=8))
def test_figures_when_tokens_are_thrown_away_then_the_kept_ones_are_left(
    steps: list[tuple[list[TopLogprobs], int]],
) -> None:
    figures, kept = TokenFigures(), list[TopLogprobs]()
    for new, cut in steps:
        figures.add(chunk(*new))
        kept += new
        if cut and cut <= len(kept):
            figures.cut(cut)
            del kept[-cut:]
    assert figures.tokens == len(kept)
    assert list(figures.confidences) == pytest.approx(
        [token_figures(top)[0] for top in kept], rel=1e-6
    )
