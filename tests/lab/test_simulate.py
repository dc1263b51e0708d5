"""The simulator: its speed of streams, its population, and that it decides as records do."""

import statistics
from functools import cache

import pytest

from tirkit.errors import ConfigError
from tirkit.lab import (
    AnswerModel,
    Machine,
    ProblemModel,
    Simulated,
    Simulation,
    aimo3_population,
    fit_population,
    replay,
    right_shares,
    simulate,
)
from tirkit.lab.batch import Batch
from tirkit.scheduler import Policy, TimeBank, parse_stop_rule, when_agreed
from tirkit.scheduler.stop_rules import after_attempts
from tirkit.scheduler.time_bank import Clamped, Clock
from tirkit.scheduler.waves import Wave
from tirkit.selection import parse_selector

NEVER = after_attempts(10_000)
POPULATION = aimo3_population()


@cache
def full() -> list[Simulated]:
    return simulate(POPULATION[::5], Policy(24, NEVER), Simulation(max_in_flight=6))


def test_machine_when_streams_are_added_then_it_fits_the_published_rates() -> None:
    machine = Machine()
    assert machine.tokens_per_second(8) == pytest.approx(80, rel=0.01)
    assert 256 * machine.tokens_per_second(256) == pytest.approx(7700, rel=0.01)
    with pytest.raises(ConfigError, match="must take time"):
        Machine(step_seconds=0)


def test_batch_when_streams_share_steps_then_each_ends_after_its_tokens() -> None:
    batch = Batch(Machine(step_seconds=1, stream_seconds=1))
    batch.begin("a", 10)
    batch.begin("b", 4)
    ended = batch.next_end()
    assert ended == (12.0, "b")  # 4 steps of 1 + 2 seconds
    batch.go_to(12.0)
    batch.drop("b")
    assert batch.next_end() == (24.0, "a")  # 6 more of 1 + 1
    batch.go_to(18.0)
    assert int(batch.steps) == 7
    batch.drop("a")
    assert batch.next_end() is None


def test_population_when_calibrated_then_it_has_the_published_figures() -> None:
    """0.69 of the attempts are right; pass@20 is 45.5, pass@100 is 49 (arXiv 2603.27844)."""
    shares = right_shares(POPULATION)
    assert len(shares) == 50
    assert statistics.fmean(shares) == pytest.approx(0.69, abs=0.005)
    assert 50 - sum((1 - share) ** 20 for share in shares) == pytest.approx(45.5, abs=0.5)
    assert 50 - sum((1 - share) ** 100 for share in shares) == pytest.approx(49, abs=0.5)
    assert sum(share < 0.035 for share in shares) >= 4


def test_population_when_drawn_then_lengths_are_as_told() -> None:
    drawn = [(model, model.draw(seed, 0)) for model in POPULATION for seed in range(40)]
    assert statistics.fmean(ballot.tokens for _, ballot in drawn) == pytest.approx(13_000, rel=0.05)
    right: list[int] = []
    wrong: list[int] = []
    for model, ballot in drawn:
        if ballot.answer is not None:
            same = ballot.answer.canonical == model.reference
            (right if same else wrong).append(ballot.tokens)
    assert statistics.fmean(right) < statistics.fmean(wrong)


def test_score_when_eight_attempts_are_settled_by_four_then_it_is_the_published_one() -> None:
    """39.3 of 50, with a standard deviation of 1.7 (arXiv 2603.27844, 21 runs)."""
    scores = []
    for seed in range(40):
        solved = simulate(POPULATION, Policy(8, when_agreed(4)), Simulation(seed=seed))
        scores.append(sum(one.right for one in solved))
    assert statistics.fmean(scores) == pytest.approx(39.3, abs=0.5)
    assert 1.0 < statistics.stdev(scores) < 2.2


