"""Children that compare answers: killed, replaced, shared, forked, cancelled, closed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import psutil
import pytest

from tirkit.answers import AnswerPool, Equivalence, default_pool
from tirkit.answers.comparison import Comparison
from tirkit.answers.frames import HEADER, MAX_FRAME_BYTES, Decoder, encode
from tirkit.answers.pool import children
from tirkit.answers.pool.child import Child
from tirkit.errors import ConfigError

PATIENT = Comparison(timeout_seconds=60)
QUICK = Comparison(timeout_seconds=0.05)
HEAVY = (r"\binom{10^{8}}{50000000}", "1")
"""Minutes of work in one C call, which no exception could end."""
EASY = (r"\sqrt{8}", r"2\sqrt{2}")


@pytest.fixture
def pool() -> Iterator[AnswerPool]:
    with AnswerPool(workers=1) as opened:
        yield opened


def pids(pool: AnswerPool) -> list[int]:
    held = pool._children
    return [child.pid for child in (*held._idle, *held._busy)]


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_pair_when_it_takes_too_long_then_its_child_is_replaced_and_the_next_is_answered(
    pool: AnswerPool,
) -> None:
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
    (first,) = pids(pool)
    settled = pool.compare(*HEAVY, QUICK)
    assert settled.outcome is Equivalence.UNKNOWN
    assert settled.reason == "not settled within 0.05 s"
    assert settled.holds_seconds == 0.05
    assert gone(first)
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
    assert pool.started == 2


def test_child_when_killed_while_idle_then_the_pair_goes_to_a_new_one(pool: AnswerPool) -> None:
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
    os.kill(pids(pool)[0], signal.SIGKILL)
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
    assert pool.started == 2


def test_child_when_it_dies_mid_pair_then_the_pair_is_tried_once_more(pool: AnswerPool) -> None:
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
    (seasoned,) = pids(pool)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.compare, *HEAVY, PATIENT)
        wait_until(lambda: bool(pool._children._busy))
        os.kill(seasoned, signal.SIGKILL)
        wait_until(lambda: pids(pool) not in ([], [seasoned]) and bool(pool._children._busy))
        second = next(iter(pool._children._busy))
        wait_until(lambda: second._ready)
        second.kill()
        settled = asked.result(60)
    assert settled.outcome is Equivalence.UNKNOWN
    assert settled.reason == "its child process ended"
    assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL


def test_pair_when_it_needs_more_memory_than_allowed_then_is_unknown_and_the_next_answered() -> (
    None
):
    with AnswerPool(workers=1, memory_mb=256) as pool:
        settled = pool.compare("9^{9^{9}}!", "1", PATIENT)
        assert settled.outcome is Equivalence.UNKNOWN
        assert settled.reason in {"memory", "its child process ended"}
        assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
        assert pool.started == 2


def test_pool_when_used_from_many_threads_then_answers_all_with_few_children() -> None:
    pairs = [(rf"\sqrt{{{4 * n}}}", rf"2\sqrt{{{n}}}") for n in range(2, 34)]
    wrong = [(rf"\sqrt{{{4 * n}}}", rf"3\sqrt{{{n}}}") for n in range(2, 34)]
    with AnswerPool(workers=2) as pool, ThreadPoolExecutor(16) as threads:
        found = [
            settled.outcome
            for settled in threads.map(
                lambda pair: pool.compare(pair[0], pair[1], PATIENT), pairs + wrong
            )
        ]
        assert found == [Equivalence.EQUAL] * 32 + [Equivalence.DIFFERENT] * 32
        assert pool.started == 2
        assert pool._children._held == 0


def test_queue_when_no_child_becomes_free_then_the_pair_is_unknown_and_not_remembered() -> None:
    with AnswerPool(workers=1, queue_timeout_seconds=0.01) as pool:
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(pool.compare, *HEAVY, PATIENT)
            wait_until(lambda: bool(pool._children._busy))
            settled = pool.compare(*EASY, PATIENT)
            assert settled.outcome is Equivalence.UNKNOWN
            assert (settled.reason, settled.holds_seconds) == ("no child process became free", 0)
            pool.close()
            assert asked.result(60).holds_seconds == 0


def test_pool_when_closed_then_nothing_is_left_and_later_pairs_are_unknown() -> None:
    pool = AnswerPool(workers=1)
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(pool.compare, *HEAVY, PATIENT)
        wait_until(lambda: bool(pool._children._busy))
        waiting = threads.submit(pool.compare, *EASY, PATIENT)
        wait_until(lambda: bool(pool._children._waiting))
        left = pids(pool)
        pool.close()
        assert running.result(60).outcome is Equivalence.UNKNOWN
        assert waiting.result(60).outcome is Equivalence.UNKNOWN
    wait_until(lambda: all(map(gone, left)))
    assert pool.compare(*EASY, PATIENT).reason == "the pool is closed"
    assert pool.started == 1
    pool.close()


def test_pool_when_no_child_can_be_started_then_says_so_once_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr("tirkit.answers.pool.child._PROGRAM", tmp_path / "missing")
    with AnswerPool(workers=1) as pool:
        for _ in range(3):
            settled = pool.compare(*EASY, PATIENT)
            assert settled.outcome is Equivalence.UNKNOWN
            assert settled.reason == "no child process could be started"
            assert settled.holds_seconds == 0
        assert pool.started == 1
        assert caplog.text.count("could be started") == 1
        monkeypatch.undo()
        monkeypatch.setattr(children, "RETRY_SECONDS", 0.0)
        pool._children._no_start_before = 0.0
        assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL


async def test_pool_when_asked_in_a_loop_then_the_loop_goes_on() -> None:
    async with AnswerPool(workers=1) as pool:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await anyio.sleep(0.001)
                ticks += 1

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(tick)
                settled = await pool.compare_async(*EASY, PATIENT)
                tasks.cancel_scope.cancel()
        assert settled.outcome is Equivalence.EQUAL
        assert ticks > 10


async def test_pool_when_asked_from_a_running_loop_by_a_plain_call_then_answers() -> None:
    with AnswerPool(workers=1) as pool:
        assert pool.compare(*EASY, PATIENT).outcome is Equivalence.EQUAL
        asked = anyio.to_thread.run_sync(pool.compare, *EASY, PATIENT)
        assert (await asked).outcome is Equivalence.EQUAL


async def test_pair_when_cancelled_while_it_runs_then_its_child_is_killed() -> None:
    async with AnswerPool(workers=1) as pool:
        assert (await pool.compare_async(*EASY, PATIENT)).outcome is Equivalence.EQUAL
        (running,) = pids(pool)
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pool.compare_async, *HEAVY, PATIENT)
                await anyio.to_thread.run_sync(wait_until, lambda: bool(pool._children._busy))
                tasks.cancel_scope.cancel()
            await anyio.to_thread.run_sync(wait_until, lambda: gone(running))
            await anyio.to_thread.run_sync(wait_until, lambda: pool._children._held == 0)
            settled = await pool.compare_async(*EASY, PATIENT)
        assert settled.outcome is Equivalence.EQUAL


async def test_pairs_when_cancelled_at_any_moment_then_no_right_to_a_child_is_lost() -> None:
    async with AnswerPool(workers=1) as pool:
        await pool.compare_async(*EASY, PATIENT)
        for turn in range(12):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(pool.compare_async, *EASY, PATIENT)
                for _ in range(turn):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        with anyio.fail_after(60):
            await anyio.to_thread.run_sync(wait_until, lambda: pool._children._held == 0)
            assert (await pool.compare_async(*EASY, PATIENT)).outcome is Equivalence.EQUAL


FORK = """
import os, sys, threading
from tirkit.answers import equivalent, default_pool
from tirkit.answers.equivalence import _CACHE
pair = ("|x|+1", "1+|x|")
assert equivalent(*pair) == "equal"
mine = default_pool()._children._idle[0].pid
_CACHE.clear()
held = threading.Event()
threading.Thread(target=lambda: (_CACHE._lock.acquire(), default_pool()._children._lock.acquire(),
                                 held.set())).start()
