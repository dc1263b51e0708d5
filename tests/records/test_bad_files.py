"""Files that are no records, or were made to do harm, are refused in a line or passed over."""

import json
import struct
import tracemalloc
from pathlib import Path

import pytest

from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tests.records.run_files import KEY, OTHER, OTHER_KEY, shown, write_run
from tirkit.errors import RecordError
from tirkit.records import AttemptRow, RecordedRun, RecordWriter, SolutionRow, read_records
from tirkit.records.reader import MAX_ROW_BYTES
from tirkit.records.schema import encode_row

ATTEMPT = encode_row(AttemptRow.of(KEY, trajectory(0)))
SECOND = encode_row(AttemptRow.of(KEY, trajectory(1)))
SOLVED = encode_row(SolutionRow.of(solution()))


async def test_records_when_cut_at_any_byte_then_what_is_whole_is_there_and_the_run_goes_on(
    tmp_path: Path,
) -> None:
    await write_run(tmp_path)
    path = tmp_path / "records.jsonl"
    whole = path.read_bytes()
    index = (tmp_path / "records.index").read_bytes()
    ends = [found.offset + found.length for found in RecordedRun(tmp_path).outline.rows]
    entries = shown(RecordedRun(tmp_path))
    for cut in range(ends[-3], len(whole) + 1):
        path.write_bytes(whole[:cut])
        (tmp_path / "records.index").write_bytes(index)
        there = sum(end - 1 <= cut for end in ends)  # one that lacks its newline alone is whole
        opened = RecordedRun(tmp_path)
        assert shown(opened) == entries[:there]
        torn = cut - ends[there - 1]
        assert (opened.torn_bytes, opened.refresh()) == (max(torn, 0), 0)
        if cut % 97 == 0 or cut in {end - 1 for end in ends}:
            async with RecordWriter(tmp_path, SETTINGS) as writer:
                await writer.append_solution(solution())
                await writer.append_attempt(OTHER, trajectory(4, OTHER))
            kept = read_records(tmp_path)
            assert kept.solutions == {KEY: solution()}
            assert kept.attempts[OTHER_KEY] == [trajectory(4, OTHER)]
            assert opened.refresh() == 4 - sum(entry is not None for entry in entries[:there])


def changed(row: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(row), **changes}, separators=(",", ":")).encode() + b"\n"


HEAD, _, REST = ATTEMPT.partition(b',"stop_detail"')
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(1000)

