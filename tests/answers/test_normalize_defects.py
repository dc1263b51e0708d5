"""What public graders and voters get wrong, each as a test that ours does not.

The defects are those of imagination-research (AIMO-2), Numina (AIMO-1), Qwen2.5-Math's evaluation,
NeMo-Skills and the public AIMO-3 notebook, as found by reading and running them.
"""

import pytest

from tirkit.answers import Comparison, Equivalence, admit, equivalent, normalize
from tirkit.answers.cheap import compare_cheap
from tirkit.types import ANY_ANSWER, AnswerDomain

D, E = Equivalence.DIFFERENT, Equivalence.EQUAL
RANGE = AnswerDomain.parse("integer:0..999")


def compare(one: str, other: str, how: Comparison | None = None) -> Equivalence | None:
    return compare_cheap(normalize(one), normalize(other), how or Comparison())


def test_a_nested_brace_when_normalised_then_is_not_cut_at_the_first_closing_one() -> None:
    assert normalize(r"\boxed{\frac{1}{2}}") == "1/2"
    assert normalize(r"\boxed{\frac{1}{\sqrt{2}}}") == r"\frac{1}{\sqrt{2}}"


@pytest.mark.parametrize("text", ["-5", "−5", "-5.0", "$-5$", r"\text{-5}", "x=-5"])
def test_a_sign_when_normalised_then_is_not_lost(text: str) -> None:
    assert normalize(text) == "-5"


def test_thousands_when_separated_then_are_not_cut_to_their_last_group() -> None:
    assert normalize("1,234") == "1234"
    assert compare("1,234", "234") is D


def test_an_exponent_when_written_with_e_then_is_not_cut_off() -> None:
    assert normalize("1e10") == "10000000000"
    assert compare("1e10", "10") is D


def test_a_fraction_of_one_when_compared_with_an_integer_then_is_not_truncated() -> None:
    assert compare("5.7", "5") is D
    assert admit(normalize("5.7"), RANGE) == ("", "is not an integer")


def test_a_half_when_compared_with_the_rounded_integer_then_is_different() -> None:
    assert compare("3.5", "4") is D


def test_a_negative_when_outside_the_domain_then_is_refused_and_not_dropped_in_silence() -> None:
    assert admit("-5", RANGE) == ("", "is below 0")
    assert admit("-5", ANY_ANSWER) == ("-5", "")


def test_a_large_integer_when_no_modulus_is_asked_for_then_is_not_reduced() -> None:
    assert compare("31", "1031") is D
    assert admit("1031", RANGE) == ("", "is above 999")
    assert admit("1031", AnswerDomain.parse("integer:mod 1000")) == ("31", "")


@pytest.mark.parametrize("text", ["0", "0.0", "-0", "$0$", r"\boxed{0}", "000", "zero", "0 cm"])
def test_zero_when_given_then_is_an_answer_like_any_other(text: str) -> None:
    assert admit(normalize(text), RANGE) == ("0", "")


def test_near_integers_when_compared_then_no_relative_tolerance_is_implied() -> None:
    assert compare("100000", "100005") is D
    assert compare("100000", "100005", Comparison(relative=1e-4)) is E


def test_a_factor_of_a_hundred_when_not_asked_for_then_is_not_forgiven() -> None:
    assert compare("40", "0.4") is D
    assert compare("40", "4000") is D


def test_matrices_when_they_differ_in_the_fourth_decimal_then_are_different() -> None:
    one, other = (rf"\begin{{pmatrix}}0.333{last}&1\end{{pmatrix}}" for last in "12")
    assert compare(one, other) is D


def test_letters_when_both_may_mean_the_imaginary_unit_then_are_not_exchanged() -> None:
    assert compare("j", "i") is D
    assert normalize("2j") == "2j"


def test_equivalent_forms_when_voting_by_text_then_have_one_text() -> None:
    forms = {normalize(text) for text in ("1/2", "0.5", r"\frac12", r"\dfrac{2}{4}", "50/100")}
    assert forms == {"1/2"}


def test_a_unit_word_when_it_stands_alone_or_in_a_word_then_is_not_removed() -> None:
    assert normalize("points") == "points"
    assert normalize("meter") == "meter"
    assert normalize(r"\text{incenter}") == "incenter"


def test_a_point_when_its_commas_look_like_thousands_then_stays_a_point() -> None:
    assert normalize("(1,234)") == "(1,234)"
    assert compare("(1,234)", "1234") is D


def test_an_interval_when_its_brackets_differ_then_is_different() -> None:
    assert compare("[0,1)", "(0,1)") is D


def test_a_set_when_its_order_differs_then_is_equal() -> None:
    assert compare(r"\{3,1,2\}", "1, 2, 3") is E


def test_a_point_when_its_order_differs_then_is_different() -> None:
    assert compare("(1,2)", "(2,1)") is D


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "exec('raise SystemExit')",
        "(lambda: 1)()",
        "9**9**9**9",
        "10**10**10",
        r"\input{/etc/passwd}",
        "{0.__class__}",
        "%s%n",
    ],
)
def test_code_when_given_as_an_answer_then_is_text(text: str) -> None:
    assert compare(text, "5") is None
    assert equivalent(text, text) is E
