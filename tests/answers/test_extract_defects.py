"""What other extractors get wrong, one test each; see who in the names' comments."""

import pytest

from tirkit.answers import Source, extract, parse_sources
from tirkit.types import AnswerDomain

AIMO = AnswerDomain.parse("integer:0..999")
OUTPUT = (Source.OUTPUT,)


def canonical(text: str, *sources: Source, domain: str = "any") -> str | None:
    found = extract(text, AnswerDomain.parse(domain), sources or (Source.BOX,))
    return None if found.answer is None else found.answer.canonical


def ran(output: str) -> str:
    return f"Let me see.\n```python\nprint(x)\n```\n```output\n{output}\n```\n"


def test_nested_braces_when_boxed_then_are_not_cut_at_the_first_brace() -> None:
    # imagination_aimo2: non-greedy up to the first brace gives `\frac{1`
    assert canonical(r"\boxed{\frac{1}{2}}") == "1/2"


def test_a_box_when_nested_deeper_than_four_then_is_read() -> None:
    # verl-tool: a pattern nested to depth 4
    found = extract(r"\boxed{\frac{\frac{\frac{\sqrt{\frac{1}{x}}}{y}}{z}}{w}}")
    assert found.answer is not None
    assert found.answer.text == r"\frac{\frac{\frac{\sqrt{\frac{1}{x}}}{y}}{z}}{w}"


def test_an_fbox_when_there_is_no_boxed_then_is_found() -> None:
    # NeMo-Skills: returns early without \boxed, so its \fbox branch cannot be reached
    assert canonical(r"So \fbox{17}.") == "17"


def test_an_fbox_when_it_stands_behind_a_box_then_the_later_one_counts() -> None:
    # NeMo-Skills and Qwen2.5-Math look for \boxed first
    assert canonical(r"\boxed{1} no: \fbox{2}") == "2"


def test_a_space_when_it_stands_before_the_brace_then_the_box_is_read() -> None:
    # NeMo-Skills: asserts that `\boxed{` follows at once, else None
    assert canonical(r"\boxed {5}") == "5"


def test_an_unbalanced_last_box_when_one_stands_before_then_it_is_told_and_passed_over() -> None:
    # NeMo-Skills: None; Qwen2.5-Math: everything up to the end of the text
    found = extract(r"\boxed{7} and \boxed{\frac{1}{2")
    assert found.answer is not None
    assert found.answer.canonical == "7"
    assert found.refusals[0].reason == "is never closed"


def test_a_word_boxed_when_no_command_then_is_no_box() -> None:
    # Qwen2.5-Math and ToRA split at the word `boxed`, wherever it stands
    assert canonical("I boxed the answer 5 and boxed {6} toys") is None


def test_the_word_boxed_when_in_a_docstring_then_is_no_box() -> None:
    # ToRA, gsm8k-146: predicts the rest of the docstring
    text = '```python\ndef f():\n    """A boxed set with 500 pieces."""\n    return \\boxed{3}\n'
    found = extract(text, sources=(Source.BOX, Source.OUTPUT))
    assert found.answer is None
    assert "the text ends inside code" in found.reason


@pytest.mark.parametrize("source", [Source.BOX, Source.OUTPUT])
def test_zero_when_it_is_the_answer_then_it_is_not_dropped(source: Source) -> None:
    # imagination_aimo2: `if answer:` and `answer > 0`
    text = ran("0") + (r"\boxed{0}" if source is Source.BOX else "")
    found = extract(text, AIMO, (source,))
    assert found.answer is not None
    assert found.answer.canonical == "0"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("-5", "-5"),
        ("x = -5", "-5"),
        ("1,234", "1234"),
        ("total: 1,234,567", "1234567"),
        ("1e10", "10000000000"),
        ("Answer: 2.50", "5/2"),
        ("5.0", "5"),
        ("007", "7"),
        ("3/4", "3/4"),
        ("[5]", "5"),
        ("found 12 of 40 and 7 left.", "7"),
        ("12\n\nDone", "12"),
        ("12\n[the code ran and printed nothing; use print() to see a value]", "12"),
    ],
)
def test_an_output_when_read_then_keeps_sign_separators_and_exponents(
    output: str, expected: str
) -> None:
    # imagination_aimo2: `\d+(.\d+)?` gives 5 for -5, 234 for 1,234 and 10 for 1e10
    assert canonical(ran(output), *OUTPUT) == expected


def test_an_output_when_it_is_negative_then_is_refused_not_stripped_of_its_sign() -> None:
    # Numina and imagination_aimo2 drop negatives or the sign
    found = extract(ran("-5"), AIMO, OUTPUT)
    assert found.answer is None
    assert found.refused == (("-5", "is below 0"),)


