"""Votes with and without code behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.selection.evidence import answer, ballot
from tirkit.selection import Ballot, Calls, Executed, InverseEntropy, choose, count
from tirkit.selection.numbers import last_integer, shows


def ran(index: int, text: str | None, *outputs: str, failed: bool = False) -> Ballot:
    errors = (False,) * max(len(outputs) - 1, 0) + (failed,) * bool(outputs)
    return ballot(index, text, code=("1",) * len(outputs), outputs=outputs, errors=errors)


@pytest.mark.parametrize(
    ("text", "output", "stands"),
    [
        ("5", "5", True),
        ("5", "the sum is 5.", True),
        ("5", "[1, 5]", True),
        ("5", "x=5\n", True),
        ("5", "5.0", True),
        ("5", "5.00\n", True),
        ("5", "15", False),
        ("5", "52", False),
        ("5", "5.2", False),
        ("5", "0.5", False),
        ("5", "-5", False),
        ("5", "x5", False),
        ("5", "5e3", False),
        ("-5", "-5", True),
        ("-5", "a = -5,", True),
        ("-5", "5", False),
        ("0", "0", True),
        ("0", "10", False),
        ("0", "", False),
        ("1,234", "1234", True),
        ("1,234", "1,234", True),
        ("1/2", "1/2", True),
        ("1/2", "11/2", False),
        ("x+1", "f = x+1", True),
        ("", "anything", False),
        ("5", "\x00 5 \ud800", True),
        ("5(", "5(", True),
    ],
)
def test_shows_when_an_output_holds_the_answer_by_itself_then_says_so(
    text: str, output: str, stands: bool
) -> None:
    assert shows(output, answer(text)) is stands


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_shows_when_another_number_is_printed_then_is_false(one: int, other: int) -> None:
    assert shows(str(other), answer(str(one))) is (one == other)


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("5", 5),
        ("-5\n", -5),
        ("x = 1,234", 1234),
        ("1_000", 1000),
        ("5.0", 5),
        ("7.", 7),
        ("3 4 9", 9),
        ("(2, 3)", 3),
        ("007", 7),
        ("0", 0),
        ("5.5", None),
        ("1e10", None),
        ("9 then 1e3", None),
        ("abc12", None),
        ("none", None),
        ("", None),
        ("9" * 301, None),
        ("1,23,4", 4),
        ("٣", 3),
    ],
)
def test_last_integer_when_an_output_ends_in_a_number_then_reads_it(
    output: str, value: int | None
) -> None:
    assert last_integer(output) == value


VOTERS = [
    ran(0, "7"),
    ran(1, "7", "7", failed=True),
    ran(2, "8", "8"),
    ran(3, "9", "1"),
    ran(4, None, "7"),
]


@pytest.mark.parametrize(
    ("selector", "left"),
    [
        (Executed(no_code=0), {1: 1.0, 2: 1.0, 3: 1.0}),
        (Executed(failed=0), {0: 1.0, 2: 1.0, 3: 1.0}),
        (Executed(unprinted=0), {0: 1.0, 1: 1.0, 2: 1.0}),
        (Executed(no_code=0, failed=0, unprinted=0), {2: 1.0}),
        (Executed(no_code=0.5, failed=0.25, unprinted=0.125), {0: 0.5, 1: 0.25, 2: 1.0, 3: 0.125}),
        (Executed(), {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0}),
    ],
)
def test_executed_when_code_does_not_stand_behind_then_counts_less_or_not(
    selector: Executed, left: dict[int, float]
) -> None:
    assert {vote.attempt_index: vote.weight for vote in selector.weigh(VOTERS)} == left
    tallied = count(selector, VOTERS)
    assert (tallied.silent, tallied.left_out) == (1, 4 - len(left))


def test_executed_when_both_weigh_then_an_earlier_failure_does_not_count() -> None:
    mended = ballot(0, "3", code=("a", "b"), outputs=("", "4"), errors=(True, False))
    assert Executed(failed=0.5, unprinted=0.5).weigh([mended])[0].weight == 0.5


def test_executed_when_no_vote_would_be_left_then_all_count_and_it_says_so() -> None:
    verdict = choose(Executed(no_code=0), [ran(0, "7"), ran(1, "7"), ran(2, "8"), ran(3, None)])
    assert str(verdict.answer) == "7"
    assert verdict.reason == ("2 of 3 votes; 3 votes kept for want of any that code stands behind")


def test_executed_when_the_vote_is_numinas_then_words_alone_lose() -> None:
    made = [ran(0, "1"), ran(1, "1"), ran(2, "2", "2")]
    verdict = choose(Executed(no_code=0), made)
    assert (str(verdict.answer), verdict.reason) == ("2", "1 of 1 votes; 2 votes left out")


def test_calls_when_over_entropy_then_equals_calls_less_errors_over_bits() -> None:
    made = [
        ballot(
            0,
            "1",
            code=("a",) * 5,
            outputs=("",) * 5,
            errors=(True,) * 2 + (False,) * 3,
            mean_entropy=0.5,
        ),
        ballot(1, "2", code=("a",), outputs=("",), errors=(True,), mean_entropy=0.5),
        ballot(2, "3", mean_entropy=0.02),
    ]
    found = {vote.attempt_index: vote.weight for vote in (Calls() | InverseEntropy()).weigh(made)}
    assert found == pytest.approx({0: 6.0, 1: 2.0, 2: 10.0})
