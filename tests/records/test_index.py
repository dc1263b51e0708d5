"""The index spares reading the records, and nothing it says wrongly is believed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tests.records.run_files import KEY, OTHER, OTHER_KEY, shown, write_run
from tirkit.errors import RecordError
from tirkit.records import RecordedRun, RecordWriter, read_records, run
from tirkit.records.scan import entry_at, scan

Lines = list[bytes]


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each opening had to take from the records."""
    counts: list[int] = []

    def counted(path: Path, file: object, outline: object) -> int:
        before = len(outline.rows)  # type: ignore[attr-defined]
        torn = scan(path, file, outline)  # type: ignore[arg-type]
        counts.append(len(outline.rows) - before)  # type: ignore[attr-defined]
        return torn

    monkeypatch.setattr(run, "scan", counted)
    return counts


async def test_run_when_its_writer_ended_then_opens_by_the_index_alone(
    tmp_path: Path, scanned: list[int]
) -> None:
    await write_run(tmp_path)
    scanned.clear()
    opened = RecordedRun(tmp_path)
    assert scanned == [0]
    expected = read_records(tmp_path)
    assert dict(zip(opened.problems, opened.solutions(), strict=True)) == expected.solutions
    assert {key: list(opened.trajectories(key)) for key in opened.attempts} == expected.attempts


async def test_run_when_a_writer_writes_then_its_readers_follow_without_reading_again(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        reader = RecordedRun(tmp_path)
        assert (len(reader.attempts), reader.refresh()) == (0, 0)
        await writer.append_attempt(PROBLEM, trajectory(0))
        assert (reader.refresh(), reader.refresh()) == (1, 0)
        await writer.append_solution(solution())
        assert reader.refresh() == 2
        assert reader.solution(KEY) == solution()
        assert writer.run.attempts == {}
        assert writer.run.refresh() == 3
    assert shown(RecordedRun(tmp_path)) == shown(reader)


def drop_last(lines: Lines) -> Lines:
    return lines[:-1]


def tear_last(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1][:20]]


def swap(lines: Lines) -> Lines:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def told(change: Callable[[list[dict[str, object]]], None]) -> Callable[[Lines], Lines]:
    def changed(lines: Lines) -> Lines:
        rows = [json.loads(line) for line in lines[1:]]
        change(rows)
        return [lines[0], *(json.dumps(row).encode() + b"\n" for row in rows)]

    return changed


def at(row: int, offset: int, length: int) -> Callable[[Lines], Lines]:
    def move(rows: list[dict[str, object]]) -> None:
        rows[row]["at"] = [offset, length]

    return told(move)


def entry(row: int, **changes: object) -> Callable[[Lines], Lines]:
    def lie(rows: list[dict[str, object]]) -> None:
        there = rows[row]["entry"]
        assert isinstance(there, dict)
        there.update(changes)

    return told(lie)


def exchange_entries(rows: list[dict[str, object]]) -> None:
    rows[1]["entry"], rows[2]["entry"] = rows[2]["entry"], rows[1]["entry"]


def join_rows(rows: list[dict[str, object]]) -> None:
    first, second = rows[1]["at"], rows.pop(2)["at"]
    assert isinstance(first, list)
    assert isinstance(second, list)
    first[1] += second[1]


BAD: dict[str, Callable[[Lines], Lines]] = {
    "missing rows": drop_last,
    "torn": tear_last,
    "empty": lambda _: [],
    "foreign": lambda _: [b"\x89PNG\r\n\x1a\n", bytes(1000)],
    "of another version": lambda lines: [b'{"index":2}\n', *lines[1:]],
    "no end": lambda lines: [lines[0], b" " * 100_000],
    "deep": lambda lines: [lines[0], b"[" * 100_000 + b"\n", *lines[1:]],
    "rows in another order": swap,
    "a row twice": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "a gap": lambda lines: [*lines[:2], *lines[3:]],
    "outside the file": at(3, 10**15, 100),
    "longer than the file": at(-1, 0, 10**15),
    "negative": at(2, -5, 100),
    "huge numbers": at(2, 10**400, 100),
    "overlapping": at(2, 10, 100),
    "of no length": at(2, 100, 0),
    "two rows as one": told(join_rows),
    "entries exchanged": told(exchange_entries),
    "at another problem": entry(1, content_hash=OTHER_KEY),
    "another answer": entry(1, answer={"text": "7", "canonical": "7"}),
    "another index": entry(1, index=77),
    "another kind": entry(3, attempts=[0]),
    "a nan": entry(1, duration_seconds=float("nan")),
}


