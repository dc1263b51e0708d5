"""Code before words, small and round answers, and ties by other rules."""

import math
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.selection.evidence import ballot, ballots
from tirkit.selection import (
    Ballot,
    CodeFirst,
    MajorityVote,
    SmallAnswers,
    Ties,
    choose,
    count,
)


def printing(index: int, text: str | None, *outputs: str, failed: int = -1) -> Ballot:
    return ballot(
        index,
        text,
        code=("1",) * len(outputs),
        outputs=outputs,
        errors=tuple(place == failed for place in range(len(outputs))),
    )


def said(selector: CodeFirst, *made: Ballot) -> dict[int, tuple[str, float]]:
    return {
        vote.attempt_index: (str(vote.answer), vote.weight) for vote in selector.weigh(list(made))
    }


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        (printing(0, "7", "8"), "8"),
        (printing(0, "7", "8", "9"), "9"),
        (printing(0, "7", "8", "9", failed=1), "8"),
        (printing(0, "7", "8", "  \n"), "8"),
        (printing(0, "7", "0"), "0"),
        (printing(0, "0", "5"), "5"),
        (printing(0, None, "5"), "5"),
        (printing(0, "7", "8.5"), "7"),
        (printing(0, "7", "100000"), "7"),
        (printing(0, "7", "-1"), "7"),
        (printing(0, "x", "8"), "x"),
        (printing(0, "1/2", "8"), "1/2"),
        (printing(0, "7"), "7"),
        (printing(0, "7", "8", failed=0), "7"),
    ],
)
def test_code_first_when_code_printed_an_integer_then_it_is_the_answer(
    one: Ballot, answer: str
) -> None:
    assert said(CodeFirst(), one) == {0: (answer, 1.0)}


def test_code_first_when_weights_are_the_submitted_ones_then_five_to_three() -> None:
    made = [printing(0, "1", "2"), printing(1, "3"), printing(2, "4", "4"), printing(3, None)]
    assert said(CodeFirst(5, 3), *made) == {0: ("2", 5.0), 1: ("3", 3.0), 2: ("4", 5.0)}
    verdict = choose(CodeFirst(5, 3), made)
    assert (verdict.tally.silent, verdict.tally.left_out) == (1, 0)
    assert verdict.reason.endswith("1 vote by what code printed")


def test_code_first_when_words_do_not_count_then_only_where_code_gave_any() -> None:
    made = [printing(0, "1", "2"), printing(1, "3"), printing(2, "3")]
    assert said(CodeFirst(words=0), *made) == {0: ("2", 1.0)}
    assert count(CodeFirst(words=0), made).left_out == 2
    assert set(said(CodeFirst(words=0), *made[1:])) == {1, 2}
    assert "kept for want of any that code printed" in choose(CodeFirst(words=0), made[1:]).reason


def test_code_first_when_only_code_spoke_then_a_silent_attempt_votes() -> None:
    tallied = count(CodeFirst(), [printing(0, None, "5"), printing(1, None)])
    assert (tallied.votes, tallied.silent, tallied.left_out) == (1, 1, 0)


@given(
    st.integers(-(10**9), 10**9) | st.integers(-3, 25) | st.integers(0, 50).map(lambda x: 50 * x)
)
@example(20)
@example(21)
@example(0)
@example(100)
def test_small_answers_when_an_integer_is_guessable_then_weighs_less(value: int) -> None:
    weight = SmallAnswers().weigh([ballot(0, str(value))])[0].weight
    assert weight == (0.6 if value <= 20 or value % 100 == 0 else 1.0)


@pytest.mark.parametrize("text", ["1/2", "x", "20.5"])
def test_small_answers_when_it_is_no_integer_then_stays(text: str) -> None:
    assert SmallAnswers().weigh([ballot(0, text)])[0].weight == 1.0


def test_small_answers_when_two_small_meet_one_large_then_the_sum_decides() -> None:
    # 0.6 + 0.6 against 1: the published weight does not turn two votes round.
    made = [ballot(0, "12"), ballot(1, "12"), ballot(2, "345")]
    assert str(choose(SmallAnswers(), made).answer) == "12"
    assert str(choose(SmallAnswers() | Ties("larger"), made[1:]).answer) == "345"
    assert choose(SmallAnswers(multiple=0), [ballot(0, "500")]).tally.entries[0].weight == 1.0


@given(ballots(), st.sampled_from(["calls", "larger", "smaller"]))
def test_ties_when_broken_then_the_winner_has_most_votes_and_the_best_of_the_rule(
    made: list[Ballot], by: str
) -> None:
    verdict = choose(Ties(by), made)
    votes = Counter(str(one.answer) for one in made if one.answer is not None)
    if not votes:
        assert verdict.answer is None
        return
    tied = [text for text, held in votes.items() if held == max(votes.values())]
    calls = {text: sum(len(o.code) for o in made if str(o.answer) == text) for text in tied}
    size = {text: {"1/2": 0.5}.get(text) or float(text.replace("1/2", "0")) for text in tied}
    best: dict[str, float] = {text: -value for text, value in size.items()}
    rule = {"calls": {text: float(count) for text, count in calls.items()}, "larger": size}
    score = rule.get(by, best)
    assert str(verdict.answer) in tied
    assert score[str(verdict.answer)] == max(score.values())
    assert bool(verdict.tie_broken_by) == (len(tied) > 1)


def test_ties_when_the_rule_cannot_tell_then_confidence_and_index_do() -> None:
    made = [ballot(0, "x", confidence=0.2), ballot(1, "7", confidence=0.9)]
    verdict = choose(Ties("larger"), made)
    assert (str(verdict.answer), verdict.tie_broken_by) == ("7", "mean confidence")
    equal = [ballot(3, "5"), ballot(2, "6")]
    assert choose(Ties(), equal).tie_broken_by == "earliest attempt"
    assert choose(Ties("larger"), equal).reason == (
        "1 of 2 votes, tied with 5; decided by larger answer"
    )


def test_ties_when_a_number_is_huge_then_it_is_compared_or_left_alone() -> None:
    made = [ballot(0, "9" * 200), ballot(1, "8" * 200), ballot(2, "1e999999999")]
    assert str(choose(Ties("larger"), made[:2]).answer) == "9" * 200
    assert choose(Ties("larger"), made).answer is not None


def test_ties_when_confidence_is_hostile_then_still_decides() -> None:
    made = [ballot(0, "1", confidence=math.nan), ballot(1, "2", confidence=math.inf)]
    assert str(choose(Ties("smaller"), made).answer) == "1"
    assert str(choose(MajorityVote(), made).answer) == "1"
