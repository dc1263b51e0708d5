"""Ends a run: after the problems in flight, or now."""

import anyio


class Halt:
    """Asks a run to end. One object serves one run, or one series of them.

    Call it from inside the loop. A run that is ended either way can be gone on with.

    Attributes:
        in_flight: problems that are being worked on; the run keeps it.
        finishing: whether no further problem is begun.
        stopping: whether the problems in flight are given up.
    """

    def __init__(self) -> None:
        self.in_flight = 0
        self.finishing = False
        self.stopping = False
        self._changed = anyio.Event()
        self._scope = anyio.CancelScope()

    @property
    def scope(self) -> anyio.CancelScope:
        """Cancelled where the run is to be given up; the run entered it."""
        return self._scope

    def finish(self) -> int:
        """Begin no further problem; how many are finished yet. Without any, stop."""
        self.finishing = True
        if self.in_flight:
            self.wake()
        else:
            self.stop()
        return self.in_flight

    def stop(self) -> None:
        """Give up the problems in flight. Finished attempts are recorded."""
        self.finishing = self.stopping = True
        self._scope.cancel()

    def wake(self) -> None:
        """Let `changed` return."""
        self._changed.set()

    async def changed(self) -> None:
        """Wait for the next `wake`."""
        self._changed = anyio.Event()
        await self._changed.wait()
