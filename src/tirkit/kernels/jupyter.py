"""jupyter_client's own client on a kernel of the pool."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from queue import Empty
from typing import TYPE_CHECKING

import anyio

from tirkit.errors import KernelError

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient

READY_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 0.5
_IDLE = {"execution_state": "idle"}


@asynccontextmanager
async def open_client(connection: Mapping[str, str | int]) -> AsyncIterator["AsyncKernelClient"]:
    """A client with open channels, once what the kernel publishes reaches it.

    Args:
        connection: what a connection file holds.

    Raises:
        KernelError: the kernel does not answer.
    """
    from jupyter_client.asynchronous.client import AsyncKernelClient  # noqa: PLC0415 - heavy

    client = AsyncKernelClient()
    client.load_connection_info(dict(connection))
    client.start_channels(stdin=False, hb=False)
    try:
        try:
            with anyio.fail_after(READY_SECONDS):
                await _subscribe(client)
        except TimeoutError as error:
            raise KernelError(
                f"the kernel did not answer a Jupyter client within {READY_SECONDS:g} seconds: "
                "do not open one while a cell runs"
            ) from error
        yield client
    finally:
        client.stop_channels()


async def _subscribe(client: "AsyncKernelClient") -> None:
    """Ask for the kernel's info until what it publishes about that arrives; leave no reply behind.

    What is published before a subscription has come through is lost. The kernel's `iopub_welcome`
    would tell, but was once seen not to come: ipykernel 7.4 learns of a subscription by
    edge-triggered events of a socket that it also sends on, which may take the event away.
    """
    asked, arrived = 0, False
    while not arrived:
        identity = client.kernel_info()
        asked += 1
        arrived = await _tells_of(client, identity)
    for _ in range(asked):
        await client.get_shell_msg()


async def _tells_of(client: "AsyncKernelClient", identity: str) -> bool:
    """Whether the kernel publishes in time that it is done with a request."""
    while True:
        try:
            message = await client.get_iopub_msg(timeout=_ASK_AGAIN_SECONDS)
        except Empty:
            return False
        if message["parent_header"].get("msg_id") == identity and message["content"] == _IDLE:
            return True
