"""Canonical forms: what becomes equal, what stays apart, and what hostile text costs."""

import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import is_number, normalize
from tirkit.answers.normalize import MAX_ANSWER_CHARS, MAX_DIGITS

COMMANDS = (
    *(r"\text{", r"\boxed{", r"\frac", r"\left", r"\,", r"\!", r"\%", r"\ ", r"\text", r"\circ"),
    *(r"\times", "10^", "½", "１", "−"),
)
LATEX = st.lists(st.sampled_from([*"{}\\ $.,-+/0129eExA=%^~!\n", *COMMANDS]), max_size=14).map(
    "".join
)
PLAIN_INTEGERS = st.integers(min_value=-(10**40), max_value=10**40)


@contextmanager
def int_digits_limited_to(limit: int) -> Iterator[None]:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("+3", "3"),
        ("007", "7"),
        ("5.0", "5"),
        ("5.", "5"),
        ("1e10", "10000000000"),
        ("3.2 \\times 10^{3}", "3200"),
        ("1,234", "1234"),
        ("1{,}234", "1234"),
        ("1\\,234", "1234"),
        ("1,\\!234", "1234"),
        ("1,234.50", "2469/2"),
        ("１２３", "123"),
        ("٤٢", "42"),
        ("$12$", "12"),
        ("\\(12\\)", "12"),
        ("{{12}}", "12"),
        ("\\boxed{12}", "12"),
        ("\\text{12}", "12"),
        ("\\$18", "18"),
        ("40\\%", "40"),
        ("45^\\circ", "45"),
        ("45^{\\circ}", "45"),
        ("45°", "45"),
        ("x = 5", "5"),
    ],
)
def test_integer_when_dressed_then_is_plain(text: str, canonical: str) -> None:
    assert normalize(text) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0.1", "1/10"),
        (".5", "1/2"),
        ("1E-3", "1/1000"),
        ("6/4", "3/2"),
        ("-6/-4", "3/2"),
        ("\\frac{2}{4}", "1/2"),
        ("\\dfrac12", "1/2"),
        ("\\frac1{2}", "1/2"),
        ("-\\tfrac{3}{6}", "-1/2"),
        ("\\frac{-1}{2}", "-1/2"),
        ("\\cfrac{10}{5}", "2"),
    ],
)
def test_rational_when_written_differently_then_is_in_lowest_terms(
    text: str, canonical: str
) -> None:
    assert normalize(text) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("\\text{Yes}", "yes"),
        ("Yes.", "yes"),
        ("AB", "AB"),
        ("\\left( 1,\\, 2 \\right)", "(1,2)"),
        ("2 \\pi r", "2\\pi r"),
        ("x\\text{ cm}", "x cm"),
        ("\\tex\\!t{5}", "\\tex t{5}"),
    ],
)
def test_text_when_dressed_then_is_cleaned(text: str, canonical: str) -> None:
    assert normalize(text) == canonical


@pytest.mark.parametrize(
    "text", ["1,23", "1 23", "3½x", "x²", "1/0", "\\frac{1}{0}", "0/0", "1e", "1.2.3", "5-3", "--5"]
)
def test_text_when_it_only_looks_like_a_number_then_is_none(text: str) -> None:
    assert not is_number(normalize(text))


def test_different_numbers_when_one_is_a_list_then_stay_apart() -> None:
    assert len({normalize(text) for text in ("1,234", "1,23,4", "(1,234)", "1.234", "1 23 4")}) == 5


@pytest.mark.parametrize(
    "text",
    [
        "1e999999999",
        "1e-999999999",
        f"1e{'9' * 1_000}",
        f"0.{'3' * MAX_DIGITS}",
        f"1/{'7' * (MAX_DIGITS + 1)}",
    ],
)
def test_number_when_beyond_the_digit_bound_then_stays_text(text: str) -> None:
    assert normalize(text) == text
    assert not is_number(text)


def test_number_when_python_converts_only_640_digits_then_is_still_exact() -> None:
    reduced = f"{'7' * MAX_DIGITS}/{'3' * MAX_DIGITS}"
    too_wide = f"{'7' * MAX_DIGITS}/0.{'1' * (MAX_DIGITS - 2)}"
    integer = "9" * (MAX_ANSWER_CHARS - 1)
    with int_digits_limited_to(640):
        assert normalize(reduced) == "7/3"
        assert normalize(too_wide) == too_wide
        assert not is_number(too_wide)
        assert normalize(f"+{integer}") == integer


def test_text_when_longer_than_an_answer_then_is_only_stripped() -> None:
    text = "{" * 1_000_000
    assert normalize(f" {text} ") == text


@given(PLAIN_INTEGERS)
def test_integer_when_grouped_by_thousands_then_is_the_same(value: int) -> None:
    assert normalize(f"{value:,}") == normalize(f"${value}.00$") == str(value)


@given(PLAIN_INTEGERS, PLAIN_INTEGERS.filter(bool))
def test_fraction_when_written_in_latex_or_with_a_slash_then_equals_python(
    upper: int, lower: int
) -> None:
    expected = str(Fraction(upper, lower))
    assert normalize(f"\\frac{{{upper}}}{{{lower}}}") == expected
    assert normalize(f"{upper} / {lower}") == expected


@given(st.one_of(LATEX, st.text(), st.text(string.digits + ",./-eE+ ")))
def test_normalize_when_applied_twice_then_gives_the_same_as_once(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
