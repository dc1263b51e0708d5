"""An event loop in a thread of its own, for callers who block."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

import anyio
from anyio.from_thread import BlockingPortal

_LOG = logging.getLogger(__name__)

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


class LoopThread:
    """An event loop in a thread of its own; closing it never hangs.

    Args:
        loop_factory: makes the loop; None for the usual one.
        name: of the thread.

    Attributes:
        portal: hands work to the loop.
    """

    def __init__(self, loop_factory: LoopFactory | None = None, name: str = "tirkit") -> None:
        ready: Future[BlockingPortal] = Future()
        options = {"loop_factory": loop_factory}
        self._thread = Thread(
            target=anyio.run,
            args=(_serve, ready),
            kwargs={"backend": "asyncio", "backend_options": options},
            name=name,
            daemon=True,  # a stuck loop must not keep the program
        )
        self._thread.start()
        self.portal = ready.result()

    def close(self, seconds: float) -> None:
        """Cancel what runs and end the loop; a loop that takes longer is left behind."""
        if not self._thread.is_alive():
            return
        self.portal.start_task_soon(self.portal.stop, True)  # noqa: FBT003 - cancels what runs
        self._thread.join(seconds)
        if self._thread.is_alive():
            _LOG.warning("the loop did not end within %g s and is left behind", seconds)


async def _serve(ready: "Future[BlockingPortal]") -> None:
    async with BlockingPortal() as portal:
        ready.set_result(portal)
        await portal.sleep_until_stopped()
