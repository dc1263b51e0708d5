"""What symbols say of pairs that text and number cannot, through real children."""

from collections.abc import Iterator

import pytest

from tests.answers.symbolic_pairs import ROWS, D, E, Row
from tirkit.answers import AnswerPool, Equivalence
from tirkit.answers.comparison import Comparison
from tirkit.answers.readable import SYMBOLS, unreadable

PATIENT = Comparison(timeout_seconds=60)


@pytest.fixture(scope="module")
def pool() -> Iterator[AnswerPool]:
    with AnswerPool(workers=1) as opened:
        yield opened
        assert opened.started == 1, "a pair of the tables cost its child"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} and {row[1]}")
def test_pair_when_only_symbols_can_tell_then_they_do(pool: AnswerPool, row: Row) -> None:
    one, other, expected = row
    assert pool.compare(one, other, PATIENT).outcome is expected
    assert pool.compare(other, one, PATIENT).outcome is expected
    assert pool.compare(one, one, PATIENT).outcome in {E, Equivalence.UNKNOWN}


def test_table_when_counted_then_is_large_and_has_no_pair_twice() -> None:
    pairs = {frozenset(row[:2]) for row in ROWS}
    assert len(pairs) == len(ROWS) >= 140
    assert {outcome: sum(row[2] is outcome for row in ROWS) >= 5 for outcome in Equivalence} == (
        dict.fromkeys(Equivalence, True)
    )


@pytest.mark.parametrize(
    ("one", "other", "how", "expected"),
    [
        (r"\pi", "157/50", Comparison(), D),
        (r"\pi", "157/50", Comparison(places=2), E),
        (r"\pi", "157/50", Comparison(places=3), D),
        (r"\pi", "22/7", Comparison(places=2), E),
        (r"\pi", "157/50", Comparison(as_written=True), E),
        (r"\pi", "63/20", Comparison(as_written=True), D),
        (r"\pi", "22/7", Comparison(as_written=True), D),
        (r"\sqrt{2}", "1.4142", Comparison(relative=1e-4), E),
        (r"\sqrt{2}", "1.4142", Comparison(relative=1e-6), D),
        (r"100\sqrt{2}", r"\sqrt{2}", Comparison(), D),
        (r"100\sqrt{2}", r"\sqrt{2}", Comparison(percent=True), E),
        (r"\frac{\sqrt{2}}{100}", r"\sqrt{2}", Comparison(percent=True), E),
        (r"10\sqrt{2}", r"\sqrt{2}", Comparison(percent=True), D),
        (r"100\pi", "3.14", Comparison(percent=True, places=2), E),
        (r"(1,\sqrt{2})", "(1,1.41)", Comparison(places=2), E),
        (r"\{\sqrt{2},\sqrt{3}\}", r"\{1.73,1.41\}", Comparison(places=2), E),
        (r"[0,\sqrt{2}]", "[0,1.5]", Comparison(places=2), D),
        ("1+2i", "1+2.001i", Comparison(places=2), D),
        (r"(\sqrt{4},1/3)", "(2,2/7)", Comparison(places=0), D),
    ],
)
def test_irrational_when_a_tolerance_is_given_then_it_is_honoured(
    pool: AnswerPool, one: str, other: str, how: Comparison, expected: Equivalence
) -> None:
    assert pool.compare(one, other, how).outcome is expected
    assert pool.compare(other, one, how).outcome is expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 401, "longer than 400"),
        ("__import__('os')", "the word 'import'"),
        (r"\operatorname{zeros}", "command"),
        (r"\int x", "command"),
        ("x;\x00", "character '\\x00'"),
        ("{" * 17, "nested deeper than 16"),
        ("x^{x^{x^{x}}}", "more than 2 powers"),
        ("2^{123456}", "an exponent of 6 digits"),
        ("2^123456", "an exponent of 6 digits"),
        ("2^{-123456}", "an exponent of 6 digits"),
        ("1" * 321, "a number of 321 digits"),
        ("3 4", "side by side"),
        ("1e99999x", "a power of ten"),
        ("1.e-5x", "a power of ten"),
        (r"\begin{cases}x\end{cases}", "environment 'cases'"),
        (r"\begin", "environment None"),
        (r"\mathbb{F}", "no set of numbers"),
        (r"\mathbb", "no set of numbers"),
        ("五", "character"),
        ("１", "character"),
    ],
)
def test_unreadable_when_text_is_outside_the_white_list_then_says_why(
    text: str, reason: str
) -> None:
    assert reason in unreadable(text)


@pytest.mark.parametrize(
    "text",
    ["x", r"\frac{\sqrt{3}}{2}", "2^{99999}", r"\log_2 8", r"x^2 3", "sin x", *SYMBOLS, "1" * 320],
)
def test_unreadable_when_text_is_an_answer_then_admits_it(text: str) -> None:
    assert unreadable(text) == ""
