"""What text, number and parts decide by themselves, with and without tolerances."""

import sys
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answers.cheap_pairs import PAIRS, Row
from tirkit.answers import Comparison, Equivalence, equivalent, normalize
from tirkit.answers.cheap import compare_cheap
from tirkit.answers.comparison import EXACT
from tirkit.answers.nearness import decimal_places

E, D = Equivalence.EQUAL, Equivalence.DIFFERENT
HOWS = [
    EXACT,
    Comparison(places=2),
    Comparison(as_written=True),
    Comparison(relative=1e-3),
    Comparison(percent=True),
    Comparison(places=1, as_written=True, relative=0.1, percent=True),
]
FORMS = sorted({normalize(text) for one, other, _ in PAIRS for text in (one, other)})


def compare(one: str, other: str, how: Comparison = EXACT) -> Equivalence | None:
    first, second = normalize(one), normalize(other)
    outcome = compare_cheap(first, second, how)
    assert compare_cheap(second, first, how) is outcome
    return outcome


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: f"{row[0][:40]} ~ {row[1][:40]}")
def test_compare_cheap_when_given_a_pair_of_the_table_then_says_so_both_ways(row: Row) -> None:
    one, other, expected = row
    assert compare(one, other) is expected


@pytest.mark.parametrize(("one", "other", "expected"), [row for row in PAIRS if row[2] is not None])
def test_equivalent_when_the_cheap_rungs_decide_then_says_the_same(
    one: str, other: str, expected: Equivalence
) -> None:
    assert equivalent(one, other) is expected


def test_the_table_when_counted_then_is_wide_and_holds_no_row_twice() -> None:
    counted = Counter(frozenset(row[:2]) for row in PAIRS)
    assert len(counted) == len(PAIRS) >= 400
    assert all(one != other for one, other, _ in PAIRS)
    outcomes = Counter(outcome for _, _, outcome in PAIRS)
    assert min(outcomes[E], outcomes[D], outcomes[None]) >= 80


@given(st.sampled_from(FORMS), st.sampled_from(FORMS), st.sampled_from(HOWS))
def test_compare_cheap_when_answers_are_paired_at_random_then_is_reflexive_and_symmetric(
    one: str, other: str, how: Comparison
) -> None:
    assert compare_cheap(one, one, how) is E
    assert compare_cheap(one, other, how) is compare_cheap(other, one, how)