@pytest.mark.parametrize(
    "text",
    [
        "when_agreed(4)",
        "when_lead_is_safe()",
        "beta_posterior(0.95)",
        "unanimous_window(5)",
        "consensus_share(0.9, minimum_attempts=4)",
        "length_matched(when_agreed(3))",
        "after_seconds(400)",
    ],
)
def test_simulation_when_replayed_from_the_full_run_then_it_decides_the_same(text: str) -> None:
    policy = Policy(24, parse_stop_rule(text), parse_selector("weighted()"))
    stopped = simulate(POPULATION[::5], policy, Simulation(max_in_flight=6))
    for live, whole in zip(stopped, full(), strict=True):
        offline = replay(whole.course, policy)
        assert offline.verdict == live.outcome.verdict
        assert offline.reason.partition(" (")[0] == live.outcome.reason.partition(" (")[0]
        assert offline.seconds == pytest.approx(live.outcome.seconds, abs=0.01)
        assert offline.tokens == pytest.approx(live.outcome.tokens, rel=0.05)
        again = replay(live.course, policy)
        assert (again.verdict, again.finished) == (live.outcome.verdict, live.outcome.finished)


def test_simulation_when_problems_share_the_engine_then_earlier_ones_are_served_first() -> None:
    at_once = Simulation(max_in_flight=8, problems_at_once=3)
    solved = simulate(POPULATION[:6], Policy(8, NEVER), at_once)
    assert [one.outcome.problem_id for one in solved] == [m.problem_id for m in POPULATION[:6]]
    assert all(one.outcome.finished == 8 for one in solved)
    assert min(one.started for one in solved[1].course.timed) > 0


def test_simulation_when_a_time_bank_gives_the_time_then_none_is_overdrawn() -> None:
    banks: list[TimeBank] = []

    def bank(now: Clock) -> TimeBank:
        banks.append(TimeBank(Clamped(30, 200), 2000, 50, now=now))
        return banks[-1]

    solved = simulate(POPULATION, Policy(8, when_agreed(4)), Simulation(bank=bank))
    assert len(solved) == 50
    assert len(banks[0].spent) == 50
    assert sum(one.outcome.seconds for one in solved) <= 2000.01
    assert any("passed" in one.outcome.reason for one in solved)
    with pytest.raises(ConfigError, match="one problem at once"):
        Simulation(bank=bank, problems_at_once=2)


def test_simulation_when_the_bank_is_empty_then_the_rest_is_given_up() -> None:
    def bank(now: Clock) -> TimeBank:
        return TimeBank(Clamped(30, 200), 5, 50, now=now)

    solved = simulate(POPULATION[:5], Policy(8, NEVER), Simulation(bank=bank))
    assert [one.outcome.verdict.answer for one in solved][-1] is None
    assert solved[-1].outcome.tokens == 0


def test_simulation_when_few_agree_then_waves_follow() -> None:
    torn = ProblemModel("torn", "1", tuple(AnswerModel(str(n), 1, 100) for n in range(400)))
    sure = ProblemModel("sure", "1", (AnswerModel("1", 1, 100),))
    policy = Policy(4, NEVER, waves=(Wave(3, agree=3), Wave(2, agree=3)))
    first, second = simulate([torn, sure], policy)
    assert first.outcome.finished == 9
    assert second.outcome.finished == 4


def test_fit_when_a_run_is_fitted_then_it_behaves_like_that_run() -> None:
    fitted = fit_population([one.course for one in full()])
    for model, one in zip(fitted, full(), strict=True):
        ballots = [timed.ballot for timed in one.course.timed]
        right = sum(b.answer is not None and b.answer.canonical == model.reference for b in ballots)
        assert model.right_share == pytest.approx(right / len(ballots))
        drawn = [model.draw(1, index) for index in range(300)]
        mean = statistics.fmean(ballot.tokens for ballot in drawn)
        assert mean == pytest.approx(statistics.fmean(b.tokens for b in ballots), rel=0.35)
        assert all(ballot.stats is not None for ballot in drawn)


def test_models_when_their_numbers_are_hostile_then_they_are_refused() -> None:
    for share, tokens in ((-1.0, 5.0), (float("nan"), 5.0), (1.0, 0.0), (1.0, float("inf"))):
        with pytest.raises(ConfigError):
            AnswerModel("1", share, tokens)
    with pytest.raises(ConfigError, match="no answer has a share"):
        ProblemModel("p", "1", (AnswerModel("1", 0, 5),))
    with pytest.raises(ConfigError, match="same id"):
        simulate([POPULATION[0], POPULATION[0]], Policy(1))


def test_simulation_when_a_season_is_drawn_then_all_of_it_is_there() -> None:
    solved = simulate(aimo3_population(110), Policy(256, NEVER), Simulation(max_in_flight=256))
    assert len(solved) == 110
    assert all(one.outcome.finished == 256 for one in solved)
