"""Stop rules by table."""

import pytest

from tests.scheduler.states import state
from tirkit.scheduler import (
    ProblemState,
    StopRule,
    after_answers,
    after_attempts,
    after_seconds,
    after_tokens,
    consensus_share,
    k_of_n,
    ladder,
    length_matched,
    low_entropy,
    majority_share,
    not_before,
    when_agreed,
)

TABLE: list[tuple[StopRule, ProblemState, str | None]] = [
    (after_attempts(3), state([1, 2]), None),
    (after_attempts(3), state([1, 2, None]), "3 attempts finished"),
    (after_answers(3), state([1, 2, None]), None),
    (after_answers(3), state([1, None, 2, 0]), "3 attempts answered"),
    (after_seconds(5), state([1], seconds=4.9), None),
    (after_seconds(5), state([1], seconds=5.0), "5 s passed"),
    (after_tokens(100), state([], sampled_tokens=99), None),
    (after_tokens(100), state([], sampled_tokens=100), "100 tokens drawn"),
    (when_agreed(4), state([7, 7, 7, 8]), None),
    (when_agreed(4), state([7, 7, 7, 8, 7]), "4 attempts agree on 7"),
    (when_agreed(2), state([0, 0]), "2 attempts agree on 0"),
    (when_agreed(1), state([None, None]), None),
    (when_agreed(2, minimum_attempts=3), state([0, 0]), None),
    (when_agreed(2, minimum_attempts=3), state([0, 0, None]), "2 attempts agree on 0"),
    (when_agreed(2) & after_seconds(5), state([1, 1], seconds=1), None),
    (when_agreed(2) & after_seconds(5), state([1, 2], seconds=6), None),
    (
        when_agreed(2) & after_seconds(5),
        state([1, 1], seconds=6),
        "2 attempts agree on 1 and 5 s passed",
    ),
    (when_agreed(2) | after_seconds(5), state([1, 1], seconds=1), "2 attempts agree on 1"),
    (when_agreed(2) | after_seconds(5), state([1, 2], seconds=6), "5 s passed"),
    (when_agreed(2) | after_seconds(5), state([1, 2], seconds=1), None),
    # NVIDIA's and AIMO-3's 4 of 8
    (k_of_n(4, 8), state([1, 1, 1, 2, 2, 3, 4]), None),
    (k_of_n(4, 8), state([1, 2, 1, 1, 1]), "4 attempts agree on 1"),
    (k_of_n(4, 8), state([1, 1, 1, 2, 2, 3, 4, None]), "8 attempts finished"),
    # imagination-research: 4 of 4, 5 of at most 7, 6 of at most 9
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, 5]), None),
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, None, 5, 5]), "4 of 4 answers are 5"),
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, 5, 1, 5]), None),
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, 5, 1, 5, 2, 5]), "5 of 7 answers are 5"),
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, 5, 1, 5, 2, 3, 5]), None),
    (ladder((4, 4), (7, 5), (9, 6)), state([5, 5, 5, 1, 5, 2, 5, 3, 5]), "6 of 9 answers are 5"),
    (ladder((4, 4), (7, 5), (9, 6)), state([5] * 6 + [1] * 4), None),
    (ladder((4, 4)), state([None]), None),
    (consensus_share(0.75), state([]), None),
    (consensus_share(0.75), state([1, 2], weights=[2.9, 1.0]), None),
    (
        consensus_share(0.75),
        state([1, 2, None], weights=[3.0, 1.0]),
        "1 has 0.7500 of the weight of 2 votes",
    ),
    (consensus_share(0.75, minimum_attempts=16), state([1] * 15), None),
    (
        consensus_share(0.95, minimum_attempts=16),
        state([1] * 16),
        "1 has 1.0000 of the weight of 16 votes",
    ),
    (majority_share(0.8), state([1]), None),
    (majority_share(0.8), state([1, 1]), "2 of 2 votes are for 1"),
    (majority_share(0.8), state([1, 1, 1, 2]), None),
    (majority_share(0.8), state([1, 1, 1, 2, 1]), "4 of 5 votes are for 1"),
    (low_entropy(0.75), state([1]), None),
    (low_entropy(0.75), state([1, 2]), None),
    # A single answer is held against one vote: H(1/4) = 0.8113, H(1/5) = 0.7219.
    (low_entropy(0.75), state([1, 1, 1]), None),
    (low_entropy(0.75), state([1] * 4), "the entropy of 4 votes is 0.7219 of its maximum"),
    (low_entropy(0.75), state([1, 1, 1, 2]), None),
    (low_entropy(0.75), state([1] * 4 + [2]), "the entropy of 5 votes is 0.7219 of its maximum"),
    (not_before(when_agreed(2), attempts=4), state([1, 1, None]), None),
    (not_before(when_agreed(2), attempts=4), state([1, 1, None, 2]), "2 attempts agree on 1"),
    (not_before(when_agreed(2), answers=3), state([1, 1, None, None]), None),
    (not_before(when_agreed(2), answers=3), state([1, 1, None, 2]), "2 attempts agree on 1"),
    (not_before(when_agreed(2), seconds=9), state([1, 1], seconds=8.9), None),
    (not_before(when_agreed(2), seconds=9), state([1, 1], seconds=9), "2 attempts agree on 1"),
    (length_matched(when_agreed(2)), state([1, 2], running=[5, 5, 5]), None),
    (
        length_matched(when_agreed(2)),
        state([1, 1], tokens=[50, 80], running=[60, 80, 900]),
        "2 attempts agree on 1 (a vote of 80 tokens, running attempts have 80)",
    ),
    (length_matched(when_agreed(2)), state([1, 1], tokens=[50, 79], running=[60, 80, 900]), None),
    (
        length_matched(when_agreed(2), length_ratio=0.5),
        state([1, 1], tokens=[50, 40], running=[60, 80, 900]),
        "2 attempts agree on 1 (a vote of 50 tokens, running attempts have 80)",
    ),
    # A long vote for another answer does not speak for the leader.
    (length_matched(when_agreed(2)), state([1, 1, 2], tokens=[9, 9, 99], running=[80] * 4), None),
    (
        length_matched(when_agreed(2)),
        state([1, 1], tokens=[5, 5], running=[80, 80]),
        "2 attempts agree on 1 (2 of 4 attempts have finished)",
    ),
    (
        length_matched(when_agreed(2), finished_share=0.6),
        state([1, 1], tokens=[5, 5], running=[80, 80]),
        None,
    ),
    (
        length_matched(when_agreed(2), finished_share=1.0),
        state([1, 1], attempts=9, tokens=[5, 5]),
        "2 attempts agree on 1 (no attempt is running)",
    ),
]


