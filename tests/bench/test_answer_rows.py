"""Rows to grade as several projects write them, and every fault with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.records.factory import PROBLEM, solution, trajectory
from tirkit.bench import AnswerRow, AnswerRows, Graded
from tirkit.errors import ConfigError
from tirkit.records import AttemptRow, SolutionRow
from tirkit.records.schema import encode_row
from tirkit.types import Problem, StopReason

TORA = {
    "idx": 7,
    "question": "?",
    "gt_cot": "2+2=4",
    "gt": "4",
    "code": ["a", "b"],
    "pred": ["4", "5"],
}
QWEN = {**TORA, "answer": "It is 4.\n#### 4", "report": [None, None], "score": [True, False]}
NEMO = {"problem": "?", "generation": "g", "predicted_answer": None, "expected_answer": 4}
OURS = {"id": "x", "completion": "c", "predicted": "3", "answer": 4}


def written(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = (row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def read(path: Path, graded: Graded | None = None, against: str = "") -> list[tuple[Any, ...]]:
    return [shown(row) for row in AnswerRows(path, graded, against)]


def shown(row: AnswerRow) -> tuple[Any, ...]:
    return row.id, row.attempt, row.graded, row.text, row.reference


@pytest.mark.parametrize(
    ("row", "graded", "expected"),
    [
        (OURS, None, [("x", 0, "completion", "c", "4")]),
        (OURS, "predicted", [("x", 0, "predicted", "3", "4")]),
        ({"predicted": 3.50, "answer": "7/2"}, None, [("1", 0, "predicted", "3.5", "7/2")]),
        (TORA, None, [("7", 0, "completion", "a", "4"), ("7", 1, "completion", "b", "4")]),
        (QWEN, "predicted", [("7", 0, "predicted", "4", "4"), ("7", 1, "predicted", "5", "4")]),
        (NEMO, None, [("1", 0, "completion", "g", "4")]),
        (NEMO, "predicted", [("1", 0, "predicted", None, "4")]),
        ({"completion": None, "answer": "1"}, None, [("1", 0, "completion", None, "1")]),
        ({"completion": "c", "answer": ["1"]}, None, [("1", 0, "completion", "c", "1")]),
        ({"completion": "c", "answer": 10**30}, None, [("1", 0, "completion", "c", str(10**30))]),
        ({"completion": "c", "answer": 0}, None, [("1", 0, "completion", "c", "0")]),
    ],
)
def test_rows_when_others_wrote_them_then_their_fields_are_known(
    tmp_path: Path, row: dict[str, Any], graded: Graded | None, expected: list[tuple[Any, ...]]
) -> None:
    assert read(written(tmp_path, row), graded) == expected


def test_rows_when_a_field_is_named_then_it_is_the_reference(tmp_path: Path) -> None:
    path = written(tmp_path, {**OURS, "gold": "9"})
    assert read(path, against="gold")[0][-1] == "9"


def test_rows_when_blank_lines_stand_between_then_lines_are_still_counted(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + json.dumps(OURS).encode(), b"", OURS)
    assert [row.line for row in AnswerRows(path)] == [1, 3]
    assert [row.read_bytes for row in AnswerRows(path)][-1] == path.stat().st_size


FAULTS: dict[str, tuple[list[Any], dict[str, Any], str]] = {
    "no JSON": ([OURS, b"{nope"], {}, "line 2: malformed JSON"),
    "no object": ([b"[1]"], {}, "line 1: not a JSON object"),
    "binary": ([b"\xff\xfe\x00"], {}, "line 1: not UTF-8"),
    "deep": ([b"[" * 100_000], {}, "line 1: malformed JSON"),
    "long number": ([b'{"completion": "c", "answer": ' + b"9" * 5_000 + b"}"], {}, "line 1"),
    "nothing to grade": ([{"problem": "?", "answer": "1"}], {}, "give one of the fields"),
    "no reference": ([{"completion": "c", "x": 1}], {}, "with --against (there are c"),
    "no such field": ([OURS], {"against": "gold"}, "no reference answer in gold"),
    "empty reference": ([{"completion": "c", "answer": " "}], {}, "reference answer in answer is"),
    "null reference": ([{"completion": "c", "answer": None}], {}, "reference answer in answer is"),
    "several references": ([{"completion": "c", "answer": [1, 2]}], {}, "answer holds a list"),
    "messages": ([{"completion": [{"role": "user"}], "answer": 1}], {}, "holds an object"),
    "a truth value": ([{"predicted": True, "answer": 1}], {}, "holds true or false"),
    "no completion": ([{"pred": "1", "gt": 1}], {"graded": "completion"}, "leave out --from"),
    "empty": ([b""], {}, "holds no row"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(FAULTS))
def test_rows_when_a_line_is_wrong_then_says_which_and_what_to_do(
    case: str, tmp_path: Path
) -> None:
    rows, options, message = FAULTS[case]
    path = written(tmp_path, *rows)
    with pytest.raises(ConfigError) as caught:
        list(AnswerRows(path, **options))
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"), [("", "is a folder: name a JSONL file in it"), ("no.jsonl", "cannot read")]
)
def test_rows_when_the_file_cannot_be_read_then_says_so(
    name: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        list(AnswerRows(tmp_path / name))


def test_rows_when_a_line_is_endless_then_it_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tirkit.bench.jsonl.MAX_LINE_BYTES", 1_000)
    path = written(tmp_path, OURS, b"x" * 5_000)
    with pytest.raises(ConfigError, match="line 2: longer than 1000 bytes"):
        list(AnswerRows(path))


def records(tmp_path: Path, *stop_reasons: StopReason, settled: bool = True) -> Path:
    """The records of one problem, as a run writes them."""
    ended = [trajectory(n, stop_reason=reason) for n, reason in enumerate(stop_reasons)]
    rows = [encode_row(AttemptRow.of(PROBLEM.content_hash, one)) for one in ended]
    if settled:
        rows.append(encode_row(SolutionRow.of(solution(PROBLEM, *ended))))
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"".join(rows))
    return path


def test_records_when_they_are_tirkits_own_then_references_come_from_their_problems(
    tmp_path: Path,
) -> None:
    path = records(tmp_path, StopReason.ANSWERED, StopReason.CANCELLED, StopReason.TURN_LIMIT)
    rows = AnswerRows(path)
    assert [shown(row) for row in rows] == [
        ("p1", 0, "predicted", "42", "42"),
        ("p1", 2, "predicted", "42", "42"),
    ]
    assert rows.skipped == 1
    assert read(path, "completion")[0] == (
        "p1", 0, "completion", "```python\n6*7\n```\n", "42"
    )  # fmt: skip
    assert read(path, against="set")[0][-1] == "x"


def test_records_when_their_run_was_killed_then_what_is_there_is_taken(tmp_path: Path) -> None:
    path = records(tmp_path, StopReason.ANSWERED)
    path.write_bytes(path.read_bytes() + b'{"type":"attempt","version":2,"content_')
    rows = AnswerRows(path)
    assert len(list(rows)) == 1
    assert rows.skipped == 1


def test_records_when_the_problem_is_open_or_has_no_reference_then_are_skipped(
    tmp_path: Path,
) -> None:
    rows = AnswerRows(records(tmp_path, StopReason.ANSWERED, settled=False))
    assert list(rows) == []
    assert rows.skipped == 1
    unknown = Problem("What?", "p2")
    ended = trajectory(0, unknown)
    path = tmp_path / "records.jsonl"
    path.write_bytes(
        encode_row(AttemptRow.of(unknown.content_hash, ended))
        + encode_row(SolutionRow.of(solution(unknown, ended)))
    )
    rows = AnswerRows(path)
    assert list(rows) == []
    assert rows.skipped == 1
