"""Figures and intervals from trials whose outcome is known."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from tirkit.errors import ConfigError
from tirkit.lab import (
    FULL,
    Candidate,
    Frontier,
    Simulation,
    Trials,
    aimo3_population,
    candidate,
    full_vote,
    replayed_trials,
    simulate,
    simulated_trials,
)
from tirkit.scheduler import Policy
from tirkit.scheduler.stop_rules import after_attempts

PROBLEMS = 20


def trials(name: str, right: float, tokens: float, kind: str = "rule") -> Trials:
    one = full_vote() if name == FULL else candidate(name, kind, "when_agreed(4)")
    hits = [float(number < right * PROBLEMS) for number in range(PROBLEMS)]
    return Trials(one, [hits] * 2, [[tokens] * PROBLEMS] * 2, [[tokens / 100] * PROBLEMS] * 2)


GIVEN = [
    trials(FULL, 0.8, 1000),
    trials("cheap", 0.6, 100),
    trials("worse", 0.5, 200),
    trials("good", 0.8, 300),
    trials("chosen", 0.7, 250, kind="own"),
]


def test_points_when_trials_are_known_then_figures_are_too() -> None:
    points = {point.name: point for point in Frontier(GIVEN).points()}
    good = points["good"]
    assert good.accuracy.value == pytest.approx(0.8)
    assert 0.5 < good.accuracy.low < 0.8 < good.accuracy.high <= 1
    assert (good.tokens.value, good.tokens.low, good.tokens.high) == (300, 300, 300)
    assert good.saved.value == pytest.approx(0.7)
    assert (good.gain.value, good.gain.low, good.gain.high) == (0, 0, 0)  # in the same draws
    assert points["cheap"].gain.value == pytest.approx(-0.2)
    assert points["cheap"].gain.high < 0
    assert {name for name, point in points.items() if point.best} == {"cheap", "chosen", "good"}
    assert next(iter(points)) == "cheap"
    assert json.loads(json.dumps(asdict(good)))["name"] == "good"


def test_interval_when_problems_and_orders_are_drawn_again_then_it_is_the_same() -> None:
    draw, orders, problems = np.random.default_rng(5), 6, 30
    right = (draw.random((orders, problems)) < np.linspace(0.05, 0.95, problems)).astype(float)
    same = np.ones_like(right).tolist()
    [point] = Frontier([Trials(full_vote(), right.tolist(), same, same)]).points()
    means = []
    for _ in range(2000):
        drawn = draw.integers(problems, size=problems)
        means.append(np.mean([right[draw.integers(orders, size=orders), at] for at in drawn]))
    ends = np.percentile(means, [2.5, 97.5])
    assert [point.accuracy.low, point.accuracy.high] == pytest.approx(ends, abs=0.02)


def test_margin_when_others_are_as_cheap_then_the_best_of_them_is_the_rival() -> None:
    frontier = Frontier(GIVEN)
    above = frontier.margin("chosen")
    assert (above.rival, above.reached) == ("cheap", True)
    assert above.accuracy is not None
    assert above.accuracy.value == pytest.approx(0.1)
    assert not frontier.margin("worse").reached
    assert frontier.margin("cheap").rival is None
    assert frontier.margin("cheap").reached
    with pytest.raises(ConfigError, match="no candidate"):
        frontier.margin("nobody")


def test_frontier_when_the_full_vote_is_missing_then_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="full vote"):
        Frontier(GIVEN[1:])
    with pytest.raises(ConfigError, match="different names"):
        Frontier([*GIVEN, GIVEN[1]])


def few() -> list[Candidate]:
    rules = ("when_agreed(3)", "when_lead_is_safe()")
    return [full_vote(), *(candidate(rule, "rule", rule) for rule in rules)]


def test_trials_when_replayed_in_the_recorded_order_then_they_are_the_simulated_ones() -> None:
    population, simulation = aimo3_population(10), Simulation(max_in_flight=4)
    made = simulated_trials(population, few(), 12, simulation, orders=1)
    never = Policy(12, after_attempts(99))
    courses = [one.course for one in simulate(population, never, simulation)]
    again = replayed_trials(courses, few())
    for one, other in zip(made, again, strict=True):
        assert one.right == other.right
        assert one.tokens[0] == pytest.approx(other.tokens[0], rel=0.05)
        assert one.seconds[0] == pytest.approx(other.seconds[0], abs=0.1)
        assert one.unheard == other.unheard == 0


def test_trials_when_orders_are_drawn_then_a_safe_lead_never_changes_the_verdict() -> None:
    population = aimo3_population(10)
    never = Policy(12, after_attempts(99))
    courses = [one.course for one in simulate(population, never)]
    full, _, safe = replayed_trials(courses, few(), orders=5, at_once=2, seed=3)
    assert len(full.right) == 5
    assert full.right == safe.right
    assert sum(map(sum, safe.tokens)) < sum(map(sum, full.tokens))
    with pytest.raises(ConfigError, match="no problem has a reference"):
        replayed_trials([], few())