@given(st.sampled_from(FORMS), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_compare_cheap_when_two_are_equal_then_no_third_is_equal_to_one_and_not_to_the_other(
    one: str, other: str, third: str
) -> None:
    """But for bare lists, which are sets to each other and in order to a tuple."""
    forms = (one, other, third)
    if any(", " in form for form in forms):
        return
    if compare_cheap(one, other) is E:
        assert {compare_cheap(one, third), compare_cheap(other, third)} != {E, D}


@given(st.text(), st.text(), st.sampled_from(HOWS))
def test_compare_cheap_when_given_no_canonical_forms_then_never_raises(
    one: str, other: str, how: Comparison
) -> None:
    assert compare_cheap(one, other, how) is compare_cheap(other, one, how)


@pytest.mark.parametrize(
    ("one", "other", "how", "expected"),
    [
        ("1/3", "0.33", Comparison(places=2), E),
        ("1/3", "0.34", Comparison(places=2), D),
        ("1/3", "0.333", Comparison(places=2), E),
        ("1/3", "2/7", Comparison(places=0), D),  # no decimal among them
        ("1/3", "0", Comparison(places=0), D),
        ("3", "3.004", Comparison(places=2), E),
        ("3", "3.005", Comparison(places=2), D),
        ("-3", "-3.005", Comparison(places=2), D),
        ("0.125", "0.13", Comparison(places=2), E),
        ("-0.125", "-0.13", Comparison(places=2), E),
        ("0.125", "0.12", Comparison(places=2), D),
        ("0.001", "-0.001", Comparison(places=2), E),
        ("3", "4", Comparison(places=0), D),
        ("3.5", "4", Comparison(places=0), E),
        ("2/3", "0.67", Comparison(as_written=True), E),
        ("2/3", "0.66", Comparison(as_written=True), D),
        ("2/3", "0.6667", Comparison(as_written=True), E),
        ("0.67", "0.6667", Comparison(as_written=True), E),
        ("0.66", "0.6667", Comparison(as_written=True), D),
        ("2/3", "1", Comparison(as_written=True), D),
        ("100", "100.1", Comparison(relative=0.001), E),
        ("100", "100.2", Comparison(relative=0.001), D),
        ("0", "0.0000001", Comparison(relative=0.5), D),
        ("-100", "100", Comparison(relative=0.9), D),
        ("9" * 700, "9" * 699 + "8", Comparison(relative=1e-9), E),
        ("9" * 700, "8" * 700, Comparison(relative=1e-9), D),
        ("40", "0.4", Comparison(percent=True), E),
        ("0.4", "40", Comparison(percent=True), E),
        ("40", "4000", Comparison(percent=True), E),
        ("40", "400", Comparison(percent=True), D),
        ("0.4", "4000", Comparison(percent=True), D),
        ("1/3", "33.3", Comparison(percent=True, places=1), E),
        ("1/3", "33.3", Comparison(percent=True), D),
        ("(1/3, 2)", "(0.33, 2)", Comparison(places=2), E),
        ("(1/3, 2)", "(0.33, 2)", EXACT, D),
        (r"\{1/3, 2\}", r"\{2, 0.33\}", Comparison(places=2), E),
        (r"\{1/3, 2\}", r"\{2, 0.34\}", Comparison(places=2), D),
        ("[1/3, 2)", "[0.33, 2)", Comparison(places=2), E),
        ("e", "2.718", Comparison(places=3), None),
        ("e", "2.718", EXACT, D),
        (r"\sqrt2", "1.41", Comparison(places=2), None),
    ],
)
def test_compare_cheap_when_a_tolerance_is_given_then_numbers_are_near_by_it(
    one: str, other: str, how: Comparison, expected: Equivalence | None
) -> None:
    assert compare(one, other, how) is expected


@given(st.fractions(), st.fractions())
def test_compare_cheap_when_exact_then_decides_as_arithmetic_does(
    one: Fraction, other: Fraction
) -> None:
    assert compare(str(one), str(other)) is (E if one == other else D)


@given(st.fractions(), st.integers(min_value=0, max_value=6))
def test_compare_cheap_when_rounded_as_written_then_the_rounding_is_the_same(
    value: Fraction, places: int
) -> None:
    rounded = Fraction(round(value * 10**places), 10**places)
    if decimal_places(rounded) == places:
        assert compare(str(value), str(rounded), Comparison(as_written=True)) is E or places == 0


@given(st.integers(), st.integers(min_value=0, max_value=30), st.integers(1, 30))
def test_decimal_places_when_a_number_ends_then_are_the_fewest_that_hold_it(
    upper: int, twos: int, fives: int
) -> None:
    value = Fraction(upper, 2**twos * 5**fives)
    places = decimal_places(value)
    assert places is not None
    assert (value * 10**places).denominator == 1
    assert places == 0 or (value * 10 ** (places - 1)).denominator > 1
    assert decimal_places(value + Fraction(1, 3)) is None


@pytest.mark.timeout(60)  # without the bounds these would take minutes
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{" * 10**6, "{" * (10**6 - 1)),
        ("9" * 10**6, "9" * (10**6 - 1) + "8"),
        ("(" * 3_000 + "1,2" + ")" * 3_000, "(" * 3_000 + "1,3" + ")" * 3_000),
        (
            r"\{" + ",".join(f"x_{{{place}}}+1" for place in range(300)) + r"\}",
            r"\{" + ",".join(f"1+x_{{{place}}}" for place in range(300)) + r"\}",
        ),
        ("(" + ",".join(["(x,(y,z+1))"] * 150) + ")", "(" + ",".join(["(x,(y,1+z))"] * 150) + ")"),
        ("[[" * 500 + "1" + "]]" * 500, "[[" * 500 + "2" + "]]" * 500),
    ],
)
def test_compare_cheap_when_texts_are_hostile_then_answers_at_once(one: str, other: str) -> None:
    depth = sys.getrecursionlimit()
    for how in HOWS:
        assert compare_cheap(one, other, how) in {D, None}
    assert sys.getrecursionlimit() == depth
