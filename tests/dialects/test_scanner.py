"""Lines out of chunks, and where Python strings are open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.dialects.scanner import LineScanner, Place, PythonStrings, thinking_open


@given(chunks=st.lists(st.text(alphabet="ab\n", max_size=6), max_size=20), begun=st.text("a"))
def test_lines_when_text_comes_in_chunks_then_offsets_point_into_it(
    chunks: list[str], begun: str
) -> None:
    scanner = LineScanner(-len(begun))
    lines = [line for chunk in (begun, *chunks) for line in scanner.take(chunk)]
    lines.append(scanner.rest())
    text = begun + "".join(chunks)
    assert [line.text for line in lines] == text.split("\n")
    shift = len(begun)
    for line in lines:
        assert text[line.start + shift : line.end + shift].removesuffix("\n") == line.text
    assert lines[-1].end == len(text) - shift


def test_line_when_it_ends_in_carriage_return_then_text_leaves_it_out_and_end_counts_it() -> None:
    scanner = LineScanner()
    scanner.hold("ab\r")
    (line,) = scanner.take("\ncd")
    assert (line.text, line.start, line.end) == ("ab", 0, 4)
    assert scanner.rest().text == "cd"


@pytest.mark.parametrize(
    ("lines", "open_quote"),
    [
        (["x = 'a'"], ""),
        (["x = 'a"], ""),
        (["x = 'a\\"], "'"),
        (["x = 'a\\\\"], ""),
        (["x = 'a\\", "b'"], ""),
        (['x = "a\\'], '"'),
        (["'''"], "'''"),
        (["'''", "'", '"""'], "'''"),
        (["'''", "'''"], ""),
        (["'''\\", "'''"], ""),
        (["'''", "\\'''"], "'''"),
        (['f"""{x}'], '"""'),
        (["# '''"], ""),
        (["x = '#' + '''"], "'''"),
        (["''"], ""),
        (["'' '''"], "'''"),
        (["''''''"], ""),
    ],
)
def test_strings_when_lines_are_taken_then_open_quote_is_python_s(
    lines: list[str], open_quote: str
) -> None:
    strings = PythonStrings()
    for line in lines:
        strings.take(line)
    assert strings.quote == open_quote


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [
        ("print('```')", 7, Place.STRING),
        ("print('')```", 9, Place.CODE),
        ("x  # ```", 5, Place.COMMENT),
        ("x = '#'```", 7, Place.CODE),
        ("```", 0, Place.CODE),
    ],
)
def test_place_when_asked_inside_a_line_then_tells_code_string_and_comment(
    line: str, column: int, place: Place
) -> None:
    assert PythonStrings().place(line, column) is place


@pytest.mark.parametrize(
    ("text", "is_open"),
    [("", False), ("<think>", True), ("<think></think>", False), ("</think><think>", True)],
)
def test_thinking_when_context_ends_then_last_tag_decides(text: str, is_open: bool) -> None:
    assert thinking_open(text) is is_open
