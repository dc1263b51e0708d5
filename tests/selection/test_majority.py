"""Votes first, bounded confidence between equals, then the earliest attempt; always said."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import normalize
from tirkit.selection import MajorityVote, Selector, tally
from tirkit.types import Answer, Vote


def vote(index: int, text: str, confidence: float | None = None, weight: float = 1.0) -> Vote:
    return Vote(index, Answer(text, normalize(text)), weight, confidence)


CONFIDENCES = st.one_of(
    st.none(),
    st.floats(min_value=0, max_value=1),
    st.sampled_from([math.nan, math.inf, -math.inf, 5.0, -5.0]),
)
VOTES = st.lists(
    st.tuples(st.sampled_from(["0", "1", "2", "x"]), CONFIDENCES), min_size=1, max_size=12
).map(lambda rows: [vote(index, *row) for index, row in enumerate(rows)])


def test_majority_when_one_answer_has_most_votes_then_it_wins() -> None:
    counted = tally([vote(0, "7", 1.0), vote(1, "0", 0.1), vote(2, "0", 0.1)], silent=1)
    selector: Selector = MajorityVote()
    verdict = selector.select(counted)
    assert str(verdict.answer) == "0"
    assert verdict.confidence == pytest.approx(2 / 3)
    assert verdict.tally is counted
    assert (verdict.reason, verdict.tie_broken_by) == ("2 of 3 votes", "")


def test_majority_when_weights_differ_then_weight_decides() -> None:
    verdict = MajorityVote().select(tally([vote(0, "1", weight=3.0), vote(1, "2"), vote(2, "2")]))
    assert str(verdict.answer) == "1"
    assert verdict.confidence == pytest.approx(0.6)


def test_majority_when_tied_then_the_mean_confidence_decides_and_is_named() -> None:
    votes = [vote(0, "1", 0.9), vote(1, "1", 0.1), vote(2, "2", 0.6), vote(3, "2", 0.6)]
    verdict = MajorityVote().select(tally([*votes, vote(4, "3", 1.0)]))
    assert str(verdict.answer) == "2"
    assert verdict.tie_broken_by == "mean confidence"
    assert verdict.reason == "2 of 5 votes, tied with 1; decided by mean confidence"


def test_majority_when_a_confidence_is_out_of_bounds_then_is_held_to_one() -> None:
    votes = [vote(0, "1", 1e9), vote(1, "1", 0.0), vote(2, "2", 0.6), vote(3, "2", 0.6)]
    assert str(MajorityVote().select(tally(votes)).answer) == "2"


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf, -math.inf])
def test_majority_when_a_tied_answer_has_no_confidence_then_the_earliest_attempt_decides(
    unknown: float | None,
) -> None:
    verdict = MajorityVote().select(tally([vote(5, "1", 0.99), vote(2, "2", unknown)]))
    assert str(verdict.answer) == "2"
    assert verdict.tie_broken_by == "earliest attempt"


def test_majority_when_confidence_ties_too_then_only_the_surest_are_left() -> None:
    votes = [vote(0, "1", 0.2), vote(1, "2", 0.8), vote(2, "3", 0.8)]
    verdict = MajorityVote().select(tally(votes))
    assert str(verdict.answer) == "2"
    assert verdict.tie_broken_by == "earliest attempt"


def test_majority_when_weights_differ_by_rounding_only_then_it_is_a_tie() -> None:
    votes = [vote(0, "1", 0.1, 0.3), vote(1, "2", 0.9, 0.1), vote(2, "2", 0.9, 0.2)]
    assert MajorityVote().select(tally(votes)).tie_broken_by == "mean confidence"


@pytest.mark.parametrize(
    ("silent", "reason"),
    [
        (0, "no attempt finished"),
        (4, "none of the 4 finished attempts gave an admissible answer"),
    ],
)
def test_majority_when_nobody_voted_then_there_is_no_answer_and_a_reason(
    silent: int, reason: str
) -> None:
    verdict = MajorityVote().select(tally([], silent))
    assert (verdict.answer, verdict.confidence, verdict.reason) == (None, 0.0, reason)


@given(VOTES, st.data())
def test_majority_when_votes_are_permuted_then_the_verdict_is_the_same(
    votes: list[Vote], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(votes))
    verdict, again = MajorityVote().select(tally(votes)), MajorityVote().select(tally(shuffled))
    assert (verdict.answer, verdict.reason, verdict.tie_broken_by) == (
        again.answer,
        again.reason,
        again.tie_broken_by,
    )
    assert verdict.confidence == again.confidence


@given(VOTES)
def test_majority_when_plain_votes_are_counted_then_nothing_beats_the_count(
    votes: list[Vote],
) -> None:
    verdict = MajorityVote().select(tally(votes))
    counts = Counter(cast.answer.canonical for cast in votes)
    best = max(counts.values())
    assert verdict.answer is not None
    assert counts[verdict.answer.canonical] == best
    assert verdict.confidence == pytest.approx(best / len(votes))
    assert bool(verdict.tie_broken_by) == (list(counts.values()).count(best) > 1)
