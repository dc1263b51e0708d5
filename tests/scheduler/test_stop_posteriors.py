"""Posteriors against exact fractions and the papers' numbers."""

import math
import random
from fractions import Fraction
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scheduler.states import state
from tirkit.scheduler import bayes_factor, beta_posterior, dirichlet_posterior
from tirkit.scheduler.stop_rules.probability import beta_risk, mode_risk, upper_gamma

counts = st.lists(st.integers(1, 12), min_size=1, max_size=6).map(
    lambda votes: sorted(votes, reverse=True)
)
Terms = dict[tuple[int, int], Fraction]
"""Coefficients of x ** power * exp(-rate * x), by (power, rate)."""


def exact_beta(first: int, second: int) -> Fraction:
    """1 - I_{1/2}(first + 1, second + 1), by the binomial sum."""
    trials, total, term = first + second + 1, 0, 1
    for k in range(first + 1):
        total += term
        term = term * (trials - k) // (k + 1)
    return Fraction(total, 2**trials)


def times(one: Terms, other: Terms) -> Terms:
    product: Terms = {}
    for (power, rate), value in one.items():
        for (more, faster), factor in other.items():
            key = power + more, rate + faster
            product[key] = product.get(key, Fraction(0)) + value * factor
    return product


def exact_mode(first: int, others: list[int]) -> Fraction:
    """Probability that the first of some Gamma variables of whole shapes is the largest."""
    density: Terms = {(first - 1, 1): Fraction(1, math.factorial(first - 1))}
    below = [
        {(0, 0): Fraction(1)}
        | {(k, 1): Fraction(-1, math.factorial(k)) for k in range(1, shape)}
        | {(0, 0): Fraction(1), (0, 1): Fraction(-1)}
        for shape in others
    ]
    terms = reduce(times, below, density)
    return sum(
        (
            value * Fraction(math.factorial(power), rate ** (power + 1))
            for (power, rate), value in terms.items()
        ),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        (3, 0, 0.938),
        (4, 0, 0.969),
        (4, 1, 0.891),
        (4, 2, 0.773),
        (4, 3, 0.637),
        (5, 1, 0.938),
        (6, 1, 0.965),
        (7, 2, 0.945),
    ],
)
def test_beta_when_worked_numbers_are_known_then_it_gives_them(
    first: int, second: int, published: float
) -> None:
    assert round(1 - beta_risk(first, second), 3) == published
    fires = beta_posterior(0.95).decide(state([1] * first + [2] * second)) is not None
    assert fires == (published >= 0.95)


@given(st.integers(0, 400), st.integers(0, 400))
def test_beta_when_summed_exactly_then_it_is_the_same(one: int, other: int) -> None:
    first, second = max(one, other), min(one, other)
    exact = 1 - exact_beta(first, second)
    assert beta_risk(first, second) == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize(("first", "second"), [(5_000, 5_000), (5_100, 4_900), (9_999, 1)])
def test_beta_when_there_are_ten_thousand_votes_then_it_is_exact(first: int, second: int) -> None:
    exact = float(1 - exact_beta(first, second))
    assert beta_risk(first, second) == pytest.approx(exact, rel=1e-13)


@settings(max_examples=60, deadline=None)
@given(counts)
def test_mode_when_integrated_exactly_then_it_is_the_same(votes: list[int]) -> None:
    first, *others = [*votes, 0]
    exact = 1 - exact_mode(first + 1, [count + 1 for count in others])
    found = mode_risk(first + 1, tuple(count + 1 for count in others))
    assert found == pytest.approx(float(exact), rel=1e-11)


@given(st.integers(1, 300), st.integers(0, 300))
def test_mode_when_there_are_two_answers_then_it_is_the_beta_posterior(
    first: int, second: int
) -> None:
    first = max(first, second)
    assert mode_risk(first + 1, (second + 1,)) == pytest.approx(beta_risk(first, second), rel=1e-9)


def test_mode_when_drawn_at_random_then_it_agrees() -> None:
    draw = random.Random(7)
    shapes, hits, draws = (9.0, 6.0, 3.0, 1.3), 0, 40_000
    for _ in range(draws):
        first, *others = (draw.gammavariate(shape, 1.0) for shape in shapes)
        hits += first < max(others)
    assert mode_risk(shapes[0], shapes[1:]) == pytest.approx(hits / draws, abs=0.01)


@pytest.mark.parametrize("votes", [1, 3, 5, 12, 40])
def test_mode_when_a_shape_is_no_whole_number_then_it_is_the_beta_integral(votes: int) -> None:
    # P(Gamma(1.3) > Gamma(n + 1)) = I_{1/2}(n + 1, 1.3), by Simpson's rule.
    steps = 20_000
    points = [place / (2 * steps) for place in range(steps + 1)]
    values = [x**votes * (1 - x) ** 0.3 for x in points]
    weights = [1, *[4 if place % 2 else 2 for place in range(1, steps)], 1]
    integral = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / (6 * steps)
    whole = math.gamma(votes + 1) * math.gamma(1.3) / math.gamma(votes + 2.3)
    assert mode_risk(votes + 1.0, (1.3,)) == pytest.approx(integral / whole, rel=1e-9)


