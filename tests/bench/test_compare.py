"""Two runs held against each other: the tests by scipy, and how often they are wrong."""

from collections.abc import Sequence
from functools import cache
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scipy import stats

from tirkit.bench import ProblemMetrics, RunComparison, compare_runs, comparison_table
from tirkit.bench.paired import ALPHA, detectable, mcnemar_test, power, sign_flip_test
from tirkit.errors import ConfigError
from tirkit.guards import TokensSaved

PROBLEMS, ATTEMPTS, RUNS = 200, 4, 100


def row(
    name: str,
    right: int | None,
    finished: int = 4,
    *,
    correct: bool | None = None,
    tokens: int = 100,
    content_hash: str = "",
) -> ProblemMetrics:
    return ProblemMetrics(
        problem_id=name,
        reference=None if right is None else "7",
        answer="7",
        correct=(None if right is None else 2 * right > finished) if correct is None else correct,
        undecided=0,
        attempts=finished,
        finished=finished,
        right=right,
        unanswered=0,
        finished_tokens=tokens,
        sampled_tokens=tokens,
        saved=TokensSaved(),
        cells=0,
        seconds=1.0,
        stop_reason="",
        content_hash=content_hash,
    )


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_when_scipy_is_asked_then_says_the_same(won: int, lost: int) -> None:
    reference = stats.binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert mcnemar_test(won, lost) == pytest.approx(reference)


def test_mcnemar_when_thousands_differ_then_is_still_a_number() -> None:
    assert mcnemar_test(2_600, 2_400) == pytest.approx(stats.binomtest(2_600, 5_000).pvalue)
    with pytest.raises(ValueError, match="negative"):
        mcnemar_test(-1, 2)


