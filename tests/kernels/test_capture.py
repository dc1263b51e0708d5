"""What one cell gave, from output and replies that may be forged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.kernels.capture import Capture
from tirkit.kernels.inside.cells import REQUEST
from tirkit.kernels.wire import Reply, decode
from tirkit.types import CodeImage, CodeResult, CodeStatus


def captured(
    *texts: tuple[str, str], report: object = None, status: str = "ok", **content: object
) -> CodeResult:
    capture = Capture(100)
    for name, text in texts:
        capture.add_text(name, text)
    capture.add_reply({"status": status, REQUEST: report, **content})
    return capture.result(CodeStatus.OK, 1.0)


def test_capture_when_streams_come_in_turn_then_each_is_joined() -> None:
    result = captured(("stdout", "a"), ("stderr", "!"), ("stdout", "b"))
    assert (result.stdout, result.stderr, result.ok, result.truncated) == ("ab", "!", True, False)


@pytest.mark.parametrize(
    ("evalue", "status"),
    [("", CodeStatus.OK), ("0", CodeStatus.OK), ("1", CodeStatus.ERROR), ("x", CodeStatus.ERROR)],
)
def test_capture_when_the_cell_leaves_politely_then_it_is_no_error(
    evalue: str, status: CodeStatus
) -> None:
    error = {"name": "SystemExit", "value": evalue, "traceback": f"SystemExit: {evalue}"}
    assert captured(report={"error": error}, status="error").status is status


def test_capture_when_no_report_came_then_the_reply_names_the_error() -> None:
    result = captured(status="error", ename="ExceptionGroup", evalue="two")
    assert (result.status, result.error) == (CodeStatus.ERROR, "ExceptionGroup: two")


def test_capture_when_a_part_is_refused_then_the_reason_is_the_error() -> None:
    capture = Capture(100)
    capture.refuse("too long")
    assert capture.result(CodeStatus.OK, 1.0).error == "too long"


def test_capture_when_a_part_fails_then_the_caller_is_told() -> None:
    capture = Capture(100)
    assert capture.add_reply({"status": "ok"})
    assert not capture.add_reply({"status": "error"})


def test_capture_when_several_parts_report_then_the_last_value_and_all_counts_hold() -> None:
    capture = Capture(100)
    capture.add_reply({"status": "ok", REQUEST: {"images": 1, "forks": 2, "peak_mb": 80.5}})
    capture.add_reply({"status": "ok", REQUEST: {"images": 1, "forks": 1, "value": "7"}})
    result = capture.result(CodeStatus.OK, 1.0)
    assert (result.images, result.forks, result.value) == (2, 3, "7")
    assert result.peak_memory_mb == 80.5


def test_capture_when_the_report_tells_cuts_and_names_then_they_count() -> None:
    capture = Capture(4)
    capture.add_text("stdout", "abcdef")
    report = {"cut": {"stdout": 7, "nonsense": 1, "stderr": "x"}, "names": ["a", "1b", 3, "c"]}
    capture.add_reply({"status": "ok", REQUEST: report})
    assert "[9 characters cut]" in capture.result(CodeStatus.OK, 1.0).stdout
    assert capture.names == ("a", "c")


def test_capture_when_images_are_kept_then_they_are_as_many_as_asked_for() -> None:
    capture = Capture(100, keep_images=2)
    images = [["image/png", "aGk="], "x", ["image/svg+xml", "<svg/>"], ["image/png", "aGk="]]
    capture.add_reply({"status": "ok", REQUEST: {"images": 3, "kept_images": images}})
    result = capture.result(CodeStatus.OK, 1.0)
    assert result.images == 3
    assert result.kept_images == (
        CodeImage("image/png", b"hi"),
        CodeImage("image/svg+xml", b"<svg/>"),
    )


@pytest.mark.parametrize("total", [100, 150, 230, 400])
def test_capture_when_all_texts_are_long_then_they_share_the_total_and_the_error_is_first(
    total: int,
) -> None:
    capture = Capture(100, total_cap=total)
    for name in ("stdout", "stderr"):
        capture.add_text(name, f"<{'z' * 500}>")
    error = {"name": "E", "value": "", "traceback": "E: " + "b" * 57}
    capture.add_reply({"status": "error", REQUEST: {"value": "v" * 90, "error": error}})
    result = capture.result(CodeStatus.OK, 1.0)
    assert result.error == error["traceback"]
    kept = [text.count("v") + text.count("z") for text in (result.value or "", result.stdout)]
    marks = result.stdout.count("<") + result.stdout.count(">")
    spent = len(result.error) + sum(kept) + marks
    assert spent <= total
    assert kept[0] == min(90, total - 60)
    assert len(result.stdout) + len(result.stderr) < total + 100
    assert result.truncated


KEYS = (
    *("status", REQUEST, "value", "error", "name", "traceback", "cut", "stdout", "names"),
    *("images", "kept_images", "forks", "peak_mb", "ename", "evalue"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*KEYS]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*KEYS]), JSON, max_size=4), JSON)
def test_capture_when_a_reply_is_forged_then_a_result_still_comes(
    content: dict[str, Any], report: object
) -> None:
    capture = Capture(100, keep_images=1)
    capture.add_reply(content)
    capture.add_reply({**content, REQUEST: report})
    result = capture.result(CodeStatus.OK, 1.0)
    assert result.status in CodeStatus
    f"{result.stdout}{result.stderr}{result.value}{result.error}".encode()


@given(st.lists(st.sampled_from([b"<IDS|MSG>", b"{}", b"[", b"\xff", b'{"msg_id": 3}', b"1"])))
def test_decode_when_frames_are_forged_then_the_message_is_harmless(frames: list[bytes]) -> None:
    message = decode(frames)
    assert isinstance(message.parent_id, str)
    assert isinstance(message.content, dict)


def test_decode_when_the_content_is_nested_too_deep_then_it_is_an_empty_message() -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    assert decode([b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", deep]) == Reply()
