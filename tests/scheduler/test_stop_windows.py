"""Rules on the finishing order against plain counting."""

from hypothesis import example, given
from hypothesis import strategies as st

from tests.scheduler.states import state
from tirkit.scheduler import agreed_of_last, unanimous_window

orders = st.lists(st.none() | st.integers(0, 2), max_size=16)


@given(orders, st.integers(1, 5), st.integers(0, 3))
def test_last_answers_when_counted_then_the_rule_says_the_same(
    order: list[int | None], votes: int, more: int
) -> None:
    answers = [value for value in order if value is not None]
    last = answers[-(votes + more) :]
    most = max((last.count(value) for value in last), default=0)
    reason = agreed_of_last(votes, votes + more).decide(state(order))
    assert (reason is not None) == (most >= votes)


def test_last_answers_when_early_ones_differ_then_they_are_forgotten() -> None:
    assert agreed_of_last(4, 5).decide(state([1, 2, 3, 7, 7, None, 1, 7, 7])) == (
        "4 of the last 5 answers are 7"
    )
    assert agreed_of_last(4, 5).decide(state([7, 7, 7, 1, 2, 3, 7])) is None
    assert agreed_of_last(4, 5).decide(state([0, 0, 0, 0])) == "4 of the last 4 answers are 0"


@given(orders, st.integers(2, 5))
@example([1, 1, 1, 1, 1], 5)
@example([2, 1, 1, 1, 1, 1], 5)
def test_window_when_searched_then_the_rule_says_the_same(
    order: list[int | None], size: int
) -> None:
    answers = [value for value in order if value is not None]
    whole = [answers[at : at + size] for at in range(0, len(answers), size)]
    unanimous = [window for window in whole if len(window) == size and len(set(window)) == 1]
    reason = unanimous_window(size).decide(state(order))
    assert (reason is not None) == bool(unanimous)
    if reason is not None:
        assert reason.endswith(f"are all {unanimous[0][0]}")


def test_window_when_it_fires_then_it_says_which_and_on_what() -> None:
    # Windows are disjoint: the five equal answers from the second on are in two of them.
    assert unanimous_window(5).decide(state([1, 0, 0, 0, 0, 0, 3, 3, 3, 3])) is None
    assert unanimous_window(5).decide(state([1, 2, 0, 0, 0, None, 0, 0, 0, 0, 0])) == (
        "answers 6 to 10 are all 0"
    )


@given(orders, st.randoms(use_true_random=False))
def test_order_rules_when_attempts_are_numbered_anew_then_only_the_order_counts(
    order: list[int | None], random: object
) -> None:
    indexes = list(range(100, 100 + len(order)))
    random.shuffle(indexes)  # type: ignore[attr-defined]
    for rule in (agreed_of_last(2, 3), unanimous_window(3)):
        assert rule.decide(state(order)) == rule.decide(state(order, indexes=indexes))


@given(orders, st.none() | st.integers(0, 2))
def test_window_when_it_has_fired_then_later_answers_change_nothing(
    order: list[int | None], later: int | None
) -> None:
    reason = unanimous_window(3).decide(state(order))
    if reason is not None:
        assert unanimous_window(3).decide(state([*order, later])) == reason


def test_order_rules_when_there_are_ten_thousand_answers_then_they_decide() -> None:
    seen = state([place % 7 for place in range(9_998)] + [5, 5])
    assert unanimous_window(5).decide(seen) is None
    assert agreed_of_last(3, 5).decide(seen) is None
    assert agreed_of_last(2, 5).decide(seen) == "2 of the last 5 answers are 5"
