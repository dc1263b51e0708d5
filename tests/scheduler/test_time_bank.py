"""Hours shared among problems: published numbers, bounds, and the clock."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.errors import ConfigError
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.time_bank import (
    BankPolicy,
    BankState,
    BaseAndSurplus,
    Bounds,
    Clamped,
    Deposits,
    ExpectedGain,
    SpeedTiers,
    Spent,
    TimeBank,
    allot,
    parse_bank_policy,
)
from tirkit.scheduler.time_bank.gain import Point, growth, hull
from tirkit.selection import tally
from tirkit.testing import FakeClock
from tirkit.types import Answer, Vote

POLICIES: tuple[BankPolicy, ...] = (
    BaseAndSurplus(),
    Clamped(),
    Deposits(),
    SpeedTiers(),
    ExpectedGain(),
)


def spent(*seconds: float, settled: bool = True) -> tuple[Spent, ...]:
    return tuple(Spent(one, settled, 10_000.0) for one in seconds)


def state(left: float, problems: int | None, *seconds: float) -> BankState:
    return BankState(left, problems, sum(seconds), spent(*seconds))


@pytest.mark.parametrize(
    ("taken", "seconds"),
    [
        ((), 350),  # nothing in the buffer yet
        ((350,), 350),
        ((250,), 450),  # 100 s drawn
        ((50,), 560),  # 300 s are there, 210 s at most are drawn
        ((50, 560), 350 + 90),
        ((400,), 300),  # an overrun of 50 s is paid back
    ],
)
def test_base_and_surplus_when_problems_took_less_or_more_then_it_is_nvidias(
    taken: tuple[float, ...], seconds: float
) -> None:
    assert BaseAndSurplus().allot(state(10_000, 40, *taken)).seconds == seconds


@pytest.mark.parametrize(
    ("base", "high", "left", "problems", "seconds"),
    [
        (300, 900, 17_400, 50, 900),  # 17400 - 49 * 300 = 2700
        (300, 900, 15_300, 50, 600),
        (300, 900, 10_000, 50, 300),
        (270, 900, 13_830, 50, 600),
        (240, 960, 17_400, 50, 960),
        (240, 960, 12_460, 50, 700),
        (300, 900, 500, 1, 500),
    ],
)
def test_clamped_when_asked_then_it_is_the_notebooks(
    base: float, high: float, left: float, problems: int, seconds: float
) -> None:
    assert Clamped(base, high).allot(BankState(left, problems)).seconds == seconds


def test_deposits_when_few_agree_then_300_seconds_more_may_be_withdrawn() -> None:
    assert Deposits().allot(state(9000, 40, 0.0)).seconds == 600
    given_more = Deposits(base=100).allot(state(9000, 40, 60.0))
    assert given_more.seconds == 140
    assert given_more.stop is not None
    votes = [Vote(index, Answer("7", "7")) for index in range(2)]
    early = ProblemState("p", 8, finished=2, tally=tally(votes), elapsed_seconds=99.0)
    assert given_more.stop.decide(early) is None
    assert given_more.stop.decide(replace(early, elapsed_seconds=100.0)) is not None
    alone = replace(early, tally=tally(votes[:1]), elapsed_seconds=139.0)
    assert given_more.stop.decide(alone) is None


TIERS = {  # speed: attempts, answers, minutes, (minutes, answers)
    1: (10, 6, 9.5, ((7, 5), (8, 4), (9, 3))),
    2: (12, 7, 9.5, ((7, 5), (8, 4), (9, 3))),
    3: (15, 8, 11, ((8, 6), (9, 5), (10, 3))),
    4: (16, 9, 12, ((10, 5), (11, 4))),
    5: (17, 10, 12, ((10, 5), (11, 4))),
}


@pytest.mark.parametrize(
    ("mean", "speed"),
    [(299.9, 1), (300, 2), (344.9, 2), (345, 3), (369, 3), (370, 4), (419, 4), (420, 5)],
)
def test_speed_tiers_when_a_mean_is_left_then_they_are_imaginations(
    mean: float, speed: int
) -> None:
    chosen = SpeedTiers().allot(BankState(mean * 20, 20, 1.0, spent(*[300.0] * 30)))
    attempts, answers, minutes, soft = TIERS[speed]
    assert (chosen.attempts, chosen.seconds) == (attempts, minutes * 60)
    assert chosen.stop is not None

    def settled(count: int, seconds: float) -> bool:
        votes = [Vote(index, Answer(str(index), str(index))) for index in range(count)]
        moment = ProblemState(
            "p", attempts, finished=count, tally=tally(votes), elapsed_seconds=seconds
        )
        assert chosen.stop is not None
        return chosen.stop.decide(moment) is not None

    assert settled(answers, 1.0)
    assert not settled(answers - 1, 1.0)
    for at, enough in soft:
        assert settled(enough, at * 60)
        assert not settled(enough, at * 60 - 1)


def test_speed_tiers_when_before_the_30th_problem_then_speed_3_and_later_every_second() -> None:
    early = SpeedTiers().allot(BankState(10.0, 30, 1.0, spent(*[300.0] * 20)))
    assert early.attempts == 15
    done = [*spent(*[300.0] * 30), Spent(300.0, settled=True, left_seconds=200.0 * 20)]
    between = BankState(1e6, 19, 1.0, tuple(done))  # adjusted at 30: 200 s a problem
    assert SpeedTiers().allot(between).attempts == 10
    adjusted = BankState(1e6, 18, 1.0, (*done, done[0]))
    assert SpeedTiers().allot(adjusted).attempts == 17


def test_growth_when_problems_ran_out_of_time_then_it_is_kaplan_and_meiers() -> None:
    # 10 settled, 20 ran out, 30 settled, 40 ran out: S = 3/4, then 3/4 * 1/2
    points = growth([(10, True), (20, False), (30, True), (40, False)], 1000)
    assert [point.limit for point in points] == [0, 10, 30]
    assert [point.gain for point in points] == pytest.approx([0, 0.25, 0.625])
    assert [point.cost for point in points] == pytest.approx([0, 10, 10 + 20 * 0.75])


@given(st.lists(st.tuples(st.floats(1, 2000), st.booleans()), min_size=1, max_size=30))
def test_hull_when_made_then_each_step_gains_less_and_no_limit_lies_above(
    needed: list[tuple[float, bool]],
) -> None:
    points = growth(needed, 900)
    kept = hull(points)
    rates = [(two.gain - one.gain) / (two.cost - one.cost) for one, two in pairwise(kept)]
    assert all(later < before + 1e-12 for before, later in pairwise(rates))
    for point in points:
        one, two = next((a, b) for a, b in pairwise(kept) if a.cost <= point.cost <= b.cost)
        line = one.gain + (two.gain - one.gain) * (point.cost - one.cost) / (two.cost - one.cost)
        assert point.gain <= line + 1e-9


def test_expected_gain_when_problems_were_easy_or_hard_then_more_or_less_is_given() -> None:
    policy, left = ExpectedGain(), 4500.0
    fresh = policy.allot(BankState(left, 20)).seconds
    easy = policy.allot(BankState(left, 20, 900.0, spent(*[30.0] * 30))).seconds
    hard = policy.allot(BankState(left, 20, 900.0, spent(*[600.0] * 30, settled=False))).seconds
    assert hard < fresh < easy


def test_expected_gain_when_all_can_have_the_largest_limit_then_the_rest_is_shared() -> None:
    policy = ExpectedGain(prior=(100.0,), prior_never=1, high=900)
    # G(100) = 1/2, U(100) = 100: with 250 s a problem, 150 s / (1/2) more for the unsettled
    assert policy.allot(BankState(2500, 10)).seconds == pytest.approx(400)
    assert policy.allot(BankState(1000, 10)).seconds == pytest.approx(100)
    assert policy.allot(BankState(10_000, 10)).seconds == 900


def test_expected_gain_when_time_is_short_then_more_are_settled_than_by_equal_shares() -> None:
    """Simulated: needed seconds drawn as in the prior, 50 problems, 2,000 s."""
    needs = [list(policy_needs(run)) for run in range(40)]
    ours = sum(settled_by(ExpectedGain(), need) for need in needs)
    equal = sum(settled_by(Clamped(40, 40), need) for need in needs)
    assert ours > 1.3 * equal


def policy_needs(run: int) -> list[float]:
    quantiles = [*ExpectedGain().prior, math.inf, math.inf]
    return [quantiles[(run + 7 * number + number // 3) % 10] for number in range(50)]


def settled_by(policy: BankPolicy, needs: list[float]) -> int:
    clock = FakeClock()
    bank = TimeBank(policy, 2000.0, len(needs), now=clock, bounds=Bounds(least_seconds=1.0))
    settled = 0
    for need in needs:
        allotted = bank.begin().seconds
        done = need <= allotted
        clock.advance(min(need, allotted))
        bank.end(settled=done)
        settled += done
    return settled


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
@given(data=st.data())
def test_bank_when_problems_take_what_they_may_then_it_never_runs_dry_before_the_last(
    policy: BankPolicy, data: st.DataObject
) -> None:
    total = data.draw(st.floats(100, 20_000))
    count = data.draw(st.integers(1, 25))
    least = data.draw(st.floats(0.1, total / count))
    clock = FakeClock(data.draw(st.floats(0, 1e6)))
    bank = TimeBank(policy, total, count, now=clock, bounds=Bounds(least))
    for _ in range(count):
        allotment = bank.begin()
        assert least * 0.999 <= allotment.seconds <= bank.left_seconds + 1e-6
        assert allotment.reason
        clock.advance(allotment.seconds * data.draw(st.sampled_from([0.0, 0.1, 1.0])))
        bank.end(settled=data.draw(st.booleans()))
    assert bank.left_seconds >= -1e-6


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_bank_when_nobody_knows_how_many_come_then_there_is_always_some_left(
    policy: BankPolicy,
) -> None:
    clock = FakeClock()
    bank = TimeBank(policy, 17_400, None, now=clock)
    for _ in range(60):
        allotment = bank.begin()
        assert 0 < allotment.seconds <= bank.left_seconds
        clock.advance(allotment.seconds / 2)
        bank.end(settled=True)
    assert bank.left_seconds > 0


def test_bank_when_more_come_than_were_told_then_it_still_allots() -> None:
    clock = FakeClock()
    bank = TimeBank(Clamped(), 1000, 1, now=clock)
    assert bank.begin().seconds == 1000
    clock.advance(100)
    assert bank.state().problems_left == 1
    assert bank.begin().seconds == 300  # the first, never ended, has ended
    assert bank.state().problems_left is None
    clock.advance(5000)
    assert bank.begin().seconds == 0


def test_bank_when_the_clock_ran_before_it_then_that_counts() -> None:
    clock = FakeClock(50.0)
    bank = TimeBank(Clamped(), 1000, 2, now=clock, used_seconds=600)
    assert bank.left_seconds == 400
    clock.advance(10)
    assert bank.left_seconds == 390


@pytest.mark.parametrize(
    ("bounds", "problems", "seconds", "reason"),
    [
        (Bounds(10), 1, 2000, "the rest"),
        (Bounds(10, rest_to_last=False), 1, 900, "2000 s left"),
        (Bounds(10, most_seconds=1740), 1, 1740, "most for one"),
        (Bounds(500), 4, 500, "can spare"),
        (Bounds(1900), 4, 1900, "raised"),
        (Bounds(3000), 4, 2000, "no more"),
    ],
)
def test_allot_when_bounds_hold_then_they_say_so(
    bounds: Bounds, problems: int, seconds: float, reason: str
) -> None:
    chosen = allot(Clamped(), BankState(2000, problems), bounds)
    assert chosen.seconds == seconds
    assert reason in chosen.reason


def test_policy_when_read_then_it_is_what_was_written() -> None:
    assert parse_bank_policy("clamped(base=240, high=960)") == Clamped(240, 960)
    assert parse_bank_policy("base_and_surplus()") == BaseAndSurplus(350, 210)
    assert parse_bank_policy("expected_gain(prior=(60, 120), high=600)") == ExpectedGain(
        (60, 120), high=600
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clamped",
        "clamped(base=0)",
        "clamped(900, 300)",
        "clamped(base='x')",
        "nobody()",
        "__import__('os')",
        "expected_gain(prior=())",
        "deposits(draw=-1)",
        "speed_tiers(3)",
    ],
)
def test_policy_when_it_cannot_be_read_then_the_error_says_why(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_bank_policy(text)


@pytest.mark.parametrize(
    ("total", "problems"), [(0, 5), (-1, 5), (math.nan, 5), (math.inf, 5), (10, 0)]
)
def test_bank_when_its_numbers_are_wrong_then_it_refuses(total: float, problems: int) -> None:
    with pytest.raises(ConfigError, match="time bank"):
        TimeBank(Clamped(), total, problems)


def test_point_when_compared_then_it_is_its_numbers() -> None:
    assert growth([(5.0, False)], 900) == [Point(0, 0, 0), Point(900, 0, 900)]
