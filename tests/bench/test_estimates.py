"""Intervals and standard errors against scipy and formulas written out."""

import math
from collections.abc import Sequence
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tirkit.bench.estimates import bootstrap, wilson
from tirkit.bench.standard_errors import attempt_mean, standard_error

SKEWED = [float(value) for value in np.random.default_rng(3).exponential(size=30)]
COUNTS = st.lists(
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=2,
    max_size=8,
)


@given(st.integers(1, 500), st.data())
def test_wilson_when_scipy_is_asked_then_says_the_same(total: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, total))
    low, high = stats.binomtest(right, total).proportion_ci(0.95, "wilson")
    share = wilson(right, total)
    assert [share.low, share.high] == pytest.approx([low, high], abs=1e-9)


@pytest.mark.parametrize("corrected", [False, True])
def test_bootstrap_when_scipy_draws_as_well_then_is_close(corrected: bool) -> None:
    reference = stats.bootstrap(
        (SKEWED,),
        np.mean,
        method="BCa" if corrected else "percentile",
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    found = bootstrap(SKEWED, corrected=corrected)
    assert found.value == pytest.approx(fmean(SKEWED))
    assert found.low == pytest.approx(reference.low, abs=0.02)
    assert found.high == pytest.approx(reference.high, abs=0.02)


def test_bootstrap_when_values_are_skewed_then_the_corrected_interval_leans_their_way() -> None:
    plain, corrected = bootstrap(SKEWED), bootstrap(SKEWED, corrected=True)
    assert corrected.low > plain.low
    assert corrected.high > plain.high
    assert bootstrap([0.5, 0.5], corrected=True) == bootstrap([0.5, 0.5])


def test_bootstrap_when_there_are_more_values_than_fit_at_once_then_is_the_same() -> None:
    found = bootstrap([0.0, 1.0] * 2_000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(4_000), rel=0.1)


def test_standard_error_when_scipy_is_asked_then_says_the_same() -> None:
    assert standard_error(SKEWED) == pytest.approx(stats.sem(SKEWED))
    assert standard_error([1.0]) is None


def clustered(counts: Sequence[tuple[int, int]]) -> float:
    """The formula, pair by pair."""
    scores = [[1.0] * right + [0.0] * (finished - right) for finished, right in counts]
    every = [score for problem in scores for score in problem]
    n, mean = len(every), fmean(every)
    plain = sum((score - mean) ** 2 for score in every) / (n - 1) / n
    pairs = sum(
        (one - mean) * (other - mean)
        for problem in scores
        for i, one in enumerate(problem)
        for j, other in enumerate(problem)
        if i != j
    )
    return math.sqrt(max(plain + pairs / n**2, 0.0))


@given(COUNTS)
def test_attempt_mean_when_pairs_are_summed_one_by_one_then_the_error_is_the_same(
    counts: list[tuple[int, int]],
) -> None:
    found = attempt_mean(counts)
    assert found.standard_error == pytest.approx(clustered(counts), abs=1e-7)
    assert found.attempts == sum(finished for finished, _ in counts)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_attempt_mean_when_problems_are_all_or_nothing_then_attempts_count_once_each() -> None:
    found = attempt_mean([(8, 8), (8, 0)] * 50)
    assert found.correlation == pytest.approx(1.0)
    assert found.effective_attempts == pytest.approx(100, rel=0.02)
    assert found.standard_error == pytest.approx(math.sqrt(0.25 / 100), rel=0.02)


def test_attempt_mean_when_attempts_are_independent_then_all_of_them_count() -> None:
    draw = np.random.default_rng(0)
    found = attempt_mean([(8, int(right)) for right in draw.binomial(8, 0.6, 2_000)])
    assert found.correlation == pytest.approx(0, abs=0.02)
    assert found.effective_attempts == pytest.approx(16_000, rel=0.1)


def test_attempt_mean_when_there_is_one_problem_then_claims_no_interval() -> None:
    found = attempt_mean([(4, 1), (0, 0)])
    assert (found.value, found.low, found.high, found.problems) == (0.25, 0.0, 1.0, 1)
    assert found.standard_error is None
    assert found.effective_attempts is None
    for counts in ([], [(0, 0)], [(2, 3)]):
        with pytest.raises(ValueError, match="no share"):
            attempt_mean(counts)
