"""What selectors make of k attempts, against every subset tried."""

import itertools
import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tirkit.bench import accuracy_curve, pass_at_k
from tirkit.bench.curves import PASS
from tirkit.bench.grader import Grader
from tirkit.bench.majority_at_k import MajorityCount
from tirkit.bench.subsets import (
    MAJORITY,
    GradedBallots,
    Share,
    drawn_subsets,
    powers_up_to,
    selector_at_k,
)
from tirkit.selection import Ballot, Selector, choose, parse_selector
from tirkit.types import Answer, AttemptStats, Problem, TokenStats


def ballot(index: int, answer: str | None, sure: float | None) -> Ballot:
    told = TokenStats(tokens=100, group_tokens=10, tail_confidence=sure)
    said = None if answer is None else Answer(answer, answer)
    stats = AttemptStats(told, told, told, told)
    return Ballot(index, said, confidence=sure, stats=stats)


def problem(answers: Sequence[str | None], sure: Sequence[float] | None = None) -> GradedBallots:
    ballots = tuple(
        ballot(index, answer, None if sure is None else sure[index])
        for index, answer in enumerate(answers)
    )
    return GradedBallots("p", "seed", ballots, Grader(Problem("p?", answer="7")))


def tried(asked: GradedBallots, selector: Selector, k: int) -> float:
    """Every subset, by the selector itself."""
    verdicts = [choose(selector, chosen) for chosen in itertools.combinations(asked.ballots, k)]
    return sum(asked.grader.is_right(verdict.answer) for verdict in verdicts) / len(verdicts)


ANSWERS = st.lists(st.sampled_from(["7", "7", "8", "9", "x+1", None]), min_size=1, max_size=7)


@settings(max_examples=60)
@given(ANSWERS, st.booleans())
def test_majority_at_k_when_every_subset_is_tried_then_is_the_same(
    answers: list[str | None],
    sure: bool,
) -> None:
    draw = random.Random(len(answers))
    asked = problem(answers, [draw.choice([0.25, 0.5, 0.75]) for _ in answers] if sure else None)
    ks = range(1, len(answers) + 1)
    found = selector_at_k(asked, MAJORITY, ks)
    for k in ks:
        assert found[k].value == pytest.approx(tried(asked, MAJORITY, k))
        assert found[k].error == 0


def test_majority_at_k_when_there_are_64_attempts_then_is_exact_at_once() -> None:
    # 40 of 64 right and one other answer: a majority of 3 is right with two or three of them.
    found = selector_at_k(problem(["7"] * 40 + ["8"] * 24), MAJORITY, [1, 3, 64])
    three = (math.comb(40, 3) + math.comb(40, 2) * 24) / math.comb(64, 3)
    assert [found[k].value for k in (1, 3, 64)] == pytest.approx([40 / 64, three, 1.0])
    assert {share.error for share in found.values()} == {0.0}


def test_majority_at_k_when_attempts_are_silent_then_the_others_decide() -> None:
    found = selector_at_k(problem(["7", None, None, None]), MAJORITY, [1, 2, 4])
    assert [found[k].value for k in (1, 2, 4)] == [pytest.approx(one) for one in (0.25, 0.5, 1.0)]
    nobody = selector_at_k(problem([None, "8"]), MAJORITY, [1, 2])
    assert nobody == {1: Share(0.0), 2: Share(0.0)}


def test_majority_count_when_there_are_a_thousand_attempts_then_is_still_a_number() -> None:
    groups = [index % 3 for index in range(1000)]
    (share,) = MajorityCount(groups, [0], 501).alone([501])
    assert 0 < share < 1
    with pytest.raises(ValueError, match="1001 attempts"):
        MajorityCount([0] * 1001, [0], 1)


@pytest.mark.parametrize("text", ["weighted(by='tail')", "top(50) | weighted(by='tail')"])
def test_selector_at_k_when_subsets_are_drawn_then_is_within_its_error(text: str) -> None:
    draw = random.Random(5)
    answers: list[str | None] = [draw.choice(["7", "7", "8", "9"]) for _ in range(14)]
    asked = problem(answers, [draw.uniform(1, 9) for _ in answers])
    selector = parse_selector(text)
    found = selector_at_k(asked, selector, [2, 7], draws=400)
    assert found[2].value == pytest.approx(tried(asked, selector, 2))  # 91 subsets: all
    assert found[2].error == 0
    assert 0.01 < found[7].error <= 0.025
    assert abs(found[7].value - tried(asked, selector, 7)) < 4 * found[7].error
    assert selector_at_k(asked, selector, [7], draws=400)[7] == found[7]


def test_drawn_subsets_when_they_are_counted_then_every_attempt_is_in_as_many() -> None:
    subsets = drawn_subsets("seed", 12, 4, 30)
    counts = [sum(place in chosen for chosen in subsets) for place in range(12)]
    assert counts == [10] * 12
    assert len(subsets) == 30
    assert drawn_subsets("other", 12, 4, 30) != subsets


@pytest.mark.parametrize(("ks", "draws"), [([0], 1), ([1], 0), ([-3], 5)])
def test_selector_at_k_when_a_number_is_below_1_then_raises(ks: list[int], draws: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        selector_at_k(problem(["7"]), MAJORITY, ks, draws)


def test_accuracy_curve_when_problems_have_different_attempts_then_each_counts_where_it_can() -> (
    None
):
    made = (problem(answers) for answers in (["7", "8", "7", "7"], ["8", "7"]))
    passed, majority = accuracy_curve(made)
    assert (passed.name, majority.name) == (PASS, "majority()")
    assert [(point.k, point.accuracy.problems) for point in passed.points] == [
        (1, 2),
        (2, 2),
        (4, 1),
    ]
    assert passed.points[1].accuracy.value == (pass_at_k(4, 3, 2) + 1) / 2
    assert majority.points[2].accuracy.value == 1.0
    assert passed.whole_up_to == 2
    assert accuracy_curve([]) == ()


def test_accuracy_curve_when_all_curves_are_known_then_none_is_above_pass() -> None:
    draw = random.Random(1)
    made = [
        problem(
            [draw.choice(["7", "8", "9"]) for _ in range(16)], [draw.random() for _ in range(16)]
        )
        for _ in range(4)
    ]
    passed, *others = accuracy_curve(made, [MAJORITY, parse_selector("weighted(by='tail')")])
    for curve in others:
        for point, most in zip(curve.points, passed.points, strict=True):
            assert point.accuracy.value <= most.accuracy.value + 1e-9
    assert powers_up_to(16) == (1, 2, 4, 8, 16)
    assert powers_up_to(0) == ()
