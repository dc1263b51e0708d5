"""Runs inside a kernel: a standard stream whose output is counted, capped and never lost.

Only the text of this file goes to the kernel, so it must not import tirkit.
"""

import codecs
import os
import threading
from functools import partial
from typing import Any

Stream = Any
"""ipykernel's OutStream, which ships no types."""

_PIPE_BYTES = 65536
_READS_PER_DRAIN = 4
_FLUSHES_PER_CELL = 200
"""More flushes than this wait for the stream's own, every 0.2 s: messages stay few."""


def encodable(text: str) -> str:
    """The text without lone surrogates, which ipykernel cannot send."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Tap:
    """A standard stream and its file descriptor, written through one budget per cell.

    Args:
        stream: ipykernel's OutStream; its `write` is replaced.
        descriptor: 1 or 2.
        limit: characters passed on at once, and characters of the tail kept for the end.
    """

    def __init__(self, stream: Stream, descriptor: int, limit: int) -> None:
        self._stream = stream
        # The class's own: IPython has put a recording one in its place during this very cell.
        self._forward = partial(type(stream).write, stream)
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lock = threading.RLock()
        self.pipe, writer = os.pipe()
        os.set_blocking(self.pipe, False)
        # The extra writer stays open: the pipe must not end when a cell closes descriptor 1.
        os.dup2(writer, descriptor)
        self._flush = stream.flush
        stream.fileno = lambda: descriptor
        os.register_at_fork(after_in_child=self._renew_lock)
        self.begin()

    def begin(self) -> None:
        """A new cell: the whole budget again."""
        with self._lock:
            self._stream.write, self._stream.flush = self.write, self.flush
            self._flushes = 0
            self._cell = self._stream.parent_header.get("msg_id")
            self._sent = 0
            self._tail = ""
            self._held = 0

    def write(self, text: object) -> int:
        """Stand in for the stream's own `write`; what the descriptor got before comes first."""
        if not isinstance(text, str):
            return int(self._forward(text))  # raises the stream's own TypeError
        with self._lock:
            self.drain()
            # A thread of an earlier cell still carries that cell's header.
            if self._stream.parent_header.get("msg_id") == self._cell:
                self._pass_on(text)
        return len(text)

    def flush(self) -> None:
        """Stand in for the stream's own `flush`, and wait until zmq has the text."""
        self._flushes += 1
        if self._flushes <= _FLUSHES_PER_CELL:
            # ipykernel answers a flush before its sender thread has sent; the second one is
            # answered after. Without it, text is lost to code in C that never yields to threads.
            self._flush()
            self._flush()

    def drain(self) -> None:
        """Pass on what stands in the pipe."""
        with self._lock:
            for _ in range(_READS_PER_DRAIN):
                try:
                    data = os.read(self.pipe, _PIPE_BYTES)
                except BlockingIOError:
                    return
                self._pass_on(self._decoder.decode(data))

    def finish(self) -> int:
        """Pass on the tail that was held back and tell how many characters were cut."""
        with self._lock:
            self.drain()
            cut = self._held - len(self._tail)
            if self._tail:
                self._forward(self._tail)
            self._tail, self._held = "", 0
            self._flush()
            return cut

    def _pass_on(self, text: str) -> None:
        text = encodable(text)
        room = max(0, self._limit - self._sent)
        head, rest = text[:room], text[room:]
        if head:
            self._forward(head)
            self._sent += len(head)
        if rest:
            self._held += len(rest)
            self._tail = (self._tail + rest[-self._limit :])[-self._limit :]

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()
