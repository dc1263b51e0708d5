"""Rows hold everything, and nothing but rows is taken for one."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records.factory import PROBLEM, solution, trajectories, trajectory
from tirkit.errors import RecordError
from tirkit.records import AttemptRow, SolutionRow, solution_row
from tirkit.records.schema import decode_row, encode_row, mask_runs
from tirkit.types import AnswerDomain, Problem, Trajectory

KEY = PROBLEM.content_hash


def attempt_fields(**changes: Any) -> bytes:
    row = json.loads(encode_row(AttemptRow.of(KEY, trajectory())))
    return json.dumps({**row, **changes}).encode()


@given(trajectories())
def test_attempt_row_when_written_and_read_then_the_trajectory_is_equal(made: Trajectory) -> None:
    line = encode_row(AttemptRow.of(KEY, made))
    row = decode_row(line)
    assert line.count(b"\n") == 1
    assert isinstance(row, AttemptRow)
    assert row.trajectory() == made
    assert row.content_hash == KEY


def test_attempt_row_when_logprobs_are_not_finite_then_they_survive() -> None:
    made = replace(trajectory(), logprobs=(0.0, -math.inf, math.nan, 0.0))
    row = decode_row(encode_row(AttemptRow.of(KEY, made)))
    assert isinstance(row, AttemptRow)
    assert row.logprobs[1] == -math.inf
    assert math.isnan(row.logprobs[2])


def test_attempt_row_when_text_holds_a_lone_surrogate_then_is_written_without_it() -> None:
    made = replace(trajectory(), stop_detail="bad \ud800 text", logprobs=(math.nan,) * 4)
    row = decode_row(encode_row(AttemptRow.of(KEY, made)))
    assert isinstance(row, AttemptRow)
    assert row.stop_detail == "bad ? text"
    assert row.turns == made.turns
    assert math.isnan(row.logprobs[0])


def test_attempt_row_when_the_mask_is_long_then_only_its_runs_are_written() -> None:
    mask = b"\x00" * 1_000 + b"\x01" * 20_000 + b"\x00" * 300
    made = replace(trajectory(), ids=(7,) * len(mask), mask=mask, logprobs=())
    line = encode_row(AttemptRow.of(KEY, made))
    assert b'"mask_runs":[1000,20000,300]' in line
    row = decode_row(line)
    assert isinstance(row, AttemptRow)
    assert row.trajectory() == made


@given(st.lists(st.sampled_from([0, 1])).map(bytes))
def test_mask_runs_when_expanded_then_give_the_mask(mask: bytes) -> None:
    runs = mask_runs(mask)
    assert b"".join(bytes([place % 2]) * length for place, length in enumerate(runs)) == mask
    assert all(runs[1:])


def test_mask_runs_when_the_mask_is_no_mask_then_is_refused() -> None:
    with pytest.raises(RecordError, match="something but 0 and 1"):
        mask_runs(b"\x00\x02")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 5},
        {"type": "rollout"},
        {"type": None},
        {"index": -1},
        {"index": "0"},
        {"index": True},
        {"seed": 1.5},
        {"content_hash": "x"},
        {"stop_reason": "bored"},
        {"mask_runs": [10**12]},
        {"mask_runs": [-1, 5]},
        {"mask_runs": [1, 2]},
        {"logprobs": [0.0]},
        {"ids": "1234"},
        {"turns": [{}]},
        {"usage": {"prompt_tokens": "1"}},
        {"answer": {"text": "1", "canonical": "1", "more": 1}},
        {"surprise": 1},
    ],
)
def test_attempt_row_when_a_field_is_wrong_then_is_refused(changes: dict[str, Any]) -> None:
    assert decode_row(attempt_fields()).type == "attempt"
    with pytest.raises(ValueError, match="."):
        decode_row(attempt_fields(**changes))


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 10**6, b'{"type":"attempt"}']
)
def test_decode_row_when_the_line_is_no_row_then_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        decode_row(line)


def test_solution_row_when_written_and_read_then_the_solution_is_equal() -> None:
    domain = AnswerDomain("integer", 0, None)
    made = solution(Problem("one half?", "h", None, domain, {"level": 5, "tags": ["a", None]}))
    row = decode_row(encode_row(SolutionRow.of(made)))
    assert isinstance(row, SolutionRow)
    read = row.solution({one.index: one for one in made.trajectories})
    assert read == made
    assert read.problem.metadata == made.problem.metadata


def test_solution_row_when_an_attempt_is_missing_then_says_which() -> None:
    with pytest.raises(RecordError, match=r"problem p1 lacks its attempts \[1\]"):
        SolutionRow.of(solution()).solution({0: trajectory(0)})


def test_solution_row_when_the_problem_was_changed_then_is_refused() -> None:
    row = SolutionRow.of(solution()).model_copy(update={"content_hash": "0" * 64})
    with pytest.raises(RecordError, match="problem p1 is not the one of its content_hash"):
        row.solution({0: trajectory(0), 1: trajectory(1)})


def test_solution_row_when_metadata_is_foreign_to_json_then_is_written_as_text() -> None:
    metadata: dict[Any, Any] = {1: ...}
    made = solution(replace(PROBLEM, metadata=metadata))
    assert solution_row(made)["problem"]["metadata"] == {"1": "Ellipsis"}


def test_solution_row_when_metadata_is_circular_then_is_a_record_error() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(RecordError, match="solution row cannot be written as JSON"):
        solution_row(solution(replace(PROBLEM, metadata={"loop": loop})))


def test_solution_row_when_shown_to_a_machine_then_is_plain_json() -> None:
    shown = solution_row(solution())
    assert shown["verdict"]["answer"] == {"text": "42", "canonical": "42"}
    assert shown["usage"]["sampled_tokens"] == 4
    assert shown["attempts"] == [0, 1]
    assert json.loads(json.dumps(shown)) == shown


def test_attempt_row_when_a_reasoner_took_part_then_its_part_is_kept() -> None:
    beside = replace(trajectory(), dialect="prose", ids=(9, 9), mask=b"\x00\x01", logprobs=())
    made = replace(trajectory(), reasoner=beside)
    row = decode_row(encode_row(AttemptRow.of(KEY, made)))
    assert isinstance(row, AttemptRow)
    assert row.trajectory() == made
    assert made.spent.sampled_tokens == made.usage.sampled_tokens + beside.usage.sampled_tokens
