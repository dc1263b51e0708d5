"""Nothing finished is lost, nothing is written twice, and two runs never share a directory."""

import json
import os
import signal
import sys
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tirkit.errors import ConfigError, RecordError
from tirkit.records import RecordWriter, read_records
from tirkit.types import Problem, StopReason

KEY = PROBLEM.content_hash
LOSER = trajectory(1, answer=None, stop_reason=StopReason.CANCELLED)


def rows(directory: Path) -> list[tuple[str, int | None]]:
    lines = (directory / "records.jsonl").read_bytes().splitlines()
    told = [(row["type"], row.get("index")) for row in map(json.loads, lines)]
    return [one for one in told if one[0] != "run"]


async def test_writer_when_resumed_then_knows_what_is_there(tmp_path: Path) -> None:
    out = tmp_path / "new" / "run"
    async with RecordWriter(out, SETTINGS) as writer:
        assert writer.run.attempts == {}
        assert await writer.append_attempt(PROBLEM, trajectory(0))
    async with RecordWriter(out, SETTINGS) as writer:
        assert writer.run.trajectories(KEY) == (trajectory(0),)
        assert not await writer.append_attempt(PROBLEM, trajectory(0))
        assert await writer.append_solution(solution())
        assert not await writer.append_solution(solution())
    assert rows(out) == [("attempt", 0), ("attempt", 1), ("solution", None)]
    assert read_records(out).solutions == {KEY: solution()}


