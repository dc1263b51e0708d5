"""Full disks, directories nobody may write to, two writers, and a kill at any moment."""

import errno
import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tests.records.run_files import KEY, write_run
from tirkit.errors import RecordError
from tirkit.records import RecordedRun, RecordWriter, read_records
from tirkit.types import Trajectory

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}


def mounted(directory: Path, options: str) -> Iterator[Path]:
    """A file system of its own, which root alone may mount."""
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(directory)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=256k")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=4m")


def long(index: int) -> Trajectory:
    """An attempt whose row takes some 20 KB, however it is packed."""
    made = trajectory(index)
    noise = random.Random(index).randbytes(10_000).hex()
    return type(made)(**{**{name: getattr(made, name) for name in made.__slots__},
                         "stop_detail": noise})  # fmt: skip


async def test_writer_when_the_disk_is_full_then_nothing_is_lost_and_the_run_goes_on(
    small_disk: Path,
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(60_000))
    written = 0
    async with RecordWriter(small_disk, SETTINGS) as writer:
        with pytest.raises(RecordError, match="No space left.*; nothing recorded is lost: free "):
            for written in range(100):
                await writer.append_attempt(PROBLEM, long(written))
        assert 3 < written < 20
        whole = (small_disk / "records.jsonl").read_bytes()
        assert whole.endswith(b"}\n")
        reader = RecordedRun(small_disk)
        assert list(reader.attempts[KEY]) == list(range(written))
        with pytest.raises(RecordError, match="No space left"):
            await writer.append_attempt(PROBLEM, long(written))
        assert (small_disk / "records.jsonl").read_bytes() == whole
        ballast.unlink()
        assert await writer.append_attempt(PROBLEM, long(written))
    assert reader.refresh() == 1
    async with RecordWriter(small_disk, SETTINGS) as writer:
        assert list(writer.run.attempts[KEY]) == list(range(written + 1))
        assert writer.run.trajectory(KEY, written) == long(written)


async def test_writer_when_the_disk_is_full_from_the_start_then_says_so_and_can_begin_later(
    small_disk: Path,
) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(bytes(1_000_000))
    out = small_disk / "run"
    with pytest.raises(RecordError, match=r"cannot write to .*: No space left.*: free some space"):
        async with RecordWriter(out, SETTINGS):
            pass
    ballast.unlink()
    await write_run(out)
    assert RecordedRun(out).solution(KEY) == solution()


async def test_writer_when_its_file_may_grow_no_more_then_is_told_the_limit(tmp_path: Path) -> None:
    await write_run(tmp_path)
    before = (tmp_path / "records.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        size = (tmp_path / "records.jsonl").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 500, limits[1]))
        try:
            with pytest.raises(RecordError, match=r"File too large; .*ulimit -f"):
                await writer.append_attempt(PROBLEM, long(7))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (tmp_path / "records.jsonl").stat().st_size == size
        assert await writer.append_attempt(PROBLEM, long(7))
    assert (tmp_path / "records.jsonl").read_bytes().startswith(before)
    assert RecordedRun(tmp_path).trajectory(KEY, 7) == long(7)


async def test_directory_when_it_is_read_only_then_it_is_read_and_not_written(disk: Path) -> None:
    await write_run(disk / "run")
    (disk / "run" / "records.index").unlink()
    await anyio.run_process(["mount", "-o", "remount,ro", str(disk)])
    opened = RecordedRun(disk / "run")
    assert opened.solution(KEY) == solution()
    for out in (disk / "run", disk / "new"):
        with pytest.raises(RecordError, match=r"Read-only file system; .*: use another --out"):
            async with RecordWriter(out, SETTINGS):
                pass


async def test_directory_when_it_is_somebody_elses_then_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # Root may write everywhere: what others are told is put in its way.
    monkeypatch.setattr("tirkit.records.folder.os.open", refused)
    with pytest.raises(RecordError, match="Permission denied; .*use another --out, or take"):
        async with RecordWriter(tmp_path, SETTINGS):
            pass


CHILD = """
import sys, anyio
from pathlib import Path
from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tirkit.errors import RecordError
from tirkit.records import RecordWriter
from tirkit.types import Problem

async def main():
    try:
        async with RecordWriter(Path(sys.argv[1]), SETTINGS) as writer:
            print("open", flush=True)
            for number in range(10**9):
                problem = Problem(f"What is {number}?", f"p{number}")
                ended = [trajectory(index, problem) for index in range(3)]
                for one in ended:
                    if await writer.append_attempt(problem, one):
                        print(problem.content_hash, one.index, flush=True)
                if await writer.append_solution(solution(problem, *ended)):
                    print(problem.content_hash, "settled", flush=True)
    except RecordError as error:
        print(error, flush=True)

anyio.run(main)
"""


async def test_writers_when_two_processes_want_one_directory_then_the_second_is_refused(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(tmp_path)]
    async with await anyio.open_process(command, env=ENVIRONMENT, cwd=ROOT) as first:
        assert first.stdout is not None
        assert await BufferedByteReceiveStream(first.stdout).receive_until(b"\n", 99) == b"open"
        second = await anyio.run_process(command, env=ENVIRONMENT, cwd=ROOT)
        assert second.stdout.startswith(b"another run writes to ")
        with pytest.raises(RecordError, match="another run writes to .*: wait for it or use"):
            async with RecordWriter(tmp_path, SETTINGS):
                pass
        first.kill()
    async with RecordWriter(tmp_path, SETTINGS) as writer:
        assert len(writer.run.headers) == 1


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))]
)
async def test_writer_when_killed_again_and_again_then_all_it_confirmed_is_there_once(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(tmp_path)]
    confirmed: list[bytes] = []
    reader: RecordedRun | None = None
    for runs in range(1, 4):
        async with await anyio.open_process(command, env=ENVIRONMENT, cwd=ROOT) as child:
            assert child.stdout is not None
            told = BufferedByteReceiveStream(child.stdout)
            assert await told.receive_until(b"\n", 99) == b"open"
            for _ in range(rng.randrange(30)):
                confirmed.append(await told.receive_until(b"\n", 99))
                reader = reader or RecordedRun(tmp_path)
                reader.refresh()  # while it writes
            await anyio.sleep(rng.random() / 50)
            child.kill()
        # What it had told and nobody had heard is confirmed too.
        opened = RecordedRun(tmp_path)
        assert len(opened.headers) == runs
        for line in confirmed:
            key, what = line.decode().split()
            assert (
                (key in opened.problems)
                if what == "settled"
                else (int(what) in opened.attempts[key])
            )
        if reader is not None:
            reader.refresh()
            assert (reader.attempts, reader.problems) == (opened.attempts, opened.problems)
    found = read_records(tmp_path)  # refuses what is there twice
    assert set(found.solutions) == set(RecordedRun(tmp_path).problems)
    assert len(set(confirmed)) == len(confirmed)
