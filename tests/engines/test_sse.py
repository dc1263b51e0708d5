"""Server-sent events, however the bytes are split."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.engines.sse import EventParser
from tirkit.errors import EngineError

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
LINES = st.one_of(
    st.just(""),
    st.text(max_size=12).map(lambda text: f"data: {_one_line(text)}"),
    st.text(max_size=12).map(lambda text: f"data:{_one_line(text)}"),
    st.text(max_size=12).map(lambda text: f":{_one_line(text)}"),
    st.sampled_from(["data", "event: message", "id: 7", "retry: 10", "dat: x", "datas: y"]),
)


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]", "", text)


def reference(stream: bytes) -> list[bytes]:
    """The standard's rules, read one whole stream at a time."""
    events: list[bytes] = []
    data: list[bytes] = []
    lines = re.split(rb"\r\n|\n|\r", stream)
    for line in lines[:-1]:
        name, colon, value = line.partition(b":")
        if not line:
            if data:
                events.append(b"\n".join(data))
            data = []
        elif name == b"data":
            data.append(value[1:] if value.startswith(b" ") else value)
        else:
            assert colon or name
    return events


@given(
    lines=st.lists(st.tuples(LINES, LINE_ENDS), max_size=12),
    cuts=st.lists(st.integers(0, 200), max_size=20),
)
def test_events_when_bytes_are_split_anywhere_then_they_are_those_of_the_whole(
    lines: list[tuple[str, str]], cuts: list[int]
) -> None:
    stream = "".join(line + end for line, end in lines).encode(errors="surrogatepass")
    parser, events, start = EventParser(), [], 0
    for cut in [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]:
        events += parser.feed(stream[start:cut])
        start = cut
    assert events == reference(stream)


def test_events_when_fed_byte_by_byte_then_multibyte_text_survives() -> None:
    stream = 'data: {"text":"é漢😀"}\r\n\r\ndata: [DONE]\n\n'.encode()
    parser = EventParser()
    events = [event for byte in stream for event in parser.feed(bytes([byte]))]
    assert events == ['{"text":"é漢😀"}'.encode(), b"[DONE]"]


def test_events_when_the_stream_begins_with_a_byte_order_mark_then_it_is_dropped() -> None:
    assert EventParser().feed(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]


def test_events_when_the_blank_line_never_comes_then_nothing_is_given() -> None:
    assert EventParser().feed(b"data: half\n") == []


@pytest.mark.parametrize("block", [b"data: " + b"x" * 50, b"x" * 50, b"data: xx\n" * 9])
def test_events_when_one_is_too_long_then_engine_error(block: bytes) -> None:
    parser = EventParser(max_event_bytes=100)
    with pytest.raises(EngineError, match="more than 100 bytes"):
        for _ in range(20):
            parser.feed(block)


def test_events_when_each_is_short_then_the_cap_never_adds_up() -> None:
    parser = EventParser(max_event_bytes=100)
    given_back = [
        event for _ in range(50) for event in parser.feed(b"data: " + b"x" * 40 + b"\n\n")
    ]
    assert given_back == [b"x" * 40] * 50