async def test_writer_when_an_attempt_was_cancelled_then_waits_for_the_solution(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert not await writer.append_attempt(PROBLEM, LOSER)
        assert rows(tmp_path) == []
        assert await writer.append_solution(solution(PROBLEM, trajectory(0), LOSER))
    assert read_records(tmp_path).solutions[KEY].trajectories == (trajectory(0), LOSER)


async def test_writer_when_many_attempts_end_at_once_then_every_row_is_whole(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer, anyio.create_task_group() as group:
        for index in [*range(64), *range(64)]:
            group.start_soon(writer.append_attempt, PROBLEM, trajectory(index))
    found = read_records(tmp_path).attempts[KEY]
    assert sorted(one.index for one in found) == list(range(64))


async def test_writer_when_its_callers_are_cancelled_then_their_rows_are_still_written(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        async with anyio.create_task_group() as group:
            for index in range(8):
                group.start_soon(writer.append_attempt, PROBLEM, trajectory(index))
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        assert sorted(index or 0 for _, index in rows(tmp_path)) == list(range(8))


async def test_writer_when_the_run_is_cancelled_then_the_directory_is_free(tmp_path: Path) -> None:
    with anyio.CancelScope() as scope:
        async with RecordWriter(tmp_path, SETTINGS):
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert await writer.append_attempt(PROBLEM, trajectory(0))


@pytest.mark.parametrize("cut", [1, 2, 50])
async def test_writer_when_the_last_row_is_torn_then_starts_on_a_fresh_line(
    tmp_path: Path, cut: int
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        for index in range(2):
            await writer.append_attempt(PROBLEM, trajectory(index))
    path = tmp_path / "records.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        expected = [0, 1] if cut == 1 else [0]
        assert list(writer.run.attempts[KEY]) == expected
        await writer.append_attempt(PROBLEM, trajectory(2))
    assert [one.index for one in read_records(tmp_path).attempts[KEY]] == [*expected, 2]


async def test_writer_when_a_row_in_the_middle_is_damaged_then_refuses_and_changes_nothing(
    tmp_path: Path,
) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        await writer.append_attempt(PROBLEM, trajectory(0))
    path = tmp_path / "records.jsonl"
    header, rest = path.read_bytes().split(b"\n", 1)
    damaged = header + b"\ngarbage\n" + rest
    path.write_bytes(damaged)
    with pytest.raises(RecordError, match=r"records\.jsonl, line 2: not a row"):
        async with RecordWriter(tmp_path, SETTINGS):
            pass
    assert path.read_bytes() == damaged


async def test_writer_when_another_writes_to_the_directory_then_is_refused(tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    (tmp_path / "run").mkdir()
    alias.symlink_to(tmp_path / "run")
    async with RecordWriter(tmp_path / "run", SETTINGS) as writer:
        with pytest.raises(RecordError, match=r"another run writes to .*run"):
            async with RecordWriter(alias, SETTINGS):
                pass
        assert await writer.append_attempt(PROBLEM, trajectory(0))
    async with RecordWriter(alias, SETTINGS) as writer:
        assert len(writer.run.attempts) == 1


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({**SETTINGS, "attempts": 16}, "attempts"),
        ({"attempts": True, "sampling": {"temperature": 0.6, "top_p": None}}, "attempts, "),
        ({"attempts": 8, "sampling": {"temperature": 1.0}}, r"sampling\.temperature"),
        ({"attempts": 8, "sampling": {"temperature": 0.6, "top_p": None}}, r"sampling\.top_p"),
        ({"attempts": 8}, "sampling"),
    ],
)
async def test_writer_when_settings_differ_then_names_the_keys_and_the_remedy(
    tmp_path: Path, settings: dict[str, object], names: str
) -> None:
    async with RecordWriter(tmp_path, SETTINGS):
        pass
    with pytest.raises(ConfigError, match=rf"other settings \({names}.*another --out"):
        async with RecordWriter(tmp_path, settings):
            pass
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert writer.run.attempts == {}


async def test_writer_when_settings_are_missing_or_damaged_then_says_so(tmp_path: Path) -> None:
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        await writer.append_attempt(PROBLEM, trajectory(0))
    config = tmp_path / "config.json"
    for text, error, message in (
        ("[" * 100_000, RecordError, r"config\.json is no JSON"),
        ("[]", RecordError, r"config\.json holds no object"),
        (None, ConfigError, r"holds records but no config\.json"),
    ):
        config.unlink() if text is None else config.write_text(text)
        with pytest.raises(error, match=message):
            async with RecordWriter(tmp_path, SETTINGS):
                pass


async def test_writer_when_settings_are_no_json_then_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="settings cannot be written as JSON"):
        async with RecordWriter(tmp_path, {"x": object()}):
            pass


async def test_writer_when_the_directory_is_a_file_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(RecordError, match=r"cannot write to .*out: File exists"):
        async with RecordWriter(tmp_path / "out", SETTINGS):
            pass


async def test_writer_when_the_disk_fails_then_the_row_is_gone_and_the_next_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    async with RecordWriter(tmp_path, SETTINGS) as writer:
        await writer.append_attempt(PROBLEM, trajectory(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(RecordError, match=r"records\.jsonl: No space left"):
                await writer.append_attempt(PROBLEM, trajectory(1))
        assert rows(tmp_path) == [("attempt", 0)]
        assert await writer.append_attempt(PROBLEM, trajectory(1))
    assert rows(tmp_path) == [("attempt", 0), ("attempt", 1)]


async def test_writer_when_used_outside_its_context_then_says_so(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path, SETTINGS)
    with pytest.raises(RecordError, match="is not open"):
        await writer.append_attempt(PROBLEM, trajectory(0))


_CHILD = """
import os, sys, time, anyio
from pathlib import Path
from tests.records.factory import PROBLEM, SETTINGS, trajectory
from tirkit.records import RecordWriter

async def main():
    async with RecordWriter(Path(sys.argv[1]), SETTINGS) as writer:
        orphan = os.fork()
        if orphan == 0:
            time.sleep(600)
        print(orphan, flush=True)
        for index in range(10**9):
            await writer.append_attempt(PROBLEM, trajectory(index))
            print(index, flush=True)

anyio.run(main)
"""


async def test_writer_when_killed_at_any_moment_then_every_confirmed_row_is_there_once(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _CHILD, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}
    root = Path(__file__).parents[2]
    async with await anyio.open_process(command, env=environment, cwd=root) as child:
        assert child.stdout is not None
        lines = BufferedByteReceiveStream(child.stdout)
        orphan = int(await lines.receive_until(b"\n", 100))
        try:
            confirmed = [int(await lines.receive_until(b"\n", 100)) for _ in range(20)]
            child.kill()
            await child.wait()
            async with RecordWriter(tmp_path, SETTINGS) as writer:  # though the orphan lives
                found = list(writer.run.attempts[KEY])
                assert await writer.append_attempt(PROBLEM, trajectory(len(found)))
        finally:
            os.kill(orphan, signal.SIGKILL)
    assert found[:20] == confirmed == list(range(20))
    indexes = [one.index for one in read_records(tmp_path).attempts[KEY]]
    assert indexes == list(range(len(found) + 1))


async def test_writer_when_problems_differ_by_domain_only_then_keeps_them_apart(
    tmp_path: Path,
) -> None:
    other = Problem(PROBLEM.text, PROBLEM.id)
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert await writer.append_attempt(PROBLEM, trajectory(0))
        assert await writer.append_attempt(other, trajectory(0, other))
    assert set(read_records(tmp_path).attempts) == {KEY, other.content_hash}
