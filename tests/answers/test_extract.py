"""Which box is the answer, why the others are not, and what hostile text costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import Source, extract
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$\\boxed{42$", "42"),
        ("\\boxed{42\n\nI am sure.", "42"),
        (r"\(\boxed{-7.\)", "-7"),
        (r"\[\boxed{\frac{1}{2}\]", "1/2"),
    ],
)
def test_extract_when_a_box_lacks_its_brace_but_ends_then_reads_it_and_says_so(
    text: str, expected: str
) -> None:
    found = extract(text)
    assert found.answer is not None
    assert found.answer.canonical == expected
    assert found.note == "its box is never closed"
    assert found.start is not None
    assert found.end is not None
    assert text[found.start : found.end].endswith(found.answer.text)


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{12",  # may be the beginning of 1234
        "\\boxed{12 or 13\n",
        "\\boxed{\\frac{1}{2\n",
        "\\boxed{a}b{c\n\\boxed{\n",
    ],
)
def test_extract_when_an_open_box_may_be_cut_or_holds_more_then_it_is_refused(text: str) -> None:
    refusals = extract(text).refusals
    assert refusals[0].reason in {"is never closed", "is empty"}
    assert text[refusals[0].start :].startswith(r"\boxed")


def test_extract_when_the_box_holds_what_a_prompt_says_then_it_is_empty() -> None:
    for words in ("your answer", "answer", "Final Answer", r"\text{answer}", "...", ""):
        assert extract(rf"Put it in \boxed{{{words}}}.").refused[0][1] == "is empty"


BALANCED = st.recursive(
    st.from_regex(r"[0-9a-z+=(),/^ -]{1,8}", fullmatch=True),
    lambda inner: st.one_of(
        inner.map(lambda text: "{" + text + "}"),
        inner.map(lambda text: r"\frac{" + text + "}{7}"),
        st.tuples(inner, inner).map("".join),
        inner.map(lambda text: r"\{" + text + r"\}"),
    ),
    max_leaves=8,
)
WRAPS = st.sampled_from(
    [r"\boxed{%s}", r"\fbox{%s}", r"$\boxed {%s}$", r"\[\boxed{%s}\]", "**\\boxed{%s}**."]
)


@given(BALANCED, WRAPS, st.text(alphabet="ab .$\n", max_size=40), st.text(alphabet="ab .$\n}"))
def test_extract_when_balanced_content_is_wrapped_then_comes_back_where_it_stood(
    content: str, wrap: str, before: str, after: str
) -> None:
    text = before + wrap % content + after
    found = extract(text)
    if found.answer is None:  # only blanks and the like
        assert found.refused[0][1] == "is empty"
        return
    assert found.answer.text == content.strip()
    assert found.start is not None
    assert found.end is not None
    box = text[found.start : found.end]
    assert box.startswith((r"\boxed", r"\fbox"))
    assert box.endswith("{" + content + "}")


PIECES = st.sampled_from(
    [
        r"\boxed{", r"\boxed", "}", "{", "5", "```python\n", "```output\n", "```\n", "~~~", "\n",
        "<think>", "</think>", "<answer>", "</answer>", "the answer is ", "$", r"\(", "(B)",
        "<tool_call>", "</tool_call>", "<|channel|>analysis<|message|>", "<|end|>", "\0", "\ud800",
        "答案是", "1,234", "**", "[TOOL_RESULTS]", "Error", "[", "]", ",", "\\",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_extract_when_the_text_is_a_jumble_then_never_raises_and_places_hold(
    text: str, thinking: bool
) -> None:
    found = extract(text, sources=tuple(Source), thinking=thinking)
    places = [(one.start, one.end) for one in found.refusals]
    if found.start is not None and found.end is not None:
        places.append((found.start, found.end))
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert (found.answer is None) == bool(found.reason)
    assert (found.answer is None) == (found.source is None)


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
