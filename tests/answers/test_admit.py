"""Which answers a domain admits: read, never bent, refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answers.cheap_pairs import PAIRS
from tirkit.answers import Equivalence, admit, normalize
from tirkit.answers.cheap import compare_cheap
from tirkit.types import AnswerDomain

DOMAINS = [
    *("any", "integer", "integer:0..99999", "integer:..-1", "integer:mod 7", "option"),
    *("option:A..E", "set", "tuple", "interval", "values"),
]


def admitted(text: str, domain: str) -> tuple[str, str]:
    return admit(normalize(text), AnswerDomain.parse(domain))


@pytest.mark.parametrize(
    ("text", "domain", "canonical"),
    [
        ("x+1", "any", "x+1"),
        ("0", "integer:0..99999", "0"),
        ("99999", "integer:0..99999", "99999"),
        ("1e4", "integer", "10000"),
        (r"\frac{10}{5}", "integer", "2"),
        ("18 cm", "integer", "18"),
        ("twelve", "integer", "12"),
        ("-7", "integer:-10..-3", "-7"),
        ("9" * 1_500, "integer", "9" * 1_500),
        ("31", "integer:mod 7", "3"),
        ("-1", "integer:mod 7", "6"),
        ("7", "integer:mod 7", "0"),
        ("5", "integer:mod 1", "0"),
        ("1" + "0" * 1_500, "integer:mod 10", "0"),
        ("A", "option:A..E", "A"),
        ("(c)", "option:A..E", "C"),
        (r"\text{(B)}", "option:A..E", "B"),
        (r"\textbf{(D) } 12", "option:A..E", "D"),
        ("C. 12", "option", "C"),
        ("C: the third", "option", "C"),
        ("Option B", "option", "B"),
        ("选B", "option", "B"),
        ("选项C", "option", "C"),
        (r"\{2,1\}", "set", r"\{1,2\}"),
        ("2, 1, 2", "set", r"\{1,2\}"),
        ("5", "set", r"\{5\}"),
        ("∅", "set", r"\emptyset"),
        ("(2, 1)", "tuple", "(2,1)"),
        ("2, 1", "tuple", "(2,1)"),
        ("[1, 2]", "tuple", "(1,2)"),
        ("x = 1, y = 2", "tuple", "(1,2)"),
        ("[1,2)", "interval", "[1,2)"),
        ("(1,2)", "interval", "(1,2)"),
        (r"x \in [0, \infty)", "interval", r"[0,\infty)"),
        (r"(-\infty,1)\cup[2,3]", "interval", r"[2,3]\cup(-\infty,1)"),
        (r"\emptyset", "interval", r"\emptyset"),
        ("2, 1", "values", r"\{1,2\}"),
        ("2 and 1", "values", r"\{1,2\}"),
        (r"\pm 3", "values", r"\{-3,3\}"),
        ("5", "values", "5"),
        (r"\{5\}", "values", r"\{5\}"),
    ],
)
def test_admit_when_the_answer_lies_in_the_domain_then_gives_its_form_there(
    text: str, domain: str, canonical: str
) -> None:
    assert admitted(text, domain) == (canonical, "")


@pytest.mark.parametrize(
    ("text", "domain", "reason"),
    [
        ("", "any", "is empty"),
        (" ... ", "any", "is empty"),
        ("?", "integer", "is empty"),
        ("___", "set", "is empty"),
        ("x", "integer", "is not an integer"),
        ("1/2", "integer", "is not an integer"),
        ("1/2", "integer:mod 7", "is not an integer"),
        ("2.5", "integer:0..5", "is not an integer"),
        ("1, 2", "integer", "is not an integer"),
        ("100000", "integer:0..99999", "is above 99999"),
        ("9" * 1_500, "integer:0..99999", "is above 99999"),
        ("-1", "integer:0..99999", "is below 0"),
        ("-2", "integer:-10..-3", "is above -3"),
        ("F", "option:A..E", "is not one of the options A to E"),
        ("5", "option", "is not an option letter"),
        ("AB", "option", "is not an option letter"),
        ("A, C", "option", "is not an option letter"),
        ("(1,2)", "set", "is not a set"),
        ("[1,2)", "set", "is not a set"),
        ("5", "tuple", "is not a tuple"),
        (r"\{1,2\}", "tuple", "is not a tuple"),
        ("[1,2)", "tuple", "is not a tuple"),
        ("5", "interval", "is not an interval"),
        ("(1,2,3)", "interval", "is not an interval"),
        (r"\{1,2\}", "interval", "is not an interval"),
        (r"(1,2)\cup\{5\}", "interval", "is not an interval"),
        ("[1,2)", "values", "is not one or several values"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", "values", "is not one or several values"),
    ],
)
def test_admit_when_the_answer_lies_outside_then_says_why(
    text: str, domain: str, reason: str
) -> None:
    assert admitted(text, domain) == ("", reason)


@given(
    st.one_of(st.text(), st.sampled_from([text for row in PAIRS for text in row[:2]])),
    st.sampled_from(DOMAINS),
)
def test_admit_when_given_anything_then_the_form_is_canonical_and_admitted_again(
    text: str, domain: str
) -> None:
    form, reason = admitted(text, domain)
    assert bool(form) is not bool(reason)
    if form:
        assert normalize(form) == form
        assert admit(form, AnswerDomain.parse(domain)) == (form, "")


@given(
    st.sampled_from([text for row in PAIRS for text in row[:2]]),
    st.sampled_from(["any", "integer", "set", "tuple", "interval", "values"]),
)
def test_admit_when_no_modulus_is_asked_for_then_the_form_says_what_the_answer_says(
    text: str, domain: str
) -> None:
    """But that `values` takes the order from a point, and `tuple` the other reading of `[1,2]`."""
    whole = normalize(text)
    form, _ = admitted(text, domain)
    reread = (domain == "values" and whole[0] in "([") or (domain == "tuple" and whole[0] == "[")
    if form and not reread:
        outcome = compare_cheap(whole, form)
        assert outcome is Equivalence.EQUAL or (outcome is None and domain == "set")


@given(st.integers(), st.integers(min_value=1, max_value=10**6))
def test_admit_when_a_modulus_is_asked_for_then_reduces_as_arithmetic_does(
    value: int, modulus: int
) -> None:
    assert admitted(str(value), f"integer:mod {modulus}") == (str(value % modulus), "")
