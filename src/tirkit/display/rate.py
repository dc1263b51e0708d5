"""How many a second, over the last seconds."""

from collections import deque

_SLOTS_PER_SECOND = 4
_WINDOW_SECONDS = 5


class Rate:
    """Counts per second over the last five seconds, in constant time and memory.

    Times are seconds on any clock that does not go back.
    """

    def __init__(self) -> None:
        self._slots: deque[tuple[int, int]] = deque(maxlen=_SLOTS_PER_SECOND * _WINDOW_SECONDS + 1)
        self._slot, self._count = 0, 0
        self._began: float | None = None

    def add(self, at: float, count: int) -> None:
        """Count some more."""
        if self._began is None:
            self._began = at
        slot = int(at * _SLOTS_PER_SECOND)
        if slot != self._slot:
            self._slots.append((self._slot, self._count))
            self._slot, self._count = slot, 0
        self._count += count

    def per_second(self, at: float) -> float:
        """The rate at a moment; over the time since the first count while that is shorter."""
        if self._began is None:
            return 0.0
        oldest = int(at * _SLOTS_PER_SECOND) - _SLOTS_PER_SECOND * _WINDOW_SECONDS
        counted = sum(count for slot, count in self._slots if slot >= oldest)
        counted += self._count if self._slot >= oldest else 0
        seconds = min(max(at - self._began, 1 / _SLOTS_PER_SECOND), _WINDOW_SECONDS)
        return counted / seconds
