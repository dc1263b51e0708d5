"""Equal, different, or not known: by text, integer and rational."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import Equivalence, equivalent, equivalent_async, normalize
from tirkit.types import Answer

CASES = [
    (r"\frac12", "0.5", Equivalence.EQUAL),
    ("1,234", "1234.0", Equivalence.EQUAL),
    ("0", "-0", Equivalence.EQUAL),
    ("0.333", "1/3", Equivalence.DIFFERENT),
    ("0", "1000", Equivalence.DIFFERENT),
    ("31", "1031", Equivalence.DIFFERENT),
    ("9" * 1_000, "9" * 999 + "8", Equivalence.DIFFERENT),
    (r"\text{Yes}", "yes", Equivalence.EQUAL),
    ("x+1", "x + 1", Equivalence.EQUAL),
    ("x+1", "1+x", Equivalence.UNKNOWN),
    ("5", "five", Equivalence.UNKNOWN),
    ("1e999999999", "5", Equivalence.UNKNOWN),
]


@pytest.mark.parametrize(("left", "right", "expected"), CASES)
async def test_equivalent_when_compared_both_ways_then_agrees(
    left: str, right: str, expected: Equivalence
) -> None:
    assert equivalent(left, right) is expected
    assert equivalent(right, left) is expected
    assert await equivalent_async(left, right) is expected


def test_equivalent_when_given_an_answer_then_uses_its_canonical_form() -> None:
    assert equivalent(Answer("one half", "1/2"), "0.5") is Equivalence.EQUAL


@given(st.fractions(), st.fractions())
def test_equivalent_when_both_are_rational_then_decides_as_arithmetic_does(
    left: object, right: object
) -> None:
    expected = Equivalence.EQUAL if left == right else Equivalence.DIFFERENT
    assert equivalent(str(left), str(right)) is expected


@given(st.text(), st.text())
def test_equivalent_when_texts_are_hostile_then_is_reflexive_and_symmetric(
    left: str, right: str
) -> None:
    assert equivalent(left, left) is Equivalence.EQUAL
    assert equivalent(left, normalize(left)) is Equivalence.EQUAL
    assert equivalent(left, right) is equivalent(right, left)
