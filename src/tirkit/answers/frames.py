"""JSON messages with their length in front, as the pool and its children send them on pipes."""

import json
import struct
from typing import Any

MAX_FRAME_BYTES = 64 << 10
"""Longest message; a longer one means that the stream is out of step."""
HEADER = struct.Struct(">I")


def encode(message: dict[str, Any]) -> bytes:
    """One frame.

    Raises:
        ValueError: the message is longer than `MAX_FRAME_BYTES`.
    """
    body = json.dumps(message).encode("ascii")
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(f"a message of {len(body)} bytes: at most {MAX_FRAME_BYTES} are sent")
    return HEADER.pack(len(body)) + body


class Decoder:
    """Puts frames together from whatever pieces the pipe gives."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, piece: bytes) -> dict[str, Any] | None:
        """The message, once it is whole; one at a time is in flight.

        Raises:
            ValueError: this is no frame of ours.
        """
        self._held += piece
        if len(self._held) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._held)
        if length > MAX_FRAME_BYTES:
            raise ValueError(f"a frame of {length} bytes")
        end = HEADER.size + length
        if len(self._held) < end:
            return None
        body, self._held = self._held[HEADER.size : end], self._held[end:]
        message = json.loads(body)
        if not isinstance(message, dict):
            raise ValueError("a frame that holds no object")  # noqa: TRY004 - it is data
        return message