@given(st.integers(1, 60), st.floats(0.01, 150))
def test_gamma_when_the_shape_is_whole_then_it_is_the_poisson_sum(shape: int, x: float) -> None:
    exact = math.exp(-x) * math.fsum(x**k / math.factorial(k) for k in range(shape))
    assert upper_gamma(shape, x) == pytest.approx(exact, rel=1e-9, abs=1e-14)


@settings(deadline=None)
@given(counts, st.sampled_from([0.6, 0.9, 0.95, 0.99]))
def test_dirichlet_when_computed_exactly_then_the_rule_fires_at_its_threshold(
    votes: list[int], threshold: float
) -> None:
    first, *others = [*votes[:5], 0] if len(votes) == 1 else votes[:5]
    sure = float(exact_mode(first + 1, [count + 1 for count in others]))
    cast = [answer for answer, count in enumerate(votes) for _ in range(count)]
    reason = dirichlet_posterior(threshold).decide(state(cast))
    if abs(sure - threshold) > 1e-9:
        assert (reason is not None) == (sure >= threshold)
    if reason is not None:
        assert reason.endswith(f"{sure:.4f}")
        assert beta_posterior(threshold).decide(state(cast)) is not None


def test_dirichlet_when_there_are_more_than_five_answers_then_the_rest_is_not_looked_at() -> None:
    few = [0] * 9 + [1, 2, 3, 4]
    many = few + list(range(5, 30))
    rule = dirichlet_posterior(0.9)
    assert rule.decide(state(few)) == rule.decide(state(many)) is not None


@given(counts)
def test_beta_when_the_leader_gains_a_vote_then_it_is_surer_and_else_it_is_not(
    votes: list[int],
) -> None:
    first, second, *_ = [*votes, 0]
    assert beta_risk(first + 1, second) < beta_risk(first, second)
    if second < first:
        assert beta_risk(first, second + 1) > beta_risk(first, second)


@settings(deadline=None)
@given(counts)
def test_mode_when_the_leader_gains_a_vote_then_it_is_surer_and_else_it_is_not(
    votes: list[int],
) -> None:
    first, *others = [vote + 1 for vote in [*votes, 0]]
    risk = mode_risk(first, tuple(others))
    assert mode_risk(first + 1, tuple(others)) < risk
    assert mode_risk(first, (others[0] + 1, *others[1:])) > risk
    assert mode_risk(first, (*others, 1)) > risk


@settings(deadline=None)
@given(counts.filter(lambda votes: len(votes) > 1), st.sampled_from([2.0, 10.0, 3000.0]))
def test_bayes_factor_when_computed_exactly_then_the_rule_fires_at_its_threshold(
    votes: list[int], threshold: float
) -> None:
    sure = exact_mode(votes[0] + 1, [count + 1 for count in votes[1:]])
    factor = float(len(votes) * sure / (1 - sure))
    cast = [answer for answer, count in enumerate(votes) for _ in range(count)]
    rule = bayes_factor(threshold, unknown=0, minimum_attempts=2)
    if abs(factor / threshold - 1) > 1e-9:
        wanted = factor >= threshold and votes[0] > votes[1]
        assert (rule.decide(state(cast)) is not None) == wanted


def test_bayes_factor_when_all_agree_then_the_unseen_answers_decide() -> None:
    never_seen = bayes_factor(1e9, unknown=0, minimum_attempts=3)
    assert never_seen.decide(state([1, 1])) is None
    assert never_seen.decide(state([1, 1, 1])) == "3 votes have a Bayes factor of inf"
    # 2 P / (1 - P) with 1 - P = I_{1/2}(n + 1, 1.3): 9.2 after two votes, 2114 after ten.
    assert bayes_factor(10).decide(state([1, 1])) is None
    assert bayes_factor(10).decide(state([1, 1, 1])) is not None
    assert bayes_factor(3000).decide(state([1] * 10)) is None
    assert bayes_factor(3000).decide(state([1] * 12)) is not None


def test_bayes_factor_when_the_leaders_are_tied_then_it_never_fires() -> None:
    assert bayes_factor(1.0001).decide(state([1, 1, 2, 2])) is None


@pytest.mark.parametrize(
    "rule", [beta_posterior(0.5), dirichlet_posterior(0.5), bayes_factor(1.5)], ids=str
)
def test_posterior_when_nobody_voted_then_it_goes_on(rule: object) -> None:
    for answers in ([], [None], [None] * 50):
        assert rule.decide(state(answers)) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "votes",
    [(10_000,), (5_050, 4_950), (4_000, 3_900, 2_000, 99, 1), (5_000, *[1] * 5_000), (2,) * 5_000],
)
def test_posteriors_when_there_are_ten_thousand_votes_then_they_are_probabilities(
    votes: tuple[int, ...],
) -> None:
    first, *others = [*votes, 0]
    risks = (
        beta_risk(first, others[0]),
        mode_risk(first + 1, tuple(count + 1 for count in others[:4])),
        mode_risk(first + 1.0, tuple(count + 1.0 for count in others)),
    )
    assert all(0 <= risk <= 1 for risk in risks)
    assert risks[0] <= risks[1] * (1 + 1e-9)
    assert risks[1] <= risks[2] * (1 + 1e-9)