@pytest.mark.parametrize("is_checked", [True, False], ids=["checked", "unchecked"])
@pytest.mark.parametrize("name", BAD)
async def test_index_when_it_is_wrong_then_the_records_are_believed(
    name: str, is_checked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_run(tmp_path)
    expected = shown(RecordedRun(tmp_path))
    path = tmp_path / "records.index"
    with path.open("rb") as file:
        path.write_bytes(b"".join(BAD[name](file.readlines())))
    if not is_checked:  # as in a long file, of which few rows are looked at
        monkeypatch.setattr("tirkit.records.index._stands", lambda *_: True)
    opened = RecordedRun(tmp_path)
    reading = [opened.solution(KEY), opened.trajectory(OTHER_KEY, 4), *opened.headers]
    assert len(reading) == 3
    assert [opened.trajectory(KEY, index) for index in (0, 1)] == [trajectory(0), trajectory(1)]
    assert shown(opened) == expected
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        await writer.append_attempt(OTHER, trajectory(5, OTHER))
    with path.open("rb") as file:
        assert len(file.readlines()) == 1 + len(RecordedRun(tmp_path).outline.rows)


async def test_index_when_the_records_were_replaced_then_is_not_believed(tmp_path: Path) -> None:
    await write_run(tmp_path / "a", answer="42")
    await write_run(tmp_path / "b", answer="77")
    records = (tmp_path / "b" / "records.jsonl").read_bytes()
    (tmp_path / "a" / "records.jsonl").write_bytes(records)
    opened = RecordedRun(tmp_path / "a")
    assert opened.trajectory(KEY, 0).answer == trajectory(0, answer="77").answer
    assert shown(opened) == shown(RecordedRun(tmp_path / "b"))


async def test_run_when_its_file_is_replaced_while_open_then_follows(tmp_path: Path) -> None:
    await write_run(tmp_path / "a", answer="42")
    await write_run(tmp_path / "b", answer="77")
    opened = RecordedRun(tmp_path / "a")
    (tmp_path / "b" / "records.jsonl").replace(tmp_path / "a" / "records.jsonl")
    assert opened.refresh() == 0
    assert opened.trajectory(KEY, 0) == trajectory(0, answer="77")
    (tmp_path / "a" / "records.jsonl").write_bytes(b"")
    assert (opened.refresh(), opened.attempts) == (0, {})


async def test_index_when_it_is_missing_then_a_reader_writes_it_where_that_is_worth_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_run(tmp_path)
    path = tmp_path / "records.index"
    whole = path.read_bytes()
    path.unlink()
    RecordedRun(tmp_path)
    assert not path.exists()
    monkeypatch.setattr(run, "_WORTH_BYTES", 1)
    RecordedRun(tmp_path)
    assert path.read_bytes() == whole


async def test_index_when_it_cannot_be_written_then_the_run_goes_on(tmp_path: Path) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        (tmp_path / "records.index").unlink()
        (tmp_path / "records.index").mkdir()  # what no write and no rename gets past
        for index in range(3):
            await writer.append_attempt(PROBLEM, trajectory(index))
    assert list(RecordedRun(tmp_path).attempts[KEY]) == [0, 1, 2]
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert list(writer.run.attempts[KEY]) == [0, 1, 2]
        assert not await writer.append_attempt(PROBLEM, trajectory(1))
    assert list(RecordedRun(tmp_path).attempts[KEY]) == [0, 1, 2]


async def test_run_when_nothing_is_asked_of_it_then_no_turn_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_run(tmp_path)
    (tmp_path / "records.index").unlink()
    read: list[str] = []

    def noted(file: object, line: object) -> object:
        found = entry_at(file, line)  # type: ignore[arg-type]
        read.append(type(found).__name__)
        return found

    monkeypatch.setattr("tirkit.records.scan.entry_at", noted)
    monkeypatch.setattr(
        "tirkit.records.schema.AttemptRow.trajectory", lambda _: pytest.fail("an attempt was read")
    )
    opened = RecordedRun(tmp_path)
    assert read == ["NoneType", "AttemptEntry", "AttemptEntry", "ProblemEntry", "AttemptEntry"]
    assert opened.attempts[KEY][0].answer == trajectory(0).answer


async def test_run_when_asked_for_what_is_not_there_then_says_so(tmp_path: Path) -> None:
    await write_run(tmp_path)
    opened = RecordedRun(tmp_path)
    with pytest.raises(RecordError, match="holds no settled problem"):
        opened.solution(OTHER_KEY)
    with pytest.raises(RecordError, match="holds no attempt 9 of"):
        opened.trajectory(KEY, 9)
    assert opened.trajectories("x") == ()
    with pytest.raises(RecordError, match=r"cannot read .*records\.jsonl: No such file"):
        RecordedRun(tmp_path / "none")
