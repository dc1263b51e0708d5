"""Live and over records: the same rule and selector decide the same, at the same moment."""

from random import Random

import pytest

from tests.lab.live_runs import Script, run_live
from tirkit.lab import course_from, replay
from tirkit.scheduler import Policy, parse_stop_rule
from tirkit.selection import parse_selector
from tirkit.types import Solution, StopReason

RULES = (
    "when_agreed(3)",
    "when_lead_is_safe()",
    "when_lead_is_safe(max_weight=2)",
    "beta_posterior(0.9, minimum_attempts=2) | after_attempts(9)",
    "unanimous_window(3)",
    "agreed_of_last(3, 4) & after_seconds(20)",
    "consensus_share(0.8, minimum_attempts=3)",
    "not_before(when_agreed(2), seconds=25)",
    "after_seconds(21.5)",
    "after_tokens(150)",
    "length_matched(when_agreed(2), finished_share=0.9)",
    "after_answers(5)",
)
SELECTORS = ("majority()", "weighted(by='tail')", "entropy(floor=0.1)")
NEVER = "after_attempts(1000)"


def order(solution: Solution) -> list[int]:
    """Attempts that ended by themselves, as they ended."""
    heard = [one for one in solution.trajectories if one.stop_reason is not StopReason.CANCELLED]
    ended = sorted(heard, key=lambda one: one.started_at + one.duration_seconds)
    return [one.index for one in ended]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(6))
def test_decision_when_live_and_over_records_then_it_is_the_same(
    rule: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Random(f"{rule} {seed}")
    at_once, selector = draw.choice((1, 3, 12)), draw.choice(SELECTORS)
    script = Script(seed, attempts=12)
    [live] = run_live(script, monkeypatch, stop=rule, selector=selector, at_once=at_once)
    [full] = run_live(script, monkeypatch, stop=NEVER, selector=selector, at_once=at_once)
    policy = Policy(12, parse_stop_rule(rule), parse_selector(selector))
    for recorded in (full, live):  # over all attempts, and over its own record
        course = course_from(recorded.trajectories, recorded, attempts=12)
        offline = replay(course, policy)
        assert offline.reason == live.stop_reason
        assert offline.verdict.answer == live.answer
        assert offline.verdict.tally == live.verdict.tally
        assert offline.verdict.confidence == live.confidence
        assert offline.fired
        assert offline.unheard == 0
        assert offline.seconds == pytest.approx(live.duration_seconds, abs=1e-3)
        assert offline.finished == len(order(live))
        drawn = live.usage.sampled_tokens + live.usage.wasted_tokens
        assert offline.tokens == pytest.approx(drawn, abs=2 * offline.running)


@pytest.mark.parametrize("seed", range(6))
def test_decisions_when_problems_share_the_engine_then_each_is_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Random(seed).choice(RULES[:-3])
    script = Script(seed, attempts=8, problems=4)
    solved = run_live(script, monkeypatch, stop=rule, selector="majority()", at_once=5)
    for live in solved:
        course = course_from(live.trajectories, live, attempts=8)
        offline = replay(course, Policy(8, parse_stop_rule(rule)))
        assert (offline.reason, offline.verdict) == (live.stop_reason, live.verdict)
        assert offline.seconds == pytest.approx(live.duration_seconds, abs=1e-3)
