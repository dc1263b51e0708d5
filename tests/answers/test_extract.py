"""Which box is the answer, why the others are not, and what hostile text costs."""

import json
from pathlib import Path

import pytest

from tirkit.answers import Equivalence, equivalent, extract
from tirkit.answers.extract import MAX_CANDIDATES, MAX_SHOWN_CHARS
from tirkit.answers.normalize import MAX_ANSWER_CHARS
from tirkit.types import AnswerDomain

AIMO = AnswerDomain.parse("integer:0..99999")


def canonical(text: str, domain: AnswerDomain = AIMO) -> str | None:
    answer = extract(text, domain).answer
    return None if answer is None else answer.canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"so \boxed{5}.", "5"),
        (r"\boxed{0}", "0"),
        (r"\fbox{5}", "5"),
        (r"\boxed {5}", "5"),
        (r"\boxed 5.", "5"),
        (r"$\boxed5$", "5"),
        (r"\boxed{1} then \boxed{2}", "2"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\boxed{\text{5}}", "5"),
        (r"\boxed{1{,}234}", "1234"),
        (r"\\boxed{5}", "5"),
        (r"\boxed{007}", "7"),
        (r"\boxed{1e4}", "10000"),
    ],
)
def test_extract_when_the_text_holds_a_box_then_takes_the_last(text: str, expected: str) -> None:
    assert canonical(text) == expected


def test_extract_when_braces_nest_then_takes_the_whole_content() -> None:
    text = r"\boxed{\frac{1}{\sqrt{2}}}"
    found = extract(f"thus {text}!")
    assert found.answer is not None
    assert found.answer.text == r"\frac{1}{\sqrt{2}}"
    assert (found.start, found.end) == (5, 5 + len(text))


def test_extract_when_braces_are_escaped_then_they_do_not_count() -> None:
    found = extract(r"\boxed{\{1, 2\}}")
    assert found.answer is not None
    assert found.answer.canonical == r"\{1,2\}"


def test_extract_when_the_last_box_is_unbalanced_then_takes_the_one_before() -> None:
    found = extract(r"\boxed{7} no, \boxed{8")
    assert found.answer is not None
    assert found.answer.canonical == "7"
    assert found.refused == (("8", "is never closed"),)


@pytest.mark.parametrize(
    ("text", "domain", "reason"),
    [
        (r"\boxed{100000}", "integer:0..99999", "is above 99999"),
        (r"\boxed{-5}", "integer:0..99999", "is below 0"),
        (r"\boxed{\frac12}", "integer:0..99999", "is not an integer"),
        (r"\boxed{x}", "integer", "is not an integer"),
        (r"\boxed{-11}", "integer:-10..-3", "is below -10"),
        (r"\boxed{-2}", "integer:-10..-3", "is above -3"),
        (r"\boxed{ }", "any", "is empty"),
        (r"\boxed{...}", "any", "is empty"),
        (r"\boxed{?}", "any", "is empty"),
        (r"\boxed", "any", "is empty"),
        (r"\boxed{5", "any", "is never closed"),
        (rf"\boxed{{{'9' * 10**6}}}", "any", f"is longer than {MAX_ANSWER_CHARS} characters"),
        (rf"\boxed {'9' * 10**6}", "any", f"is longer than {MAX_ANSWER_CHARS} characters"),
    ],
)
def test_extract_when_an_answer_is_inadmissible_then_refuses_it_with_the_reason(
    text: str, domain: str, reason: str
) -> None:
    found = extract(text, AnswerDomain.parse(domain))
    assert found.answer is None
    assert found.start is None
    assert [why for _, why in found.refused] == [reason]
    assert reason in found.reason
    assert all(len(shown) <= MAX_SHOWN_CHARS for shown, _ in found.refused)


def test_extract_when_the_integer_has_two_thousand_digits_then_is_compared_not_converted() -> None:
    digits = "9" * MAX_ANSWER_CHARS
    assert canonical(rf"\boxed{{{digits}}}", AnswerDomain("integer")) == digits
    assert extract(rf"\boxed{{{digits}}}", AIMO).refused[0][1] == "is above 99999"


def test_extract_when_the_last_is_outside_the_domain_then_never_bends_it() -> None:
    found = extract(r"\boxed{31} or \boxed{1000031}", AnswerDomain.parse("integer:0..999"))
    assert found.answer is not None
    assert found.answer.canonical == "31"
    assert found.refused == (("1000031", "is above 999"),)


@pytest.mark.parametrize(
    "text", ["", "the answer is 5", "boxed{5}", r"\boxedfoo{5}", "a boxed set with 500 pieces"]
)
def test_extract_when_there_is_no_box_then_says_so(text: str) -> None:
    found = extract(text)
    assert found.answer is None
    assert found.reason == r"no \boxed{} or \fbox{} in the final text"
    assert found.refused == ()


@pytest.mark.timeout(60)  # a quadratic scan would take hours
@pytest.mark.parametrize(
    "text",
    [
        "{" * 10**6,
        r"\boxed{" * 10**6,
        r"\boxed{" * 10**5 + "}" * 10**5,
        "}" * 10**6 + r"\boxed{" * 3,
        r"\boxed " * 10**6,
        r"\boxed" + " " * 10**6,
        (r"\boxed{" + "{" * 900 + "?" + "}" * 901) * 1_000,
        (r"\boxed{" + "{." * 600 + "}." * 600 + "}") * 1_000,
    ],
)
def test_extract_when_the_text_is_hostile_then_looks_at_a_bounded_number_of_boxes(
    text: str,
) -> None:
    found = extract(text)
    assert found.answer is None
    assert len(found.refused) <= MAX_CANDIDATES


def test_extract_when_read_on_recorded_completions_then_grades_as_the_paper_does(
    data_dir: Path,
) -> None:
    rows = [
        json.loads(line)
        for line in (data_dir / "tora_code_34b_gsm8k.jsonl").read_text("utf-8").splitlines()
    ]
    found = [(extract(row["completion"].rsplit("```", 1)[-1]), row["answer"]) for row in rows]
    right = sum(
        box.answer is not None and equivalent(box.answer, reference) is Equivalence.EQUAL
        for box, reference in found
    )
    assert len(rows) == 1319
    assert sum(box.answer is None for box, _ in found) == 3
    assert abs(right / len(rows) - 0.807) < 0.005  # ToRA (arXiv 2309.17452), ToRA-Code-34B