held.wait()
pid = os.fork()
if pid == 0:
    good = equivalent(*pair) == "equal" and default_pool()._children._idle[0].pid != mine
    default_pool().close()
    os._exit(0 if good else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
_CACHE._lock.release(); default_pool()._children._lock.release()
assert equivalent(*pair) == "equal" and default_pool()._children._idle[0].pid == mine
print("both")
"""


def test_pool_when_the_process_forks_then_the_fork_has_children_of_its_own() -> None:
    run = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.stdout, run.returncode) == ("both\n", 0), run.stderr


ORPHAN = """
import sys, threading
from tirkit.answers import AnswerPool
from tirkit.answers.comparison import Comparison
pool = AnswerPool(workers=2)
pool.compare("x", "y", Comparison(timeout_seconds=60))
heavy = (r"\\binom{10^{8}}{50000000}", "1", Comparison(timeout_seconds=0.5))
threading.Thread(target=pool.compare, args=heavy, daemon=True).start()
while not pool._children._busy:
    pass
while not all(child._ready for child in pool._children._busy):
    pass
print(*(child.pid for child in (*pool._children._busy, *pool._children._idle)), flush=True)
sys.stdin.read()
"""


def test_children_when_their_parent_is_killed_then_end_by_themselves() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        left = [int(pid) for pid in parent.stdout.readline().split()]
        assert left
        parent.kill()
    wait_until(lambda: all(map(gone, left)))


def test_pool_when_the_process_ends_then_its_children_are_gone() -> None:
    program = (
        "from tirkit.answers import default_pool, equivalent\n"
        "assert equivalent('|x|+1', '1+|x|') == 'equal'\n"
        "print(default_pool()._children._idle[0].pid)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    wait_until(lambda: gone(int(run.stdout)))
    assert run.stderr == ""


def test_default_pool_when_asked_for_twice_then_is_the_same() -> None:
    found: set[int] = set()
    threads = [threading.Thread(target=lambda: found.add(id(default_pool()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_import_when_tirkit_is_loaded_then_neither_sympy_nor_math_verify_is() -> None:
    program = (
        "import sys, tirkit, tirkit.answers as a\n"
        "assert a.equivalent('|x|+1', '1+|x|') == 'equal'\n"
        "print([m for m in ('sympy', 'math_verify', 'latex2sympy2_extended') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "0 workers"),
        ({"memory_mb": 100}, "memory_mb is 100"),
        ({"start_timeout_seconds": 0}, "must be above 0"),
        ({"queue_timeout_seconds": float("nan")}, "must be above 0"),
    ],
)
def test_pool_when_a_number_is_out_of_range_then_is_refused(
    options: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        AnswerPool(**options)  # type: ignore[arg-type]


def test_child_when_it_says_what_is_no_message_then_is_lost() -> None:
    decoder = Decoder()
    frame = encode({"outcome": "equal"})
    assert [decoder.feed(bytes([byte])) for byte in frame[:-1]] == [None] * (len(frame) - 1)
    assert decoder.feed(frame[-1:]) == {"outcome": "equal"}
    with pytest.raises(ValueError, match="a frame of"):
        Decoder().feed(HEADER.pack(MAX_FRAME_BYTES + 1))
    with pytest.raises(ValueError, match="no object"):
        Decoder().feed(HEADER.pack(2) + b"[]")
    with pytest.raises(ValueError, match="Expecting"):
        Decoder().feed(HEADER.pack(2) + b"no")
    with pytest.raises(ValueError, match="at most"):
        encode({"one": "x" * MAX_FRAME_BYTES})


def test_child_when_closed_twice_then_stays_closed() -> None:
    child = Child(512)
    found = [child.alive]
    for _ in range(2):
        child.close()
        found.append(child.alive)
    assert found == [True, False, False]


def test_children_when_this_process_is_large_then_one_answers_pair_after_pair() -> None:
    large = bytearray(600 << 20)
    large[:: 1 << 12] = b"x" * len(large[:: 1 << 12])
    with AnswerPool(workers=1, memory_mb=1024) as pool:
        for number in range(3, 6):
            pair = (rf"\sin({2 * number}x)", rf"2\sin({number}x)\cos({number}x)")
            assert pool.compare(*pair, PATIENT).outcome is Equivalence.EQUAL
        assert pool.started == 1
    assert large[0] == ord("x")
