"""jupyter_client's own client on real forked kernels of a pool."""

from collections.abc import AsyncIterator
from queue import Empty
from typing import Any, cast

import anyio
import pytest

from tirkit.errors import KernelError
from tirkit.kernels import KernelLease, KernelPool, KernelSettings, jupyter

LONG = 60.0


@pytest.fixture
async def iopub() -> AsyncIterator[KernelLease]:
    settings = KernelSettings(backend="fork", spares=0, iopub_thread=True)
    async with KernelPool(settings) as pool, pool.lease("j") as kernel:
        yield kernel


async def ask(kernel: KernelLease, code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a cell by a Jupyter client; returns what was published, by type, and the reply."""
    published: dict[str, Any] = {}
    async with kernel.jupyter_client() as client:
        with anyio.fail_after(LONG):
            identity = client.execute(code)
            while published.get("status") != {"execution_state": "idle"}:
                message = await client.get_iopub_msg()
                if message["parent_header"].get("msg_id") != identity:
                    continue  # the kernel also welcomes its subscriber
                kind = message["msg_type"]
                text = published.get(kind, {}).get("text", "")
                published[kind] = message["content"]
                if kind == "stream":
                    published[kind]["text"] = text + published[kind]["text"]
            reply = await client.get_shell_msg()
    content: dict[str, Any] = reply["content"]
    return published, content


async def test_jupyter_client_when_the_thread_is_on_then_serves_a_cell(iopub: KernelLease) -> None:
    assert (await iopub.run("print('own'); x = 6", timeout_seconds=LONG)).stdout == "own\n"
    published, reply = await ask(iopub, "print('out'); print('more'); x * 7")
    assert published["stream"] == {"name": "stdout", "text": "out\nmore\n"}
    assert published["execute_result"]["data"] == {"text/plain": "42"}
    assert reply["status"] == "ok"
    again = await iopub.run("print('own'); x", timeout_seconds=LONG)
    assert (again.stdout, again.value) == ("own\n", "6")


async def test_jupyter_client_when_a_cell_fails_then_is_told(iopub: KernelLease) -> None:
    published, reply = await ask(iopub, "1 / 0")
    assert published["error"]["ename"] == "ZeroDivisionError"
    assert (reply["status"], reply["ename"]) == ("error", "ZeroDivisionError")
    assert (await iopub.run("1 + 1", timeout_seconds=LONG)).value == "2"


async def test_jupyter_client_when_another_runs_a_cell_then_the_error_says_so(
    iopub: KernelLease, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with iopub.jupyter_client() as first:
        first.execute("import time; time.sleep(3600)")
        while (await first.get_iopub_msg())["msg_type"] != "execute_input":
            pass
        monkeypatch.setattr(jupyter, "READY_SECONDS", 0.05)
        with pytest.raises(KernelError, match="do not open one while a cell runs"):
            async with iopub.jupyter_client():
                pass


class LateClient:
    """A client whose first answers are published before it has subscribed."""

    def __init__(self, lost: int) -> None:
        self.lost, self.asked, self.replies = lost, 0, 0
        self.published: list[dict[str, Any]] = []

    def kernel_info(self) -> str:
        self.asked += 1
        self.replies += 1
        if self.asked > self.lost:
            for state in ("busy", "idle"):
                content = {"execution_state": state}
                parent = {"msg_id": str(self.asked)}
                self.published.append({"parent_header": parent, "content": content})
        return str(self.asked)

    async def get_iopub_msg(self, timeout: float) -> dict[str, Any]:
        assert timeout > 0
        if not self.published:
            raise Empty
        return self.published.pop(0)

    async def get_shell_msg(self) -> None:
        self.replies -= 1


async def test_jupyter_client_when_its_subscription_is_late_then_the_kernel_is_asked_again() -> (
    None
):
    client = LateClient(lost=3)
    await jupyter._subscribe(cast("Any", client))
    assert (client.asked, client.replies, client.published) == (4, 0, [])


async def test_jupyter_client_when_the_thread_is_off_then_the_error_names_the_setting() -> None:
    async with KernelPool(KernelSettings(backend="fork", spares=0)) as pool:
        async with pool.lease() as kernel:
            with pytest.raises(KernelError, match="iopub_thread=True"):
                async with kernel.jupyter_client():
                    pass
            assert (await kernel.run("1", timeout_seconds=LONG)).value == "1"