FOREIGN: dict[str, tuple[bytes, str]] = {
    "other JSONL": (b'{"id": "aime24-0", "problem": "x"}\n', "not a row of tirkit"),
    "PNG": (PNG, "line 1: not a row"),
    "Parquet": (b"PAR1\x15\x04\x15\n" + bytes(1000) + b"PAR1", "line 1: not a row"),
    "empty line": (b"\n", "not a row"),
    "zeros": (bytes(1000) + b"\n", "not a row"),
    "deep": (b'{"type":"attempt","version":4,"x":' + b"[" * 10**6 + b"\n", "not a row"),
    "deep, older": (b'{"type":"attempt","version":1,"x":' + b"[" * 10**6 + b"\n", "not a row"),
    "deep metadata": (
        SOLVED.replace(b'{"set":"x"}', b'{"set":' + b"[" * 10**5 + b"]" * 10**5 + b"}"),
        "not a row",
    ),
    "lone surrogate": (ATTEMPT.replace(b'"p1/0"', rb'"\ud800"'), "not a row"),
    "half UTF-8": (ATTEMPT.replace(b'"p1/0"', b'"\xe2\x80"'), "not a row"),
    "huge index": (changed(ATTEMPT, index=-(10**400)), "index"),
    "number without end": (ATTEMPT.replace(b'"seed":0', b'"seed":' + b"9" * 10**6), "not a row"),
    "newest version": (changed(ATTEMPT, version=10**30), "version"),
    "version of no number": (changed(ATTEMPT, version="4"), "version"),
    "hash that lies": (SOLVED.replace(KEY.encode(), OTHER_KEY.encode()), "content_hash"),
    "hash that is none": (changed(ATTEMPT, content_hash="../../x"), "content_hash"),
    "twice the same": (ATTEMPT + ATTEMPT, "line 2: attempt p1/0 is there twice"),
    "settled twice": (ATTEMPT + SECOND + SOLVED + SOLVED, "line 4: problem p1 is settled twice"),
    "problem without a text": (
        ATTEMPT + SECOND + SOLVED.replace(b'"What is 6*7?"', b'" "'),
        "line 3: .*empty",
    ),
    "a newline inside": (HEAD + b"\n" + b',"stop_detail"' + REST, "not a row"),
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_file_when_it_is_no_record_then_one_line_says_where_and_it_stays_as_it_is(
    name: str, tmp_path: Path
) -> None:
    data, fault = FOREIGN[name]
    path = tmp_path / "records.jsonl"
    path.write_bytes(data + ATTEMPT)
    (tmp_path / "config.json").write_text(json.dumps(SETTINGS))
    messages = []
    for read in (RecordedRun, read_records):
        with pytest.raises(
            RecordError, match=rf"records\.jsonl, line \d+: .*{fault}|{fault}"
        ) as no:
            read(tmp_path)
        messages.append(str(no.value))
    with pytest.raises(RecordError) as refused:
        async with RecordWriter(tmp_path, SETTINGS):
            pass
    assert messages == [str(refused.value)] * 2
    assert len(messages[0]) < len(str(path)) + 400
    assert "\n" not in messages[0]
    assert path.read_bytes() == data + ATTEMPT


HIDDEN = {
    "a body that is none": HEAD + b',"stop_detail":garbage\n',
    "a field too many": changed(ATTEMPT, surprise=1),
    "an outline that lies": ATTEMPT.replace(b'"turns":1', b'"turns":9', 1),
    "spending that lies": ATTEMPT.replace(b'"sampled_tokens":2', b'"sampled_tokens":0', 1),
    "a bomb of ids": changed(ATTEMPT, ids="varint:4:" + "A" * 10**6),
    "a mask without end": changed(ATTEMPT, mask_runs=[10**15, 1]),
    "reasoners without end": ATTEMPT.replace(b'"reasoner":null', b'"reasoner":{' * 10**5),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_row_when_it_is_damaged_behind_its_head_then_reading_it_says_so(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(HIDDEN[name] + encode_row(AttemptRow.of(OTHER_KEY, trajectory(4, OTHER))))
    with pytest.raises(RecordError, match=r"records\.jsonl, line 1: ") as no:
        RecordedRun(tmp_path).trajectory(KEY, 0)
    assert len(str(no.value)) < len(str(path)) + 400
    with pytest.raises(RecordError, match=r"records\.jsonl, line 1: "):
        read_records(tmp_path)


@pytest.mark.parametrize("field", [b'"index":7', b'"content_hash":"%s"' % (b"0" * 64)])
def test_row_when_a_field_of_its_head_stands_there_again_then_reading_it_says_so(
    field: bytes, tmp_path: Path
) -> None:
    (tmp_path / "records.jsonl").write_bytes(ATTEMPT[:-2] + b"," + field + b"}\n")
    opened = RecordedRun(tmp_path)
    with pytest.raises(RecordError, match="line 1: the row is not what its beginning says"):
        opened.trajectory(KEY, 0)


def test_figures_when_they_are_no_numbers_then_survive(tmp_path: Path) -> None:
    row = changed(ATTEMPT, duration_seconds=float("nan"), started_at=float("-inf"))
    (tmp_path / "records.jsonl").write_bytes(row)
    found = RecordedRun(tmp_path).trajectory(KEY, 0)
    assert (str(found.duration_seconds), found.started_at) == ("nan", float("-inf"))


def test_line_when_it_is_300_megabytes_long_then_is_refused_in_little_memory(
    tmp_path: Path,
) -> None:
    path = tmp_path / "records.jsonl"
    with path.open("wb") as file:
        file.write(ATTEMPT + b'{"type":"attempt","x":"')
        file.truncate(300_000_000)  # zeros that take no disk
    assert path.stat().st_size > MAX_ROW_BYTES
    tracemalloc.start()
    try:
        with pytest.raises(RecordError, match=rf"line 2: longer than {MAX_ROW_BYTES} bytes"):
            RecordedRun(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


async def test_problem_when_its_text_holds_half_a_character_then_is_refused_before_it_is_written(
    tmp_path: Path,
) -> None:
    bad = type(PROBLEM)("6*7 \ud800?", "p9")
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        with pytest.raises(RecordError, match=r"'p9' holds half a character .*: mend its text"):
            await writer.append_attempt(bad, trajectory(0, bad))
        with pytest.raises(RecordError, match="at character 4"):
            await writer.append_solution(solution(bad))
        await writer.append_attempt(PROBLEM, trajectory(0))
    assert list(RecordedRun(tmp_path).attempts) == [KEY]


async def test_answer_when_it_holds_half_a_character_then_the_index_tells_what_was_written(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        await writer.append_attempt(PROBLEM, trajectory(0, answer="\ud800<script>\x1b[31m"))
    opened = RecordedRun(tmp_path)
    answer = opened.trajectory(KEY, 0).answer
    assert answer is not None
    assert answer.text == "?<script>\x1b[31m"
    assert opened.attempts[KEY][0].answer == answer


def test_rows_when_read_one_by_one_then_no_other_row_is_held(tmp_path: Path) -> None:
    """A file of 200 MB is opened and one attempt read in a fraction of that."""
    big = encode_row(AttemptRow.of("0" * 64, trajectory(0)))[:-2] + b" " * 2_000_000 + b"}\n"
    with (tmp_path / "records.jsonl").open("wb") as file:
        for index in range(100):
            file.write(big.replace(b'"index":0', f'"index":{index}'.encode(), 1))
    tracemalloc.start()
    try:
        opened = RecordedRun(tmp_path)
        assert len(opened.attempts["0" * 64]) == 100
        assert opened.trajectory("0" * 64, 57).index == 57
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