def test_an_answer_when_above_the_range_then_no_modulo_makes_it_fit() -> None:
    # Numina and imagination_aimo2: everything modulo 1000
    assert canonical(r"\boxed{1031}", domain="integer:0..999") is None


def test_a_decimal_when_an_integer_is_asked_for_then_is_not_rounded() -> None:
    # Numina: 3.5 becomes 4
    assert canonical(r"\boxed{3.5}", domain="integer") is None


def test_an_output_when_there_is_no_box_then_counts_only_if_asked() -> None:
    text = ran("42") + "Two people accept the position."
    assert canonical(text) is None
    assert canonical(text, Source.BOX, Source.OUTPUT) == "42"


def test_a_box_when_there_is_an_output_too_then_the_order_asked_for_decides() -> None:
    # imagination_aimo2: the code's answer always wins
    text = ran("41") + r"Rounded: \boxed{42}"
    assert canonical(text, Source.BOX, Source.OUTPUT) == "42"
    assert canonical(text, Source.OUTPUT, Source.BOX) == "41"


def test_a_box_when_inside_thinking_then_counts_only_if_asked() -> None:
    # the AIMO-3 kernel: the first box anywhere, also in its analysis, ends the attempt
    text = r"<think>Perhaps \boxed{3}. No.</think>I do not know."
    assert canonical(text) is None
    found = extract(text, thinking=True)
    assert found.answer is not None
    assert found.answer.canonical == "3"
    assert found.note == "found in thinking"


def test_a_box_when_in_code_or_output_then_is_no_answer() -> None:
    text = "```python\nprint(r'\\boxed{3}')\n```\n```output\n\\boxed{3}\n```\nNo idea."
    assert canonical(text) is None


def test_a_box_when_written_before_the_code_ran_then_is_not_final() -> None:
    # a model guesses, computes, and does not answer again
    found = extract(r"I guess \boxed{3}." + ran("4"))
    assert found.answer is None
    assert "nothing is written behind the last code output" in found.reason


@pytest.mark.parametrize(
    "output",
    [
        'Traceback (most recent call last):\n  File "<cell>", line 5\nZeroDivisionError: division',
        "ZeroDivisionError: 5",
        "Timeout Error",
        "12\n[stopped at the time limit after 5.0 s; what it printed stands above]",
    ],
)
def test_an_output_when_it_is_an_error_then_no_number_is_taken_out_of_it(output: str) -> None:
    found = extract(ran(output), sources=OUTPUT)
    assert found.answer is None
    assert found.refusals[0].reason == "is an error"


@pytest.mark.parametrize("output", ["2*sqrt(3)", "x**2 + 5*x", "f(3)", "3pi", "x^10"])
def test_an_output_when_its_number_stands_in_an_expression_then_it_is_refused(output: str) -> None:
    found = extract(ran(output), sources=OUTPUT)
    assert found.answer is None
    assert {one.reason for one in found.refusals} == {"stands inside an expression"}


def test_an_output_when_it_is_a_list_then_it_is_taken_whole() -> None:
    found = extract(ran("[1, 2, 3]"), sources=OUTPUT)
    assert found.answer is not None
    assert found.answer.text == "[1, 2, 3]"
    assert canonical(ran("[1, 2, 3]"), *OUTPUT, domain="integer") is None


def test_an_output_when_given_apart_then_it_is_read_and_has_no_place_in_the_text() -> None:
    found = extract("Two people.", sources=OUTPUT, output="x\n2\n")
    assert found.answer is not None
    assert (found.answer.canonical, found.start, found.source) == ("2", None, Source.OUTPUT)


@pytest.mark.timeout(60)  # a quadratic scan would take hours
@pytest.mark.parametrize(
    "piece",
    [
        "```", "```python\n", "```output\n", "~~~ ~~~", "`" * 7, "<think>", "</think>", "<answer>",
        "the answer is ", "answer to ", "final answer\n", "答案是", "(B) ", "B\n", "1,", "9",
        "<|start|>python", "<|channel|>analysis to=a", "$", "**", "[", "\\(", "\\\\", "\0",
        "1,234 ", "\ud800", "<tool_call>",
        "<code>\n", " ", "\n", "Error\n", "[a", "-", "(", "{", "}", ".", "1/", "1e",
    ],
)  # fmt: skip
def test_extract_when_a_long_text_repeats_then_its_work_is_linear(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for whole in (text, "```output\n" + text, "the answer is " + text, "<think>" + text):
        found = extract(whole, sources=tuple(Source), thinking=True)
        assert (found.answer is None) == bool(found.reason)
        assert found.start is None or 0 <= found.start < (found.end or 0) <= len(whole)


def test_sources_when_parsed_then_order_is_kept() -> None:
    assert parse_sources("output, BOX") == (Source.OUTPUT, Source.BOX)
    assert parse_sources(["tag"]) == (Source.TAG,)
