"""How to talk to a server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from tirkit.engines.sse import MAX_EVENT_BYTES
from tirkit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to talk to a server.

    Attributes:
        connect_seconds: longest to wait for a connection.
        idle_seconds: longest silence inside an answer, the wait for the first token included.
        max_retries: further tries of a request that failed before its first token.
        max_event_bytes: longest server-sent event accepted.
        max_streams: most streams open at once; further ones wait here. None is no cap.
        keep_alive: whether to use a connection again. A server may close an idle one just as a
            request is written to it; that costs a retry.
        sleep: waits between tries; tests put their own in.
    """

    connect_seconds: float = 10.0
    idle_seconds: float = 600.0
    max_retries: int = 3
    max_event_bytes: int = MAX_EVENT_BYTES
    max_streams: int | None = None
    keep_alive: bool = True
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep

    def __post_init__(self) -> None:
        if not (self.connect_seconds > 0 and self.idle_seconds > 0):
            raise ConfigError("connect_seconds and idle_seconds must be above 0")
        if self.max_retries < 0 or self.max_event_bytes < 1:
            raise ConfigError("max_retries must be at least 0 and max_event_bytes at least 1")
        if self.max_streams is not None and self.max_streams < 1:
            raise ConfigError("max_streams must be at least 1")
