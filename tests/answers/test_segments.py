"""How a whole completion is cut, in the forms of all families."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import final_segment, last_output
from tirkit.answers.extract import Segment, SegmentKind, segments

HARMONY = (
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=python "
    "<|constrain|>code<|message|>c<|call|><|start|>python to=assistant<|channel|>commentary"
    "<|message|>5<|end|><|start|>assistant<|channel|>final<|message|>b"
)
CUTS = [
    ("plain text", "plain text", None),
    ("", "", None),
    ("<think>a</think>b", "b", None),
    ("a</think>b", "b", None),
    ("<think>a", "", None),
    ("<think>a</think>b<think>c", "", None),
    ("x<think>a</think>b", "b", None),
    ("<|channel|>analysis to=python code<|message|>c<|call|>b", "b", None),
    ("[THINK]a[/THINK]b", "b", None),
    ("\u25c1think\u25b7a\u25c1/think\u25b7b", "b", None),
    ("<seed:think>a</seed:think>b", "b", None),
    ("<|channel>thought\na<channel|>b", "b", None),
    ("a\n```python\nc\n```\n```output\n5\n```\nb", "b", "5\n"),
    ("a\n```python\nc\n```output\n5\n```\nb", "b", "5\n"),
    ("a\n```py\nc\n```\nb", "a\nb", None),
    ("a\n~~~python\nc\n~~~\nb", "a\nb", None),
    ("a:```python\nc\n```\nb", "a:b", None),
    ("a\n````python\n```\nc\n````\nb", "a\nb", None),
    ("a\n```latex\nm\n```\nb", "a\nm\nb", None),
    ("a\n```\nm\n```\nb", "a\nm\nb", None),
    ("a\n```\nm\n```python\nc\n```\nb", "a\nm\nb", None),
    ("a\n```python\nc", "a\n", None),
    ("a `code` and ```inline``` b", "a `code` and ```inline``` b", None),
    ("```output\n1\n```\na\n```output\n2\n```\nb", "b", "2\n"),
    ("```output\n1\n```", "", "1\n"),
    ("```output\n```\nb", "b", ""),
    ("```output\n1", "", "1"),
    ("<tool_call>\nc\n</tool_call>\n<tool_response>\n5\n</tool_response>\nb", "\nb", "\n5\n"),
    ("<llm-code>c</llm-code><llm-code-output>5</llm-code-output>b", "b", "5"),
    ("<llm-code>c<llm-code-output>5</llm-code-output>b", "b", "5"),
    ("<code>\nc\n</code>\n<interpreter>5</interpreter>b", "b", "5"),
    ("see <code>x</code> b", "see <code>x</code> b", None),
    ("<TOOLCALL>c</TOOLCALL><TOOL_RESPONSE>5</TOOL_RESPONSE>b", "b", "5"),
    (
        "<|python_tag|>c<|eom_id|><|start_header_id|>ipython<|end_header_id|>\n\n5<|eot_id|>b",
        "b",
        "\n\n5",
    ),
    ("[TOOL_RESULTS]5[/TOOL_RESULTS]b", "b", "5"),
    ("<think>a <tool_call>c</tool_call> ```output\n5\n```\n d</think>b", "b", "5\n"),
    ("<think>\n```python\nnever closed\n</think>\nb", "\nb", None),
    ("```python\nnever closed\n</think>b", "b", None),
    ('```python\nprint("</think>")\n```\n```output\n</think>\n```\nb', "b", "</think>\n"),
    (HARMONY, "<|start|>assistant<|channel|>final<|message|>b", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "final", "output"), CUTS)
def test_a_completion_when_cut_then_the_final_prose_and_the_last_output_are_told(
    text: str, final: str, output: str | None
) -> None:
    assert final_segment(text) == final
    assert last_output(text) == output


def test_segments_when_named_then_say_what_each_stretch_is() -> None:
    text = "<think>t</think>p\n```python\nc\n```\n```output\no\n```\nq"
    kinds = [(one.kind.value, text[one.start : one.end]) for one in segments(text)]
    assert kinds == [
        ("thinking", "t"), ("prose", "p\n"), ("code", "c\n"), ("output", "o\n"), ("prose", "q"),
    ]  # fmt: skip


@given(st.text(alphabet="ab`~ \n<>/think", max_size=200))
def test_segments_when_the_text_is_hostile_then_are_in_order_and_inside(text: str) -> None:
    found = segments(text)
    assert all(0 <= one.start <= one.end <= len(text) for one in found)
    ends = [place for one in found for place in (one.start, one.end)]
    assert ends == sorted(ends)


@given(st.text(alphabet=st.characters(exclude_characters="`~<[\u25c1 \t"), min_size=1))
def test_segments_when_there_is_no_marker_then_all_is_prose(text: str) -> None:
    assert segments(text) == (Segment(SegmentKind.PROSE, 0, len(text)),)
    assert final_segment(text) == text
