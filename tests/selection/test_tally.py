"""Votes become a tally that no order of arrival can change."""

import math
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import factory
from tirkit.answers import Equivalence, equivalent, normalize
from tirkit.errors import ConfigError
from tirkit.selection import describe_silence, tally, vote_from
from tirkit.types import Answer, StopReason, Trajectory, Vote

TEXTS = ["0", "1", "1.0", "01", "-1", "1/2", "0.5", r"\frac12", "x+1", "1+x", "Yes", "yes", "1,000"]


def answer(text: str) -> Answer:
    return Answer(text, normalize(text))


def vote(index: int, text: str, weight: float = 1.0) -> Vote:
    return Vote(index, answer(text), weight)


def trajectory(
    index: int,
    *,
    text: str | None = None,
    logprobs: tuple[float, ...] = (),
    stop_reason: StopReason = StopReason.ANSWERED,
) -> Trajectory:
    return replace(
        factory.trajectory(index),
        ids=tuple(range(len(logprobs))),
        mask=b"\x01" * len(logprobs),
        logprobs=logprobs,
        answer=None if text is None else answer(text),
        stop_reason=stop_reason,
    )


VOTES = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.floats(min_value=0.01, max_value=100)), max_size=20
).map(lambda rows: [vote(index, *row) for index, row in enumerate(rows)])


def test_tally_when_answers_are_equivalent_then_they_are_one_entry() -> None:
    counted = tally([vote(0, r"\frac12"), vote(1, "0.5"), vote(2, "2"), vote(3, "2/4")], silent=2)
    assert [(str(entry.answer), entry.count) for entry in counted.entries] == [("1/2", 3), ("2", 1)]
    assert (counted.votes, counted.silent) == (4, 2)


def test_tally_when_the_answer_is_zero_then_it_counts() -> None:
    assert str(tally([vote(0, "0"), vote(1, "-0")]).entries[0].answer) == "0"


def test_tally_when_nobody_voted_then_is_empty() -> None:
    assert tally([], silent=3).entries == ()


@given(VOTES, st.randoms(use_true_random=False))
def test_tally_when_votes_are_permuted_then_is_the_same(votes: list[Vote], random: Random) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert tally(shuffled) == tally(votes)


@given(VOTES)
def test_tally_when_grouped_then_loses_no_vote_and_orders_by_weight(votes: list[Vote]) -> None:
    counted = tally(votes)
    kept = [cast for entry in counted.entries for cast in entry.votes]
    assert Counter(kept) == Counter(votes)
    weights = [entry.weight for entry in counted.entries]
    assert weights == sorted(weights, reverse=True)
    for entry in counted.entries:
        assert {equivalent(entry.answer, cast.answer) for cast in entry.votes} == {
            Equivalence.EQUAL
        }


@given(st.permutations(range(6)), st.lists(st.sampled_from(range(5)), min_size=1, max_size=5))
def test_tally_when_texts_are_linked_in_a_chain_then_are_one_group_in_any_order(
    order: list[int], links: list[int]
) -> None:
    def compare(left: str | Answer, right: str | Answer) -> Equivalence:
        low, high = sorted((len(str(left)), len(str(right))))
        return Equivalence.EQUAL if high == low + 1 and low - 1 in links else Equivalence.UNKNOWN

    texts = ["x" * (index + 1) for index in range(6)]
    counted = tally([vote(index, texts[index]) for index in order], compare=compare)
    assert len(counted.entries) == 6 - len(set(links))
    for entry in counted.entries:
        lengths = [len(cast.answer.text) for cast in entry.votes]
        assert lengths == list(range(lengths[0], lengths[-1] + 1))
        assert len(str(entry.answer)) == lengths[0]


def test_tally_when_all_are_numbers_then_compares_none_of_them() -> None:
    def refuse(left: str | Answer, right: str | Answer) -> Equivalence:
        raise AssertionError(f"compared {left} with {right}")

    votes = [vote(index, str(index % 2_500)) for index in range(10_000)]
    counted = tally(votes, compare=refuse)
    assert [entry.count for entry in counted.entries] == [4] * 2_500


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf, -math.inf, 1e300])
def test_tally_when_a_weight_is_no_weight_then_is_refused(weight: float) -> None:
    with pytest.raises(ConfigError, match=r"vote of attempt 3 has weight .*: it must be above 0"):
        tally([vote(1, "1"), vote(3, "1", weight)])


def test_tally_when_an_attempt_votes_twice_then_is_refused() -> None:
    with pytest.raises(ConfigError, match="attempt 1 votes twice"):
        tally([vote(1, "1"), vote(0, "1"), vote(1, "2")])


def test_tally_when_silent_is_negative_then_is_refused() -> None:
    with pytest.raises(ConfigError, match="-1 silent attempts"):
        tally([], silent=-1)


@pytest.mark.parametrize(
    ("logprobs", "confidence"),
    [
        ((), None),
        ((math.log(0.5), math.log(0.5)), 0.5),
        ((0.0,), 1.0),
        ((0.25,), 1.0),
        ((-math.inf, -0.1), 0.0),
        ((math.nan,), None),
        ((-1e308, -1e308), 0.0),
    ],
)
def test_vote_from_when_logprobs_are_given_then_confidence_is_their_geometric_mean(
    logprobs: tuple[float, ...], confidence: float | None
) -> None:
    cast = vote_from(trajectory(2, text="5", logprobs=logprobs))
    assert cast is not None
    assert (cast.attempt_index, cast.weight) == (2, 1.0)
    assert cast.confidence == (None if confidence is None else pytest.approx(confidence))


def test_vote_from_when_there_is_no_answer_then_there_is_no_vote() -> None:
    assert vote_from(trajectory(0, stop_reason=StopReason.NO_ANSWER)) is None


def test_describe_silence_when_attempts_ended_unanswered_then_counts_why() -> None:
    ended = [
        trajectory(0, text="1"),
        trajectory(1, stop_reason=StopReason.TOKEN_LIMIT),
        trajectory(2, stop_reason=StopReason.CANCELLED),
        trajectory(3, stop_reason=StopReason.TOKEN_LIMIT),
    ]
    assert describe_silence(ended) == "1 cancelled, 2 token_limit"
    assert describe_silence(ended[:1]) == ""