@pytest.mark.parametrize(("rule", "seen", "reason"), TABLE)
def test_rule_when_state_is_given_then_it_fires_or_not_and_says_why(
    rule: StopRule, seen: ProblemState, reason: str | None
) -> None:
    assert rule.decide(seen) == reason


def test_length_when_tokens_of_running_attempts_are_unknown_then_only_the_share_counts() -> None:
    seen = ProblemState("p", 9, 3, (1, 2), 1, tally=state([1]).tally)
    assert length_matched(when_agreed(1)).decide(seen) is None
    assert length_matched(when_agreed(1), finished_share=0.3).decide(seen) is not None


@pytest.mark.parametrize(
    ("rule", "seconds", "wake"),
    [
        (when_agreed(4), 4.0, None),
        (after_seconds(10), 4.0, 6.0),
        (after_seconds(10), 10.0, None),
        (after_seconds(10) | after_seconds(5), 4.0, 1.0),
        (after_seconds(10) | after_seconds(5), 6.0, 4.0),
        (when_agreed(4) & after_tokens(9), 4.0, 0.25),
        (when_agreed(4) & after_tokens(8), 4.0, None),
        (not_before(when_agreed(4), seconds=6), 4.0, 2.0),
        (not_before(after_seconds(5), seconds=6), 4.0, 2.0),
        (not_before(after_seconds(10), seconds=2), 4.0, 6.0),
        (length_matched(after_seconds(10)), 4.0, 6.0),
    ],
)
def test_wake_when_time_can_decide_then_it_is_the_earliest(
    rule: StopRule, seconds: float, wake: float | None
) -> None:
    assert rule.wake_after_seconds(state([], seconds=seconds, sampled_tokens=8)) == wake
