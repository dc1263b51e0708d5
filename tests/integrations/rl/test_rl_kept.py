"""What is kept open in a thread of its own: shared, cancelled, and gone with the program."""

import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager

import anyio
import pytest

from tirkit.errors import ConfigError, EngineError
from tirkit.integrations.rl import Kept

GUARD_SECONDS = 60

PROGRAM = """
import time
from contextlib import asynccontextmanager
import anyio, anyio.to_thread
from tirkit.integrations.rl import Kept

@asynccontextmanager
async def opened():
    try:
        yield 7
    finally:
        print("left", flush=True)

async def use(value):
    await anyio.to_thread.run_sync(time.sleep, 0.001)  # whose thread would hold up the end
    return value

kept = Kept(opened)
print(kept.start(use).result(), flush=True)
kept.start(lambda value: anyio.sleep_forever())
"""


class Opened:
    def __init__(self) -> None:
        self.told: list[str] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[list[str]]:
        self.told.append("entered")
        try:
            yield self.told
        finally:
            self.told.append("left")


async def thread_of(_told: list[str]) -> int:
    return threading.get_ident()


def test_kept_when_used_twice_then_it_is_opened_once_in_one_other_thread() -> None:
    opened = Opened()
    with Kept(opened) as kept:
        assert opened.told == []
        threads = {kept.start(thread_of).result(GUARD_SECONDS) for _ in range(2)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert opened.told == ["entered", "left"]


def test_kept_when_a_use_is_cancelled_then_that_one_alone_ends() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def use(_told: list[str]) -> None:
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    with Kept(Opened()) as kept:
        future = kept.start(use)
        assert begun.wait(GUARD_SECONDS)
        future.cancel()
        assert ended.wait(GUARD_SECONDS)
        assert kept.start(thread_of).result(GUARD_SECONDS)


def test_kept_when_left_with_a_use_open_then_that_is_cancelled_before_it_is_closed() -> None:
    opened, begun = Opened(), threading.Event()

    async def use(told: list[str]) -> None:
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            told.append("cancelled")

    with Kept(opened) as kept:
        future = kept.start(use)
        assert begun.wait(GUARD_SECONDS)
    assert sorted(opened.told) == ["cancelled", "entered", "left"]
    with pytest.raises(CancelledError):
        future.result(0)


def test_kept_when_it_cannot_be_opened_then_each_use_says_so_and_tries_again() -> None:
    tries: list[int] = []

    @asynccontextmanager
    async def failing() -> AsyncIterator[int]:
        tries.append(1)
        if len(tries) < 3:
            raise EngineError("not up")
        yield 5

    async def use(value: int) -> int:
        return value

    with Kept(failing) as kept:
        for _ in range(2):
            with pytest.raises(EngineError, match="not up"):
                kept.start(use)
        assert kept.start(use).result(GUARD_SECONDS) == 5


def test_kept_when_left_then_a_use_says_so() -> None:
    with Kept(Opened()) as kept:
        pass
    with pytest.raises(ConfigError, match="closed"):
        kept.start(thread_of)


def test_kept_when_a_program_ends_without_leaving_then_it_is_left_and_the_program_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=GUARD_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "7\nleft\n"), done.stderr
