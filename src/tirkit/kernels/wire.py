"""Speaks the Jupyter message protocol with one kernel over two ipc sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio.lowlevel
import zmq
import zmq.asyncio
from jupyter_client.session import Session

_DELIMITER = b"<IDS|MSG>"
_MAX_WAITING_MESSAGES = 1024
"""Messages zmq holds for us. Kernels send far fewer (`tap`); what is more, zmq drops."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a kernel said. The code in it may have forged any part.

    Attributes:
        kind: message type of the protocol; "" if unreadable.
        parent_id: id of the request it belongs to; "" if none.
        content: the content, an empty mapping if unreadable.
    """

    kind: str = ""
    parent_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


def decode(frames: list[bytes]) -> Message:
    """Read a message; one that does not follow the protocol becomes an empty one.

    Signatures are not checked: the code in the kernel holds the key, so they prove nothing.
    """
    try:
        start = frames.index(_DELIMITER)
        header, parent, _, content = (json.loads(frame) for frame in frames[start + 2 : start + 6])
    except (ValueError, RecursionError):
        return Message()
    if not isinstance(content, dict):
        content = {}
    return Message(_text(header, "msg_type"), _text(parent, "msg_id"), content)


def _text(mapping: object, key: str) -> str:
    value = mapping.get(key) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


class Wire:
    """The shell and iopub channels of one kernel.

    Args:
        context: the zmq context all kernels of a process share.
        session: jupyter_client's Session, which writes and signs requests.
        shell_address: address of the shell channel.
        iopub_address: address of the iopub channel.
        max_message_bytes: zmq drops the connection on a longer message, for good.

    Raises:
        zmq.ZMQError: no more sockets or open files.
    """

    def __init__(
        self,
        context: zmq.asyncio.Context,
        session: Session,
        *,
        shell_address: str,
        iopub_address: str,
        max_message_bytes: int,
    ) -> None:
        self._session = session
        self._max_message_bytes = max_message_bytes
        self._shell = self._connect(context, zmq.DEALER, shell_address)
        try:
            self._iopub = self._connect(context, zmq.SUB, iopub_address)
        except zmq.ZMQError:
            self._shell.close()
            raise
        self._iopub.subscribe(b"")

    def _connect(self, context: zmq.asyncio.Context, kind: int, address: str) -> zmq.asyncio.Socket:
        socket = context.socket(kind)
        socket.set(zmq.LINGER, 0)
        socket.set(zmq.MAXMSGSIZE, self._max_message_bytes)
        socket.set(zmq.RCVHWM, _MAX_WAITING_MESSAGES)
        socket.connect(address)
        return socket

    async def execute(self, code: str) -> str:
        """Ask for a cell to be run; returns the id its messages carry.

        Raises:
            zmq.Again: the connection is gone.
        """
        content = {
            "code": code.encode("utf-8", "replace").decode("utf-8"),
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self._session.msg("execute_request", content)
        # Never the plain send of jupyter_client: without a peer it blocks the whole loop.
        await self._shell.send_multipart(self._session.serialize(message), flags=zmq.DONTWAIT)
        return str(message["header"]["msg_id"])

    async def next_shell(self) -> Message:
        """The next reply."""
        return await self._next(self._shell)

    async def next_iopub(self) -> Message:
        """The next message the kernel published."""
        return await self._next(self._iopub)

    @staticmethod
    async def _next(socket: zmq.asyncio.Socket) -> Message:
        # zmq answers without yielding while messages wait: a flood must not hold the loop.
        await anyio.lowlevel.checkpoint()
        return decode(await socket.recv_multipart())

    def close(self) -> None:
        """Close both sockets."""
        self._shell.close()
        self._iopub.close()
