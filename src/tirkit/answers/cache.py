"""Remembers what comparing two answers gave."""

import threading
from collections import OrderedDict

from tirkit.answers.comparison import Comparison
from tirkit.answers.outcome import Equivalence

MAX_PAIRS = 16_384
"""Pairs remembered; those not asked for longest are forgotten first."""

_Key = tuple[str, str, int | None, bool, float | None, bool, bool]


class PairCache:
    """A bounded, thread-safe memory of ordered pairs under a comparison.

    Its time bound is no part of the comparison: what was shown holds for any, what was not settled
    in time holds for that bound and shorter ones.
    """

    def __init__(self, size: int = MAX_PAIRS) -> None:
        self._size = size
        self._held: OrderedDict[_Key, tuple[Equivalence, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, one: str, other: str, how: Comparison) -> Equivalence | None:
        """What is known of the pair within the bound, or None."""
        key = _key(one, other, how)
        with self._lock:
            found = self._held.get(key)
            if found is None or found[1] < how.timeout_seconds:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(
        self, one: str, other: str, how: Comparison, outcome: Equivalence, holds_seconds: float
    ) -> None:
        """Remember an outcome for time bounds up to `holds_seconds`."""
        if holds_seconds <= 0:
            return
        key = _key(one, other, how)
        with self._lock:
            self._held[key] = (outcome, holds_seconds)
            self._held.move_to_end(key)
            if len(self._held) > self._size:
                self._held.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def __len__(self) -> int:
        return len(self._held)

    def unlock(self) -> None:
        """In a forked process: a lock that nobody holds, for who held it may not be here."""
        self._lock = threading.Lock()


def _key(one: str, other: str, how: Comparison) -> _Key:
    low, high = (one, other) if one <= other else (other, one)
    return low, high, how.places, how.as_written, how.relative, how.percent, how.symbolic
