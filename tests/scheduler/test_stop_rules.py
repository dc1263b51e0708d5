"""Stop rules against tables and against brute force."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.errors import ConfigError
from tirkit.scheduler import (
    ProblemState,
    after_attempts,
    after_seconds,
    after_tokens,
    parse_stop_rule,
    when_agreed,
    when_lead_is_safe,
)
from tirkit.selection import MajorityVote, tally
from tirkit.types import Answer, Vote


def votes(*answers: int) -> list[Vote]:
    return [Vote(i, Answer(str(a), str(a))) for i, a in enumerate(answers)]


def state(*answers: int, attempts: int = 8, silent: int = 0, **more: float) -> ProblemState:
    return ProblemState(
        "p",
        attempts,
        started=attempts,
        finished=len(answers) + silent,
        tally=tally(votes(*answers), silent=silent),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("rule", "given_state", "fires"),
    [
        (after_attempts(3), state(1, 2), False),
        (after_attempts(3), state(1, 2, silent=1), True),
        (after_seconds(5), state(1, elapsed_seconds=4.9), False),
        (after_seconds(5), state(1, elapsed_seconds=5.0), True),
        (after_tokens(100), state(sampled_tokens=99), False),
        (after_tokens(100), state(sampled_tokens=100), True),
        (when_agreed(4), state(7, 7, 7, 8), False),
        (when_agreed(4), state(7, 7, 7, 8, 7), True),
        (when_agreed(2), state(0, 0), True),
        (when_agreed(2, minimum_attempts=3), state(0, 0), False),
        (when_agreed(2, minimum_attempts=3), state(0, 0, 1), True),
        (when_lead_is_safe(), state(1, 1, 1, 1), False),
        (when_lead_is_safe(), state(1, 1, 1, 1, 1), True),
        (when_lead_is_safe(), state(1, 1, 1, 1, 2), False),
        (when_lead_is_safe(), state(1, 1, 1, 1, silent=1), True),
        (when_lead_is_safe(), state(), False),
        (when_agreed(2) & after_seconds(5), state(1, 1, elapsed_seconds=1), False),
        (when_agreed(2) & after_seconds(5), state(1, 1, elapsed_seconds=6), True),
        (when_agreed(2) | after_seconds(5), state(1, 1, elapsed_seconds=1), True),
        (when_agreed(2) | after_seconds(5), state(1, 2, elapsed_seconds=6), True),
        (when_agreed(2) | after_seconds(5), state(1, 2, elapsed_seconds=1), False),
    ],
)
def test_rule_when_state_is_given_then_it_fires_or_not(rule, given_state, fires) -> None:  # type: ignore[no-untyped-def]
    reason = rule.decide(given_state)
    assert (reason is not None) is fires
    assert reason is None or reason


@given(st.lists(st.integers(0, 2), max_size=5), st.integers(0, 4))
def test_safe_lead_when_brute_forced_then_it_is_exact(given_votes: list[int], left: int) -> None:
    attempts = max(len(given_votes) + left, 1)
    left = attempts - len(given_votes)
    now = state(*given_votes, attempts=attempts)
    fires = when_lead_is_safe().decide(now) is not None
    # Every outcome of the remaining attempts: one of the known answers, a new one, or silence;
    # every tie-break, because the confidences of votes to come are unknown.
    best = {
        tuple(_winners(given_votes + [a for a in more if a is not None]))
        for more in itertools.product([0, 1, 2, 9, None], repeat=left)
    }
    settled = len(best) == 1 and len(next(iter(best))) == 1
    assert fires == settled


def _winners(answers: list[int]) -> list[int]:
    counts = {answer: answers.count(answer) for answer in answers}
    most = max(counts.values(), default=0)
    return sorted(answer for answer, count in counts.items() if count == most)


def test_safe_lead_when_it_fires_then_the_selector_agrees() -> None:
    now = state(5, 5, 5, attempts=5)
    assert when_lead_is_safe().decide(now)
    for rest in itertools.product([1, 2, 5], repeat=2):
        verdict = MajorityVote().select(tally(votes(5, 5, 5, *rest), silent=0))
        assert str(verdict.answer) == "5"


@pytest.mark.parametrize(
    ("rules", "wake"),
    [
        (when_agreed(4), None),
        (after_seconds(10), 6.0),
        (after_seconds(10) | after_seconds(5), 1.0),
        (when_agreed(4) & after_tokens(9), 0.25),
    ],
)
def test_wake_when_time_can_decide_then_it_is_the_earliest(rules, wake) -> None:  # type: ignore[no-untyped-def]
    assert rules.wake_after_seconds(state(elapsed_seconds=4.0)) == wake


@pytest.mark.parametrize(
    "text",
    [
        "when_agreed(4)",
        "when_agreed(4, minimum_attempts=2) | when_lead_is_safe()",
        "(after_seconds(300) | after_tokens(1000)) & after_attempts(3)",
    ],
)
def test_parse_when_text_is_a_rule_then_it_reads_back(text: str) -> None:
    assert str(parse_stop_rule(str(parse_stop_rule(text)))) == str(parse_stop_rule(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("when_agreed(", "cannot be read"),
        ("when_agree(4)", "unknown stop rule 'when_agree'"),
        ("when_agreed(0)", "votes is 0"),
        ("when_agreed(-3)", "votes is -3"),
        ("after_seconds(-1)", "must be positive"),
        ("when_agreed()", "missing"),
        ("when_agreed(True)", "no number"),
        ("when_agreed(4).decide", "is no rule"),
        ("__import__('os').system('true')", "is no rule"),
        ("when_agreed(__import__('os'))", "cannot be read"),
        ("4", "is no rule"),
        ("when_agreed(4)|" * 500, "characters"),
        ("(" * 300 + "1" + ")" * 300, "cannot be read"),
    ],
)
def test_parse_when_text_is_bad_then_it_says_so(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        parse_stop_rule(text)
