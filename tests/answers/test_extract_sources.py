"""The forms beside boxes: phrases, option letters and tags."""

import pytest

from tirkit.answers import Source, extract, parse_sources
from tirkit.errors import ConfigError
from tirkit.types import AnswerDomain

PHRASES = [
    ("The answer is 42.", "42"),
    ("the final answer is $42$. I hope it is correct.", "42"),
    ("Final Answer: The final answer is $\\frac{1}{2}$. I hope it is correct.", "1/2"),
    ("**Answer:** 42", "42"),
    ("**Final Answer**\n\n42", "42"),
    ("### Final Answer\n\\[\n42\n\\]", "42"),
    ("The answer is: $$\n42\n$$", "42"),
    ("The answer is \\(42\\), as we saw in step 3.", "42"),
    ("The answer is **42**", "42"),
    ("The correct answer to the problem is 42.", "42"),
    ("Answer = 42", "42"),
    ("The answer is 1,234 dollars per year.", "1234"),
    ("The answer is -5, because 3 is too small.", "-5"),
    ("So the answer must be 3.5.", "7/2"),
    ("The answer is equal to 42!", "42"),
    ("The answer is 42<|im_end|>", "42"),
    ("The answer is $\\boxed{42}$.", "42"),
    ("The answer is 1. No: the answer is 2.", "2"),
    ("The answer is 2. The answer is not 3.", "2"),
    ("Answer: Yes", "yes"),
    ("答案是42。", "42"),
    ("所以答案为 $42$。", "42"),
    ("最终答案：42", "42"),
    ("因此，答案是:42，因为3太小。", "42"),
    ("正确答案应该是 -5。", "-5"),
    ("答案是42个苹果。", "42"),
]


@pytest.mark.parametrize(("text", "expected"), PHRASES)
def test_a_phrase_when_it_tells_the_answer_then_it_is_read(text: str, expected: str) -> None:
    found = extract(f"We think first.\n{text}", sources=(Source.PHRASE,))
    assert found.answer is not None, found
    assert found.answer.canonical == expected
    assert found.source is Source.PHRASE
    assert extract(text).source is (Source.BOX if "boxed" in text else None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The answer is not 5.", "says what the answer is not"),
        ("答案不是5。", ""),
        ("The answer is:", "is empty"),
        ("The answer is " + "x" * 10_000, "is longer than 2000 characters"),
        ("Is 5 what you wanted to know?", ""),
        ("The answers were discussed: 5", ""),
    ],
)
def test_a_phrase_when_it_tells_no_answer_then_it_is_refused(text: str, reason: str) -> None:
    found = extract(text, sources=(Source.PHRASE,))
    assert found.answer is None
    assert [one.reason for one in found.refusals] == ([reason] if reason else [])


def test_a_phrase_when_prices_follow_then_dollar_signs_make_no_formula() -> None:
    text = "The answer is $5 and the other price is $6."
    found = extract(text, AnswerDomain("integer"), (Source.PHRASE,))
    assert found.answer is None or found.answer.canonical == "5"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is (B).", "B"),
        ("So it is option C", "C"),
        ("Answer: D", "D"),
        ("We choose **(A)**", "A"),
        ("Thus:\n\nB\n", "B"),
        ("Thus:\nE.", "E"),
        ("故选：B", "B"),
        ("故选C。", "C"),
        ("答案是（D）", "D"),
        ("First (A) seems right, but (C) is.", "C"),
    ],
)
def test_an_option_when_its_letter_stands_alone_then_it_is_read(text: str, letter: str) -> None:
    found = extract(text, AnswerDomain.parse("option:A..E"), (Source.OPTION,))
    assert found.answer is not None
    assert found.answer.canonical == letter
    assert found.start is not None
    assert letter in text[found.start : found.end]


@pytest.mark.parametrize(
    "text", ["A man walks.", "f(A) = 3", "Apply B+", "option Bravo", "\\text(A)"]
)
def test_an_option_when_the_letter_is_a_word_or_an_argument_then_it_is_none(text: str) -> None:
    assert extract(text, sources=(Source.OPTION,)).refusals == ()
    assert extract(text, sources=(Source.OPTION,)).answer is None


def test_an_option_when_outside_the_letters_then_it_is_refused_with_the_reason() -> None:
    found = extract("(H)", AnswerDomain.parse("option:A..E"), (Source.OPTION,))
    assert found.answer is None
    assert found.refusals[0].text == "H"
    assert found.refusals[0].source is Source.OPTION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>2</think><answer>42</answer>", "42"),
        ("<answer> $42$ </answer>", "42"),
        ("<ANSWER>So \\boxed{42}. Done.</ANSWER>", "42"),
        ("<answer>1</answer> no <answer>42</answer>", "42"),
        ("<answer>42</answer> and <answer>4", "42"),
    ],
)
def test_a_tag_when_it_is_closed_then_its_content_is_read(text: str, expected: str) -> None:
    found = extract(text, sources=(Source.TAG,))
    assert found.answer is not None
    assert found.answer.canonical == expected
    assert found.start is not None
    assert text[found.start :].lower().startswith("<answer>")


def test_sources_when_several_are_asked_for_then_the_first_with_an_answer_wins() -> None:
    text = "<answer>1</answer> The answer is 2. (C) \\boxed{}"
    assert extract(text, sources=parse_sources("box,phrase,tag")).source is Source.PHRASE
    assert extract(text, sources=parse_sources("box,tag,phrase")).source is Source.TAG
    found = extract(text, sources=parse_sources("box,option"))
    assert found.source is Source.OPTION
    assert [one.source for one in found.refusals] == [Source.BOX]


def test_reason_when_nothing_is_found_then_names_what_was_looked_for() -> None:
    reason = extract("Hm.", sources=tuple(Source)).reason
    for word in ("boxed", "phrase", "option letter", "<answer>", "code output"):
        assert word in reason


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("", "unknown source of answers ''"),
        ([], "no source of answers"),
        ("box,boxes", "unknown source of answers 'boxes'"),
        ("box,box", "named twice"),
    ],
)
def test_sources_when_the_names_are_wrong_then_says_which_there_are(
    names: str | list[str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_sources(names)
