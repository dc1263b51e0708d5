"""A kernel's first words and its server's may come in either order."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from tirkit.kernels.forkserver.messages import Fork, receive, send
from tirkit.kernels.forkserver.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")

ORDER = Fork(number=7, place="nowhere", key="key", slot=1)


def say_forked(server: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    pidfd = os.pidfd_open(process.pid)
    send(server, {"forked": ORDER.number}, [pidfd])
    os.close(pidfd)


def say_up(server: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    send(server, {"up": ORDER.number, "pid": process.pid})


@pytest.mark.parametrize("words", [(say_forked, say_up), (say_up, say_forked)])
async def test_kernel_when_it_is_heard_before_its_server_then_it_comes_up_all_the_same(
    words: tuple[Callable[[socket.socket, "subprocess.Popen[bytes]"], None], ...], tmp_path: Path
) -> None:
    ours, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    server.setblocking(False)
    sleepers = [
        subprocess.Popen(["sleep", "60"], start_new_session=True)  # noqa: ASYNC220 - at once
        for _ in range(2)
    ]
    zygote = Zygote(sleepers[0], ours, sys.executable, tmp_path / "log")
    came: list[int | None] = []

    async def fork() -> None:
        came.append((await zygote.fork(ORDER, [])).pid)

    try:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(fork)
                await anyio.wait_readable(server)
                assert receive(server) is not None
                for word in words:
                    word(server, sleepers[1])
                    await anyio.sleep(0.01)
        assert came == [sleepers[1].pid]
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        sleepers[1].wait()
        server.close()
        await zygote.aclose()
