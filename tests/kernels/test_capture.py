"""What one cell gave, from messages that may be forged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.kernels.capture import Capture
from tirkit.kernels.inside import REPORT
from tirkit.kernels.wire import Message, decode
from tirkit.types import CodeResult, CodeStatus

OK = {"status": "ok"}


def captured(
    *messages: tuple[str, dict[str, Any]], reply: dict[str, Any] | None = None
) -> CodeResult:
    capture = Capture(100)
    for kind, content in messages:
        capture.add(Message(kind, "id", content))
    capture.close(OK if reply is None else reply, complete=True)
    return capture.result(CodeStatus.OK, 1.0)


def test_capture_when_streams_come_in_turn_then_each_is_joined() -> None:
    result = captured(
        ("stream", {"name": "stdout", "text": "a"}),
        ("stream", {"name": "stderr", "text": "!"}),
        ("stream", {"name": "stdout", "text": "b"}),
    )
    assert (result.stdout, result.stderr, result.ok, result.truncated) == ("ab", "!", True, False)


@pytest.mark.parametrize(
    ("evalue", "status"),
    [("", CodeStatus.OK), ("0", CodeStatus.OK), ("1", CodeStatus.ERROR), ("x", CodeStatus.ERROR)],
)
def test_capture_when_the_cell_leaves_politely_then_it_is_no_error(
    evalue: str, status: CodeStatus
) -> None:
    error = {"ename": "SystemExit", "evalue": evalue, "traceback": [f"SystemExit: {evalue}"]}
    assert captured(("error", error), reply={**error, "status": "error"}).status is status


def test_capture_when_no_traceback_came_then_the_reply_names_the_error() -> None:
    reply = {"status": "error", "ename": "ExceptionGroup", "evalue": "two"}
    result = captured(reply=reply)
    assert (result.status, result.error) == (CodeStatus.ERROR, "ExceptionGroup: two")


def test_capture_when_no_reply_came_then_it_is_an_error() -> None:
    result = captured(reply={})
    assert (result.status, result.error) == (
        CodeStatus.ERROR,
        "the kernel ended the cell without a reply",
    )


def test_capture_when_output_is_incomplete_then_it_counts_as_truncated() -> None:
    capture = Capture(100)
    capture.close(OK, complete=False)
    assert capture.result(CodeStatus.OK, 1.0).truncated


def test_capture_when_the_report_tells_cuts_and_names_then_they_count() -> None:
    capture = Capture(4)
    capture.add(Message("stream", "id", {"name": "stdout", "text": "abcdef"}))
    report = {"cut": {"stdout": 7, "nonsense": 1, "stderr": "x"}, "names": ["a", "1b", 3, "c"]}
    capture.add(Message("display_data", "id", {"data": {REPORT: report}}))
    assert "[9 characters cut]" in capture.result(CodeStatus.OK, 1.0).stdout
    assert capture.names == ("a", "c")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "text",
                    "data",
                    "text/plain",
                    REPORT,
                    "cut",
                    "names",
                    "stdout",
                    "traceback",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    st.sampled_from(["stream", "execute_result", "display_data", "error", "other"]),
    st.dictionaries(
        st.sampled_from(["name", "text", "data", "ename", "evalue", "traceback"]), JSON, max_size=4
    ),
)
def test_capture_when_a_message_is_forged_then_a_result_still_comes(
    kind: str, content: dict[str, Any]
) -> None:
    result = captured((kind, content))
    assert result.status in CodeStatus
    f"{result.stdout}{result.stderr}{result.value}{result.error}".encode()


@given(st.lists(st.sampled_from([b"<IDS|MSG>", b"{}", b"[", b"\xff", b'{"msg_id": 3}', b"1"])))
def test_decode_when_frames_are_forged_then_the_message_is_harmless(frames: list[bytes]) -> None:
    message = decode(frames)
    assert isinstance(message.kind, str)
    assert isinstance(message.parent_id, str)
    assert isinstance(message.content, dict)


def test_decode_when_the_content_is_nested_too_deep_then_it_is_an_empty_message() -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    assert decode([b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", deep]) == Message()
