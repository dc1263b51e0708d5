"""What a pool of real forked kernels says of itself, its settings and its limits."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import anyio
import pytest

from tests.kernels.hostile.surroundings import descendants
from tirkit.errors import KernelError
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.kernels.confinement import Level
from tirkit.kernels.context import FILES_OF_A_POOL, FILES_PER_KERNEL
from tirkit.kernels.forkserver.maker import ForkedKernels
from tirkit.types import CodeStatus

LONG = 60.0
THREADS_OF_A_POOL = 4


async def test_pool_when_open_then_says_what_it_is() -> None:
    pool = KernelPool(KernelSettings(backend="fork", spares=0))
    for name in ("backend", "confinement"):
        with pytest.raises(KernelError, match="not open"):
            getattr(pool, name)
    assert repr(pool).startswith("<KernelPool closed")
    async with pool, pool.lease() as kernel:
        await kernel.run("1", timeout_seconds=LONG)
        level = pool.confinement.level
        assert pool.backend == "fork"
        assert level <= Level.SECCOMP
        assert repr(pool) == (
            f"<KernelPool fork, confinement {level:d}: 0 ready, 0 starting, 1 leased, 0 waiting>"
        )
        now = pool.stats()
        assert (now.started, now.leased, now.live, now.servers) == (1, 1, 1, 1)


async def test_servers_when_they_have_forked_enough_then_go_with_their_last_kernel() -> None:
    settings = KernelSettings(backend="fork", spares=0, forks_per_server=3)
    async with KernelPool(settings) as pool, anyio.create_task_group() as group:
        done, up = anyio.Event(), anyio.Semaphore(0)

        async def hold(number: int) -> None:
            async with pool.lease(str(number)) as kernel:
                result = await kernel.run(f"{number} + 1", timeout_seconds=LONG)
                assert result.value == str(number + 1)
                up.release()
                await done.wait()

        for number in range(8):
            group.start_soon(hold, number)
        for _ in range(8):
            await up.acquire()
        servers = cast("ForkedKernels", pool._maker)._servers
        assert pool.stats().servers == 3
        assert [server.live for server in servers._retired] == [3, 3]
        done.set()
        while pool.stats().live:  # noqa: ASYNC110 - processes announce nothing
            await anyio.sleep(0.01)
        async with pool.lease() as kernel:
            assert (await kernel.run("1", timeout_seconds=LONG)).value == "1"
        assert servers._retired == []


async def test_server_when_it_dies_then_live_kernels_are_lost_and_a_new_one_serves() -> None:
    settings = KernelSettings(backend="fork", spares=1)
    async with KernelPool(settings) as pool, pool.lease() as idle, pool.lease() as busy:
        await idle.run("x = 1", timeout_seconds=LONG)
        await busy.run("y = 1", timeout_seconds=LONG)
        server = cast("ForkedKernels", pool._maker)._servers._current
        assert server is not None
        results = []

        async def wait() -> None:
            results.append(await busy.run("import time; time.sleep(60)", timeout_seconds=LONG))

        with anyio.fail_after(LONG):
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await anyio.sleep(0.03)
                os.kill(server._watch._process.pid, signal.SIGKILL)
        assert (results[0].status, results[0].state_lost) == (CodeStatus.DIED, True)
        assert results[0].lost_names == ("y",)
        after = await idle.run("'x' in globals()", timeout_seconds=LONG)
        assert (after.value, after.state_lost, after.lost_names) == ("False", True, ("x",))
        assert pool.stats().servers == 2


@pytest.mark.parametrize(
    ("module", "text", "remedy"),
    [
        ("missing_module", "", "missing_module cannot be imported"),
        (
            "starts_a_thread",
            "import _thread, time\n_thread.start_new_thread(time.sleep, (60,))",
            "2 threads: take the module that starts them out of KernelSettings.preload",
        ),
        ("raises", "raise ValueError('not today')", "not today"),
    ],
)
async def test_preload_when_a_module_will_not_do_then_the_error_names_it(
    module: str, text: str, remedy: str, tmp_path: Path
) -> None:
    if text:
        (tmp_path / f"{module}.py").write_text(text)
    settings = KernelSettings(
        backend="fork",
        preload=("numpy", module),
        environment={"PYTHONPATH": str(tmp_path)},
        readable=(str(tmp_path),),
    )
    before = descendants(os.getpid())  # a shared engine may run beside
    with pytest.raises(KernelError, match=remedy):
        async with KernelPool(settings):
            pass
    assert descendants(os.getpid()) <= before


_FEW_FILES = """
import json, os, resource, sys
import anyio
from tirkit.errors import KernelError
from tirkit.kernels import KernelPool, KernelSettings

resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[1])))

async def main():
    told, values = [], []
    most = int(sys.argv[2]) or None
    try:
        async with KernelPool(KernelSettings(backend="fork", spares=0, max_kernels=most)) as pool:
            before = len(os.listdir("/proc/self/fd"))
            async def attempt(number):
                async with pool.lease(str(number)) as kernel:
                    try:
                        values.append((await kernel.run("6 * 7", timeout_seconds=30)).value)
                        await anyio.sleep(0.5)
                        values.append((await kernel.run("6 * 7", timeout_seconds=30)).value)
                    except KernelError as failure:
                        told.append(str(failure))
            async with anyio.create_task_group() as group:
                for number in range(20):
                    group.start_soon(attempt, number)
            async with pool.lease() as kernel:
                values.append((await kernel.run("6 * 7", timeout_seconds=30)).value)
    except KernelError as failure:
        told.append(str(failure))
    print(json.dumps([told, values]))

anyio.run(main)
"""


def few_files(files: int, max_kernels: int) -> tuple[list[str], list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _FEW_FILES, str(files), str(max_kernels)],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told, values = json.loads(done.stdout)
    return told, values


@pytest.mark.parametrize("files", [64, 80])
def test_files_when_there_are_too_few_then_some_are_told_and_the_others_go_on(files: int) -> None:
    told, values = few_files(files, 0)
    assert told
    assert [reason for reason in told if "ulimit -n" not in reason] == []
    assert set(values) == {"42"}
    assert len(values) >= 2 * 4 + 1


@pytest.mark.parametrize("files", [16, 24, 32])
def test_files_when_not_one_kernel_fits_then_the_pool_says_so(files: int) -> None:
    told, values = few_files(files, 0)
    assert told == [told[0]]
    assert told[0].startswith("a pool with one kernel needs ")
    assert told[0].endswith(": raise `ulimit -n`")
    assert values == []


def test_files_when_the_cap_does_not_fit_then_the_pool_says_what_would() -> None:
    told, values = few_files(100, 100)
    assert len(told) == 1
    remedy = re.search(r"raise `ulimit -n` or lower max_kernels to (\d+)$", told[0])
    assert remedy is not None
    assert values == []
    told, values = few_files(100, int(remedy[1]))
    assert told == []
    assert values == ["42"] * 41


@pytest.mark.slow
async def test_parent_when_it_has_256_kernels_then_its_files_and_threads_are_bounded() -> None:
    def mine(kind: str) -> int:
        return len(list(Path(f"/proc/self/{kind}").iterdir()))

    before = mine("fd"), mine("task")
    settings = KernelSettings(backend="fork", spares=256)
    async with KernelPool(settings) as pool:
        with anyio.fail_after(LONG):
            while pool.stats().ready < 256:  # noqa: ASYNC110 - nothing announces it
                await anyio.sleep(0.05)
        now = mine("fd") - before[0], mine("task") - before[1]
        print(f"256 kernels: {now[0]} files, {now[1]} threads in the parent")  # noqa: T201
        assert now[0] <= 256 * FILES_PER_KERNEL + FILES_OF_A_POOL
        assert now[1] <= THREADS_OF_A_POOL
