"""Weights of votes, each against a reference of its own."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from scipy.special import softmax

from tests.selection.evidence import ballot, ballots
from tirkit.selection import (
    Ballot,
    Borda,
    InverseEntropy,
    MajorityVote,
    Selector,
    Softmax,
    Stage,
    Top,
    VotesAndEntropy,
    Weighted,
    choose,
    count,
    deepconf,
)
from tirkit.selection.deepconf import _percentile

FIELD = {
    "mean": "mean_confidence",
    "tail": "tail_confidence",
    "bottom": "bottom_groups",
    "lowest": "lowest_group",
}


def figure(one: Ballot, by: str) -> float:
    if by == "probability":
        assert one.confidence is not None
        return one.confidence
    assert one.stats is not None
    value: float = getattr(one.stats.whole, FIELD[by])
    return value


def answered(made: Sequence[Ballot]) -> list[Ballot]:
    return sorted((one for one in made if one.answer is not None), key=lambda one: one.index)


def weights(selector: Selector, made: Sequence[Ballot]) -> dict[int, float]:
    return {vote.attempt_index: vote.weight for vote in selector.weigh(made)}


def shares(by_index: dict[int, float]) -> dict[int, float]:
    total = math.fsum(by_index.values())
    return {index: weight / total for index, weight in by_index.items()}


def assert_wins(selector: Selector, made: Sequence[Ballot], score: dict[str, float]) -> None:
    """The verdict is an answer of the best score."""
    verdict = choose(selector, made)
    if not score:
        assert verdict.answer is None
        return
    assert verdict.answer is not None
    assert score[str(verdict.answer)] == pytest.approx(max(score.values()))


def summed(made: Sequence[Ballot], weight: Callable[[Ballot], float]) -> dict[str, float]:
    score: dict[str, float] = defaultdict(float)
    for one in answered(made):
        score[str(one.answer)] += weight(one)
    return score


@given(ballots(), st.sampled_from([*FIELD, "probability"]))
def test_weighted_when_confidences_are_told_then_sums_them(made: list[Ballot], by: str) -> None:
    selector = Weighted(by)
    assert weights(selector, made) == {one.index: figure(one, by) for one in answered(made)}
    assert_wins(selector, made, summed(made, lambda one: figure(one, by)))


@given(ballots(), st.sampled_from([*FIELD, "probability"]), st.floats(0.3, 50))
def test_softmax_when_confidences_are_told_then_equals_scipys(
    made: list[Ballot], by: str, temperature: float
) -> None:
    voting = answered(made)
    expected = softmax([figure(one, by) / temperature for one in voting]) if voting else []
    found = weights(Softmax(temperature, by), made)
    for one, share in zip(voting, expected, strict=True):
        assert found[one.index] == pytest.approx(max(share * len(voting), 1e-9))


def test_softmax_when_only_a_silent_attempt_is_surest_then_it_shifts_nothing() -> None:
    made = [ballot(0, "1", mean_confidence=1.0), ballot(1, "2", mean_confidence=2.0)]
    silent = ballot(2, None, mean_confidence=1e6)
    assert weights(Softmax(), [*made, silent]) == weights(Softmax(), made)


@given(ballots(), st.sampled_from([0.0, 0.3, 0.5, 1.2, 2.0]))
def test_borda_when_ranked_then_equals_ranks_of_scipy(made: list[Ballot], power: float) -> None:
    found = weights(Borda(power), made)
    values = [figure(one, "mean") for one in made]
    # The smallest of N values gets rank 1, which is N - r + 1 of rank r counted from the surest.
    lowest, highest = (scipy_stats.rankdata(values, method=how) for how in ("min", "max"))
    for one, low, high in zip(made, lowest, highest, strict=True):
        if one.answer is not None:
            shared = np.mean([rank**power for rank in range(int(low), int(high) + 1)])
            assert found[one.index] == pytest.approx(shared / len(made) ** power)


@given(ballots())
def test_borda_when_the_power_is_zero_then_is_a_plain_vote(made: list[Ballot]) -> None:
    assert count(Borda(0), made) == count(MajorityVote(), made)


def test_borda_when_the_papers_ranks_are_counted_then_gives_n_minus_r_plus_one() -> None:
    made = [ballot(index, str(index), mean_confidence=9.0 - index) for index in range(4)]
    assert weights(Borda(1), made) == {0: 1.0, 1: 0.75, 2: 0.5, 3: 0.25}  # 4, 3, 2, 1 of 4
    two_against_one = [*made[:3], ballot(3, "1", mean_confidence=1.0), ballot(4, "1")]
    assert str(choose(Borda(1), two_against_one[:4]).answer) == "0"  # 4 against 3 + 1: a tie


@given(ballots(), st.sampled_from(["mean", "tail", "bottom"]), st.sampled_from([10, 25, 50, 90]))
def test_deepconf_when_filtered_then_equals_numpys_percentile(
    made: list[Ballot], by: str, percent: int
) -> None:
    voting = answered(made)
    known = [figure(one, by) for one in voting]
    kept = {
        one.index: figure(one, by)
        for one in voting
        if figure(one, by) >= np.percentile(known, 100 - percent)
    }
    selector = deepconf(percent, by)
    assert weights(selector, made) == kept
    assert set(weights(Top(percent, by), made).values()) <= {1.0}
    score = summed([one for one in made if one.index in kept], lambda one: figure(one, by))
    assert_wins(selector, made, score)
    assert count(selector, made).left_out == len(voting) - len(kept)


def test_top_when_some_are_filtered_then_the_reason_tells_how_many() -> None:
    made = [ballot(index, "1", tail_confidence=float(index)) for index in range(10)]
    verdict = choose(deepconf(10), made)
    assert verdict.reason == "1 of 1 votes; 9 votes left out"
    assert verdict.tally.left_out == 9


@given(ballots(), st.sampled_from([1e-9, 0.1, 1.0]), st.sampled_from(["mean", "tail", "last"]))
def test_entropy_when_bits_are_told_then_weighs_the_bounded_inverse(
    made: list[Ballot], floor: float, by: str
) -> None:
    def inverse(one: Ballot) -> float:
        assert one.stats is not None
        bits: float = getattr(one.stats.whole, f"{by}_entropy")
        return 1 / max(bits, floor)

    selector = InverseEntropy(floor, by)
    assert weights(selector, made) == pytest.approx({o.index: inverse(o) for o in answered(made)})
    assert_wins(selector, made, summed(made, inverse))


def test_entropy_when_the_floor_is_tiny_then_one_attempt_outweighs_nineteen() -> None:
    made = [ballot(0, "1", mean_entropy=0.05)]
    made += [ballot(index, "2", mean_entropy=1.0) for index in range(1, 20)]
    assert str(choose(InverseEntropy(1e-9), made).answer) == "1"
    assert str(choose(InverseEntropy(0.1), made).answer) == "2"


@given(ballots())
def test_entropy_when_mixed_then_equals_the_published_mixture(made: list[Ballot]) -> None:
    for one in answered(made):
        assert one.stats is not None
        told = one.stats.whole
        parts = (
            told.mean_entropy,
            told.decayed_entropy,
            told.entropy_deviation,
            told.uncertain_share,
            told.certain_run,
        )
        mixed = np.dot([float(part or 0) for part in parts], [0.3, 0.4, 0.2, 0.3 * 3.0, -0.1])
        found = weights(InverseEntropy(1e-9, "mixture"), made)[one.index]
        assert found == pytest.approx(1 / max(mixed, 1e-9))


def reference_score(
    made: Sequence[Ballot], factors: tuple[float, float, float], floor: float
) -> dict[str, float]:
    bits: dict[str, list[float]] = defaultdict(list)
    for one in answered(made):
        assert one.stats is not None
        bits[str(one.answer)].append(one.stats.whole.last_entropy or 0.0)
    voting = sum(map(len, bits.values()))
    most = max(map(len, bits.values()), default=0)
    score = {}
    for said, values in bits.items():
        inverse = 1 / max(statistics.median(values), floor)
        bonus = factors[2] if len(values) == most and inverse > 1 else 0
        score[said] = factors[0] * len(values) / voting + factors[1] * inverse + bonus
    return score


@given(ballots(), st.sampled_from([(2.0, 0.3, 0.5), (3.0, 0.1, 0.3)]))
def test_votes_and_entropy_when_scored_then_equals_the_formula(
    made: list[Ballot], factors: tuple[float, float, float]
) -> None:
    selector = VotesAndEntropy(*factors)
    assert_wins(selector, made, reference_score(made, factors, 0.1))


def test_votes_and_entropy_when_three_agree_then_a_sure_single_does_not_win() -> None:
    made = [ballot(index, "1", last_entropy=0.9) for index in range(3)]
    made.append(ballot(3, "2", last_entropy=0.4))
    # 2 * 3/4 + 0.3 / 0.9 + 0.5 = 2.333; 2 * 1/4 + 0.3 / 0.4 = 1.25
    verdict = choose(VotesAndEntropy(), made)
    assert verdict.reason == "score 2.33 with 3 of 4 votes and 0.9 bits"
    assert (str(verdict.answer), verdict.confidence) == ("1", 0.75)


def test_votes_and_entropy_when_near_equal_then_entropy_decides() -> None:
    made = [ballot(0, "1", last_entropy=1.5), ballot(1, "2", last_entropy=0.3)]
    verdict = choose(VotesAndEntropy(), made)
    assert (str(verdict.answer), verdict.tie_broken_by) == ("2", "")
    assert str(choose(MajorityVote(), made).answer) == "1"


@pytest.mark.parametrize("missing", [None, math.nan, math.inf, -1.0])
def test_weights_when_some_evidence_is_missing_then_it_is_held_to_the_median(
    missing: float | None,
) -> None:
    made = [ballot(0, "1", mean_confidence=9.0), ballot(1, "2", mean_confidence=2.0)]
    made += [ballot(2, "3", mean_confidence=3.0), ballot(3, "3", mean_confidence=missing)]
    made.append(ballot(4, None, mean_confidence=50.0))
    assert weights(Weighted(), made) == {0: 9.0, 1: 2.0, 2: 3.0, 3: 3.0}
    verdict = choose(Weighted(), made)
    assert verdict.reason == (
        "1 of 4 votes with 0.53 of the weight; "
        "1 vote without mean confidence, given the median weight"
    )


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.floats(0, 100))
def test_percentile_when_asked_then_is_numpys_to_the_last_bit(
    values: list[float], percent: float
) -> None:
    assert _percentile(sorted(values), percent) == np.percentile(values, percent)


def test_weights_when_parts_differ_then_the_asked_one_is_read() -> None:
    one = ballot(0, "1", mean_confidence=4.0)
    assert one.stats is not None
    parted = replace(
        one, stats=replace(one.stats, final=replace(one.stats.final, mean_confidence=9.0))
    )
    assert weights(Weighted(part="final"), [parted]) == {0: 9.0}
    assert weights(Weighted(), [parted]) == {0: 4.0}


@pytest.mark.parametrize("first", [Weighted("mean"), InverseEntropy(), Borda()])
@given(made=ballots())
def test_pipe_when_two_weigh_then_weights_multiply(first: Stage, made: list[Ballot]) -> None:
    second = Softmax(4.0, "tail")
    one, other = weights(first, made), weights(second, made)
    both = weights(first | second, made)
    assert both == pytest.approx(
        {index: max(one[index] * other[index], 1e-9) for index in one}, rel=1e-9
    )
