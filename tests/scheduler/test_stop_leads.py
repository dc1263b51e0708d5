"""Leads against every way in which the remaining attempts could end."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.scheduler.states import state
from tirkit.scheduler import when_lead_is_safe, when_uncatchable
from tirkit.selection import MajorityVote

NEW = 9
MAX_WEIGHT = 1.0

answers_so_far = st.lists(st.none() | st.integers(0, 2), min_size=1, max_size=5)


def winners(totals: dict[int, float]) -> set[int]:
    most = max(totals.values(), default=0.0)
    return {answer for answer, total in totals.items() if total == most}


def totals_of(answers: list[int | None], weights: list[float]) -> dict[int, float]:
    totals: dict[int, float] = {}
    for answer, weight in zip(answers, weights, strict=True):
        if answer is not None:
            totals[answer] = totals.get(answer, 0.0) + weight
    return totals


def endings(answers: list[int | None], weights: list[float], left: int) -> list[set[int]]:
    """Who wins for each answer, weight and silence of the attempts to come."""
    votes = [(None, 1.0), *itertools.product([0, 1, 2, NEW], [MAX_WEIGHT / 4, MAX_WEIGHT])]
    return [
        winners(totals_of(answers + [a for a, _ in more], weights + [w for _, w in more]))
        for more in itertools.combinations_with_replacement(votes, left)
    ]


@given(answers_so_far, st.integers(0, 4))
def test_safe_lead_when_brute_forced_then_it_is_exact(answers: list[int | None], left: int) -> None:
    plain = [(None, 1.0), *((answer, 1.0) for answer in [0, 1, 2, NEW])]
    ends = [
        winners(totals_of(answers + [a for a, _ in more], [1.0] * (len(answers) + left)))
        for more in itertools.combinations_with_replacement(plain, left)
    ]
    seen = state(answers, attempts=len(answers) + left)
    settled = len(ends[0]) == 1 and all(end == ends[0] for end in ends)
    assert (when_lead_is_safe().decide(seen) is not None) == settled
    lead = totals_of(answers, [1.0] * len(answers))
    holds = any(all(leader in end for end in ends) for leader in winners(lead))
    assert (when_uncatchable().decide(seen) is not None) == holds


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 2), st.sampled_from([0.25, 0.5, 1.0])), max_size=5
    ),
    st.integers(0, 3),
)
def test_safe_lead_when_weights_are_bounded_then_it_is_exact(
    cast: list[tuple[int | None, float]], left: int
) -> None:
    answers, weights = [answer for answer, _ in cast], [weight for _, weight in cast]
    ends = endings(answers, weights, left)
    settled = len(ends[0]) == 1 and all(end == ends[0] for end in ends)
    seen = state(answers, weights=weights, attempts=len(answers) + left)
    rule = when_lead_is_safe(max_weight=MAX_WEIGHT)
    assert (rule.decide(seen) is not None) == settled


def test_safe_lead_when_sums_of_floats_are_a_tie_then_it_is_not_safe() -> None:
    tied = state(["a", "a", "a", "b"], weights=[0.1, 0.1, 0.1, 0.3])
    assert [entry.weight for entry in tied.weighted.entries] == [0.30000000000000004, 0.3]
    assert when_lead_is_safe(max_weight=1).decide(tied) is None
    assert MajorityVote().select(tied.weighted).tie_broken_by


def test_safe_lead_when_it_fires_then_it_says_how_large_it_is() -> None:
    seen = state([5, 5, 5], attempts=5, weights=[2.0, 2.0, 0.5])
    assert when_lead_is_safe().decide(seen) == "a lead of 3 is safe with 2 attempts remaining"
    assert when_lead_is_safe(max_weight=2).decide(seen) == (
        "a lead of 4.5 is safe with 2 attempts of at most 2 remaining"
    )
    assert when_lead_is_safe(max_weight=2.25).decide(seen) is None
    assert when_uncatchable().decide(seen) == "a lead of 3 is not overtaken by 2 attempts"


def test_lead_when_nobody_voted_then_none_is_safe() -> None:
    for rule in (when_lead_is_safe(), when_lead_is_safe(max_weight=1), when_uncatchable()):
        assert rule.decide(state([])) is None
        assert rule.decide(state([None, None])) is None
