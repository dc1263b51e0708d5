"""Policies over courses made by hand."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tirkit.errors import ConfigError
from tirkit.lab import Course, Timed, course_from, replay
from tirkit.lab.course import in_finishing_order
from tirkit.scheduler import Policy, after_seconds, after_tokens, parse_stop_rule, when_agreed
from tirkit.scheduler.waves import Wave
from tirkit.selection import Ballot, MajorityVote, choose
from tirkit.types import Answer

Row = tuple[str | None, float, float]
"""Answer, start, end."""


def course(*rows: Row, attempts: int = 0, cancelled: tuple[int, ...] = ()) -> Course:
    timed = []
    for index, (answer, started, ended) in enumerate(rows):
        given_answer = None if answer is None else Answer(answer, answer)
        ballot = Ballot(index, given_answer, tokens=round(100 * (ended - started)), ended_at=ended)
        timed.append(Timed(ballot, started, ended, heard=index not in cancelled))
    return Course("p", in_finishing_order(timed), max(attempts, len(rows)), "7", "7")


FOUR = course(("7", 0, 10), ("8", 0, 20), ("7", 0, 30), ("7", 10, 50))


def test_replay_when_a_rule_fires_then_tokens_of_running_attempts_are_counted() -> None:
    outcome = replay(FOUR, Policy(4, when_agreed(2)))
    assert str(outcome.verdict.answer) == "7"
    assert outcome.reason == "2 attempts agree on 7"
    assert outcome.seconds == 30
    assert (outcome.finished, outcome.running) == (3, 1)
    assert outcome.tokens == 1000 + 2000 + 3000 + 2000  # the last one is half way
    assert outcome.fired


def test_replay_when_no_rule_fires_then_all_attempts_vote() -> None:
    outcome = replay(FOUR, Policy(4, when_agreed(9)))
    assert outcome.reason == "all 4 attempts finished"
    assert (outcome.seconds, outcome.tokens) == (50, 10_000)


def test_replay_when_time_decides_then_it_decides_between_two_ends() -> None:
    outcome = replay(FOUR, Policy(4, after_seconds(25)))
    assert outcome.seconds == pytest.approx(25, abs=1e-3)
    assert outcome.tokens == pytest.approx(1000 + 2000 + 2500 + 1500, abs=2)
    limited = replay(FOUR, Policy(4, when_agreed(9), seconds=25))
    assert (limited.reason, limited.tokens) == (outcome.reason, outcome.tokens)


def test_replay_when_tokens_decide_then_it_is_within_one_look() -> None:
    outcome = replay(FOUR, Policy(4, after_tokens(5000)))
    assert 5000 <= outcome.tokens <= 5000 + 3 * 100 * 0.26


def test_replay_when_fewer_attempts_are_allowed_then_later_ones_are_passed_over() -> None:
    outcome = replay(FOUR, Policy(2, when_agreed(9)))
    assert outcome.finished == 2
    assert outcome.tokens == 3000
    assert outcome.verdict.tally.votes == 2


def test_replay_when_the_record_ends_before_then_that_is_said() -> None:
    outcome = replay(course(("7", 0, 1), attempts=8), Policy(8, when_agreed(2)))
    assert not outcome.fired
    assert outcome.reason == "the record ends after 1 attempts"
    cut = course(("7", 0, 5), ("8", 0, 5), ("7", 0, 9), cancelled=(1,))
    outcome = replay(cut, Policy(3, when_agreed(2)))
    assert (outcome.fired, outcome.unheard, outcome.finished) == (True, 1, 2)


def test_replay_when_a_wave_is_not_needed_then_its_attempts_do_not_count() -> None:
    rows = [("7", 0.0, 1.0), ("7", 0.0, 2.0), ("8", 3.0, 4.0)]
    policy = Policy(2, when_agreed(9), waves=(Wave(1, agree=2),))
    assert replay(course(*rows), policy).finished == 2
    split = [("7", 0.0, 1.0), ("9", 0.0, 2.0), ("9", 3.0, 4.0)]
    outcome = replay(course(*split), policy)
    assert (outcome.finished, str(outcome.verdict.answer)) == (3, "9")


@pytest.mark.parametrize("rows", [[], [(None, 0, 1)], [("0", 0, 0)], [(None, 0, 1)] * 5])
def test_replay_when_little_is_there_then_there_is_a_verdict(rows: list[Row]) -> None:
    for text in ("when_lead_is_safe()", "beta_posterior(0.9)", "consensus_share(0.5)"):
        outcome = replay(course(*rows), Policy(max(len(rows), 1), parse_stop_rule(text)))
        answers = {row[0] for row in rows} - {None}
        found = outcome.verdict.answer
        assert {None if found is None else found.canonical} <= {*answers, None}
        assert (found is None) == (not answers)


def test_replay_when_there_are_ten_thousand_attempts_then_it_is_done() -> None:
    draw = Random(0)
    rows: list[Row] = [
        (draw.choice(("7", "8", None)), start, start + draw.uniform(1, 50))
        for start in (draw.uniform(0, 100) for _ in range(10_000))
    ]
    outcome = replay(course(*rows), Policy(10_000, parse_stop_rule("when_lead_is_safe()")))
    assert outcome.finished > 5000


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["7", "8", "0", None]), min_size=1, max_size=12), st.integers(0, 9))
def test_full_vote_when_attempts_begin_in_another_order_then_the_verdict_is_the_same(
    answers: list[str | None], seed: int
) -> None:
    plain = course(*((answer, 0, 1 + number) for number, answer in enumerate(answers)))
    policy = Policy(len(answers), when_agreed(99))
    first = replay(plain, policy).verdict
    other = plain.reordered(Random(seed), at_once=3)
    assert {entry.count for entry in replay(other, policy).verdict.tally.entries} == {
        entry.count for entry in first.tally.entries
    }
    assert first == choose(MajorityVote(), [one.ballot for one in plain.timed])


def test_course_when_reordered_then_lengths_and_places_are_kept() -> None:
    other = FOUR.reordered(Random(3), at_once=2)
    assert sorted(one.ended - one.started for one in other.timed) == [10, 20, 30, 40]
    assert other.at_once == 2
    assert [one.ballot.index for one in sorted(other.timed, key=lambda one: one.started)][:2] in (
        [0, 1],
        [1, 0],
    )
    assert FOUR.at_once == 3
    with pytest.raises(ConfigError, match="at least 1"):
        FOUR.reordered(Random(0), at_once=0)


def test_course_when_there_is_nothing_then_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="no course"):
        course_from([])


def test_timed_when_its_tokens_are_asked_for_then_they_grow_evenly_to_the_end() -> None:
    one = FOUR.timed[0]
    drawn = [one.tokens_at(seconds) for seconds in (-1.0, 0.0, 5.0, 10.0, math.inf)]
    assert drawn == [0, 0, 500, 1000, 1000]
