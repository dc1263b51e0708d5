"""Perplexity consistency and its pruning, against sums and scipy's fits."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import weibull_min

from tests.selection.evidence import ballot
from tirkit.selection import Ballot, Likely, Perplexity, choose, count, rpc
from tirkit.selection.weibull import Mixture, Weibull, fit_two


def paths(confidences: Sequence[float]) -> list[Ballot]:
    return [
        ballot(index, str(index % 3), confidence=p, texts=(f"path {index}",))
        for index, p in enumerate(confidences)
    ]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([0.2, 0.5, 0.9]))))
def test_perplexity_when_paths_repeat_then_sums_unique_ones(told: list[tuple[str, float]]) -> None:
    made = [
        ballot(index, str(ord(text) % 3), confidence=p, texts=(text,))
        for index, (text, p) in enumerate(told)
    ]
    expected: dict[str, float] = {}
    for text, p in set(told):
        expected[str(ord(text) % 3)] = expected.get(str(ord(text) % 3), 0) + p
    weights = {str(entry.answer): entry.weight for entry in count(Perplexity(), made).entries}
    assert weights == pytest.approx(expected)


def test_perplexity_when_two_attempts_are_one_path_then_share_its_weight() -> None:
    twice = [ballot(index, "1", confidence=0.6, texts=("same",)) for index in range(2)]
    other = ballot(2, "2", confidence=0.7, texts=("other",))
    verdict = choose(Perplexity(), [*twice, other])
    assert str(verdict.answer) == "2"
    assert verdict.confidence == pytest.approx(0.7 / 1.3)
    told_apart = [ballot(index, "1", confidence=0.6) for index in range(2)]
    assert str(choose(Perplexity(), [*told_apart, other]).answer) == "1"


def log_likelihood(params: Sequence[float], data: NDArray[np.float64]) -> float:
    share, shape, scale, other_shape, other_scale = params
    one = share * weibull_min.pdf(data, shape, scale=scale)
    other = (1 - share) * weibull_min.pdf(data, other_shape, scale=other_scale)
    with np.errstate(divide="ignore"):
        return float(np.mean(np.log(one + other)))


def as_params(fit: Mixture) -> tuple[float, ...]:
    return (fit.share, fit.high.shape, fit.high.scale, fit.low.shape, fit.low.scale)


@pytest.mark.parametrize("seed", range(12))
def test_fit_two_when_data_are_drawn_then_is_as_likely_as_scipys_fit(seed: int) -> None:
    random = np.random.default_rng(seed)
    low = weibull_min.rvs(3.0, scale=0.3, size=40, random_state=random)
    high = weibull_min.rvs(12.0, scale=0.8, size=60, random_state=random)
    data = np.sort(np.clip(np.concatenate([low, high]), 1e-3, 1.0))
    # The start, the bounds and the optimiser of the authors' program.
    reference = minimize(
        lambda params: -log_likelihood(params, data),
        [0.5, 1.0, 1.0, 1.5, 2.0],
        bounds=[(0.2, 0.8), *[(0.01, None)] * 4],
    )
    fit = fit_two(data.tolist(), 0.2)
    assert fit.mean_log_likelihood == pytest.approx(log_likelihood(as_params(fit), data))
    assert fit.mean_log_likelihood >= -reference.fun - 1e-4
    assert 0.2 <= fit.share <= 0.8


def test_fit_two_when_one_kind_is_rare_then_its_share_is_held_to_the_bound() -> None:
    data = [0.1, 0.11, *np.linspace(0.8, 0.9, 60).tolist()]
    assert fit_two(data, 0.2).share == 0.8
    assert fit_two(data, 0.01).share == pytest.approx(60 / 62, abs=0.01)


@given(st.floats(0.05, 50), st.floats(0.01, 10), st.floats(1e-3, 20))
def test_weibull_when_asked_then_equals_scipys(shape: float, scale: float, x: float) -> None:
    made = Weibull(shape, scale)
    expected = weibull_min.logpdf(x, shape, scale=scale)
    assert made.log_density(np.array([x]))[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if shape > 0.2:
        assert made.mean == pytest.approx(weibull_min.mean(shape, scale=scale), rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_likely_when_two_kinds_are_told_apart_then_prunes_as_the_posterior_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    low = random.uniform(0.2, 0.45, 12)
    high = random.uniform(0.75, 0.95, 20)
    data = [*low.tolist(), *high.tolist()]
    made = paths(data)
    fit = fit_two(sorted(data), 0.2)
    expected = set()
    for index, p in enumerate(data):
        one = fit.share * weibull_min.pdf(p, fit.high.shape, scale=fit.high.scale)
        other = (1 - fit.share) * weibull_min.pdf(p, fit.low.shape, scale=fit.low.scale)
        if one >= other or p >= np.mean(data):
            expected.add(index)
    assert {vote.attempt_index for vote in Likely().weigh(made)} == expected
    assert set(range(12, 32)) <= expected
    assert len(expected) < 28, "unlikely paths are left out"
    tallied = count(rpc(), made)
    assert (tallied.votes, tallied.left_out) == (len(expected), 32 - len(expected))


def test_likely_when_there_is_nothing_to_fit_then_all_stay() -> None:
    few = paths([0.1, 0.9, 0.5, 0.7])
    assert len(Likely().weigh(few)) == 4
    assert len(Likely().weigh(paths([0.5] * 50))) == 50


def test_likely_when_a_probability_reaches_the_mean_then_it_stays_though_of_the_low_kind() -> None:
    data = [*np.linspace(0.05, 0.75, 20).tolist(), *np.linspace(0.94, 0.96, 10).tolist()]
    mean, fit = sum(data) / len(data), fit_two(sorted(data), 0.2)
    kept = {vote.attempt_index for vote in Likely().weigh(paths(data))}
    rescued = [p for p in data if p >= mean and not fit.is_high(p)]
    assert rescued
    assert kept == {index for index, p in enumerate(data) if p >= mean or fit.is_high(p)}
    assert len(kept) < len(data)


def test_likely_when_a_probability_is_zero_or_missing_then_nothing_breaks() -> None:
    made = paths([0.0, 5e-324, 0.5, 0.6, 0.7, 0.8, 1.0])
    made += [ballot(7, "1"), ballot(8, None, confidence=0.3)]
    kept = {vote.attempt_index for vote in Likely().weigh(made)}
    assert {4, 5, 6, 7} <= kept
