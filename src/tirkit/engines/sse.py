"""Server-sent events: bytes in, the data of each event out."""

from tirkit.errors import EngineError

MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Default cap on one event. An event of one token takes some hundred bytes."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventParser:
    """Reads a stream of server-sent events. Any split of the bytes gives the same events.

    Only the `data` field is kept; comments and other fields are dropped. An event that the stream
    ends before its blank line is not given, as the standard says.

    Args:
        max_event_bytes: longest event accepted, over all its lines.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._pieces: list[bytes] = []
        self._data: list[bytes] = []
        self._held_bytes = 0
        self._after_return = False
        self._at_start = True

    def feed(self, received: bytes) -> list[bytes]:
        """Take the next bytes; give the data of every event they complete.

        Raises:
            EngineError: an event is longer than the cap.
        """
        if self._after_return and received.startswith(b"\n"):
            received = received[1:]
            self._after_return = False
        if not received:
            return []
        self._after_return = received.endswith(b"\r")
        if b"\r" in received:
            received = received.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *rest = received.split(b"\n")
        self._hold(first)
        self._pieces.append(first)
        if not rest:
            return []
        lines = [b"".join(self._pieces), *rest]
        self._pieces = [lines.pop()]
        events = self._read_lines(lines)
        self._hold(self._pieces[0])
        return events

    def _hold(self, piece: bytes) -> None:
        self._held_bytes += len(piece)
        if self._held_bytes > self._max_event_bytes:
            raise EngineError(
                f"the server sent an event of more than {self._max_event_bytes} bytes"
            )

    def _read_lines(self, lines: list[bytes]) -> list[bytes]:
        if self._at_start:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
        self._held_bytes = sum(map(len, self._data))
        events = []
        for line in lines:
            if line.startswith(b"data:"):
                value = line[6:] if line[5:6] == b" " else line[5:]
                self._hold(value)
                self._data.append(value)
            elif line == b"data":
                self._data.append(b"")
            elif not line and self._data:
                events.append(b"\n".join(self._data))
                self._data.clear()
                self._held_bytes = 0
        return events
