"""A torn end is passed over; damage anywhere else is named by file and line."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records.factory import PROBLEM, solution, trajectory
from tirkit.errors import RecordError
from tirkit.records import AttemptRow, SolutionRow, read_records
from tirkit.records.reader import read_rows
from tirkit.records.schema import encode_row
from tirkit.types import Problem

KEY = PROBLEM.content_hash
OTHER = Problem("What is 1+1?", "p2")
ROWS = [
    encode_row(AttemptRow.of(KEY, trajectory(0))),
    encode_row(AttemptRow.of(KEY, trajectory(1))),
    encode_row(SolutionRow.of(solution())),
    encode_row(AttemptRow.of(OTHER.content_hash, trajectory(4, OTHER))),
]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "records.jsonl").write_bytes(b"".join(ROWS))
    return tmp_path


def test_read_records_when_whole_then_gives_solutions_and_attempts(directory: Path) -> None:
    resumed = read_records(directory)
    assert resumed.solutions == {KEY: solution()}
    assert resumed.attempts == {
        KEY: [trajectory(0), trajectory(1)],
        OTHER.content_hash: [trajectory(4, OTHER)],
    }
    assert resumed.torn_bytes == 0


@given(st.integers(min_value=0, max_value=sum(map(len, ROWS))))
def test_read_rows_when_cut_at_any_byte_then_gives_every_row_before_the_cut(length: int) -> None:
    kept = b"".join(ROWS)[:length]
    # a row that lacks its newline alone is whole
    whole = sum(len(b"".join(ROWS[: count + 1])) - 1 <= length for count in range(len(ROWS)))
    resumed = read_rows(Path("records.jsonl"), io.BytesIO(kept))
    rows = sum(map(len, resumed.attempts.values())) + len(resumed.solutions)
    assert rows == whole
    assert resumed.torn_bytes == max(0, length - sum(map(len, ROWS[:whole])))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"\x00\x00\x00\n", "not a row of tirkit"),
        (b"\n", "not a row of tirkit"),
        (b'{"id": "aime24-0", "problem": "x"}\n', "not a row of tirkit"),
        (ROWS[0][:100] + b"\n", "not a row of tirkit"),
        (ROWS[0].replace(b'"version":4', b'"version":5'), r"version 5: this tirkit reads 1 to 4"),
        (ROWS[0], "attempt p1/0 is there twice"),
        (ROWS[2], "problem p1 is settled twice"),
        (
            encode_row(SolutionRow.of(solution(OTHER))),
            r"problem p2 lacks its attempts \[0, 1\]",
        ),
    ],
)
def test_read_records_when_a_row_is_damaged_then_names_the_file_and_line(
    directory: Path, line: bytes, fault: str
) -> None:
    path = directory / "records.jsonl"
    path.write_bytes(b"".join([*ROWS[:3], line, ROWS[3]]))
    with pytest.raises(RecordError, match=rf"records\.jsonl, line 4: .*{fault}") as caught:
        read_records(directory)
    assert len(str(caught.value)) < len(str(path)) + 400


def test_read_records_when_a_line_is_endless_then_is_refused_before_it_is_read(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tirkit.records.reader.MAX_ROW_BYTES", max(map(len, ROWS)))
    (directory / "records.jsonl").write_bytes(b"".join([*ROWS, b" " * 10_000, b"\n"]))
    with pytest.raises(RecordError, match=r"line 5: longer than \d+ bytes"):
        read_records(directory)


def test_read_records_when_there_are_none_then_says_where(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"cannot read .*records\.jsonl: No such file"):
        read_records(tmp_path)