@given(st.lists(st.integers(-4, 4).map(lambda gap: gap / 4), min_size=2, max_size=9))
def test_sign_flips_when_there_are_few_then_are_exact_as_scipy_is(gaps: list[float]) -> None:
    reference = stats.permutation_test(
        (gaps,), np.mean, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip_test(gaps) == pytest.approx(min(reference, 1.0))


def test_sign_flips_when_there_are_many_then_are_close_to_scipy() -> None:
    draw = np.random.default_rng(1)
    gaps = ((draw.binomial(8, 0.6, PROBLEMS) - draw.binomial(8, 0.55, PROBLEMS)) / 8).tolist()
    reference = stats.permutation_test(
        (gaps,), np.mean, permutation_type="samples", n_resamples=9_999, rng=draw
    ).pvalue
    assert 0.05 < reference < 0.5
    assert sign_flip_test(gaps) == pytest.approx(reference, abs=0.025)
    assert sign_flip_test(gaps) == sign_flip_test(gaps)
    assert sign_flip_test([0.0] * 9) == 1.0


def test_detectable_when_the_power_at_it_is_asked_then_is_80_percent() -> None:
    assert detectable(0.02) == pytest.approx(0.056, abs=1e-4)
    assert power(detectable(0.02), 0.02) == pytest.approx(0.8, abs=1e-4)
    assert power(0.0, 0.02) == pytest.approx(ALPHA)
    with pytest.raises(ValueError, match="above 0"):
        power(0.1, 0.0)


@cache
def chances(gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Chances of a right attempt at each problem in two runs, `gap` apart in the mean."""
    low = np.clip(np.random.default_rng(7).beta(1.2, 1.0, PROBLEMS), 0.01, 0.99)
    logit = np.log(low / (1 - low))
    steps = [1 / (1 + np.exp(-(logit + step))) for step in np.linspace(0, 3, 3_001)]
    high = min(steps, key=lambda one: abs(float(one.mean() - low.mean()) - gap))
    return high, low


def simulated(gap: float, seed: int) -> RunComparison:
    """Two runs over the same problems, each attempt right by chance; verdicts by one more draw."""
    draw = np.random.default_rng(seed)
    runs: list[Sequence[ProblemMetrics]] = []
    for chance in chances(gap):
        right = draw.binomial(ATTEMPTS, chance)
        settled = draw.random(PROBLEMS) < chance
        runs.append(
            [
                row(f"p{place}", int(right[place]), ATTEMPTS, correct=bool(settled[place]))
                for place in range(PROBLEMS)
            ]
        )
    return compare_runs(*runs)


def test_compare_when_nothing_differs_then_is_called_real_no_more_than_stated() -> None:
    found = [simulated(0.0, seed) for seed in range(RUNS)]
    most = stats.binom.ppf(0.999, RUNS, ALPHA)  # binomial error of so many runs
    attempts = [one.attempts for one in found if one.attempts is not None]
    verdicts = [one.verdict for one in found if one.verdict is not None]
    assert len(attempts) == len(verdicts) == RUNS
    assert sum(one.is_real for one in attempts) <= most
    assert sum(one.is_real for one in verdicts) <= most
    covered = sum(one.difference.low <= 0 <= one.difference.high for one in attempts)
    assert covered >= stats.binom.ppf(0.001, RUNS, 0.95)


def test_compare_when_one_run_is_10_points_better_then_is_seen_with_the_stated_power() -> None:
    found = [simulated(0.1, seed) for seed in range(RUNS)]
    for figure in ("attempts", "verdict"):
        seen = [getattr(one, figure) for one in found]
        stated = float(np.mean([power(0.1, one.standard_error) for one in seen]))
        real = sum(one.is_real and one.difference.value > 0 for one in seen)
        # McNemar's exact test is a little stricter than the normal power says.
        assert real >= stats.binom.ppf(0.001, RUNS, stated - 0.03)
        assert real <= stats.binom.ppf(0.999, RUNS, min(stated + 0.01, 1.0))
    attempts = [one.attempts for one in found if one.attempts is not None]
    assert all(one.detectable is not None and one.detectable < 0.1 for one in attempts)
    assert sum(one.is_real for one in attempts) >= 0.95 * RUNS
    covered = sum(one.difference.low <= 0.1 <= one.difference.high for one in attempts)
    assert covered >= stats.binom.ppf(0.001, RUNS, 0.95)


def test_compare_when_problems_flip_then_names_them() -> None:
    ours = [row("a", 4), row("b", 0), row("c", 3), row("d", None), row("e", 4)]
    other = [row("c", 3), row("b", 4), row("a", 0), row("d", None), row("f", 4)]
    found = compare_runs(ours, other)
    assert (found.problems, found.graded) == (4, 3)
    assert (found.gained, found.lost) == (("a",), ("b",))
    assert (found.only_ours, found.only_other) == (("e",), ("f",))
    assert found.verdict is not None
    assert (found.verdict.wins, found.verdict.ties, found.verdict.losses) == (1, 1, 1)
    assert (found.verdict.p_value, found.verdict.test) == (1.0, "McNemar, exact")
    assert found.attempts is not None
    assert found.attempts.difference.value == 0.0
    assert (found.tokens.p_value, found.tokens.detectable) == (1.0, None)


def test_compare_when_hashes_are_known_then_ids_do_not_match_other_questions() -> None:
    ours = [row("1", 4, content_hash="x"), row("1", 0, content_hash="x")]
    other = [row("one", 3, content_hash="x"), row("1", 3, content_hash="y")]
    found = compare_runs(ours, other)
    assert (found.problems, found.only_ours, found.only_other) == (1, ("1",), ("1",))
    with pytest.raises(ConfigError, match="share no problem"):
        compare_runs(ours, [row("1", 3, content_hash="y")])
    with pytest.raises(ConfigError, match="share no problem"):
        compare_runs([], [])


def test_compare_when_nothing_is_graded_then_compares_what_it_cost() -> None:
    found = compare_runs([row("a", None, tokens=150)], [row("a", None, tokens=100)])
    assert (found.verdict, found.attempts) == (None, None)
    assert found.tokens.difference.value == 50
    assert found.tokens.standard_error is None


def test_comparison_table_when_names_are_hostile_then_they_are_text() -> None:
    bad = "[red]x[/red]\x1b[2J"
    told = StringIO()
    found = compare_runs([row(bad, 4), row("b", 4)], [row(bad, 0), row("b", 4)])
    Console(file=told, width=120).print(comparison_table(found, "a[/]", "b"))
    assert "\x1b" not in told.getvalue()
    assert "[red]x[/red]\ufffd[2J" in told.getvalue()
    assert "a[/]" in told.getvalue()
