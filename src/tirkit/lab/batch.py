"""A simulated engine with continuous batching: streams share its steps."""

import heapq
import math
from collections.abc import Hashable
from dataclasses import dataclass

from tirkit.errors import ConfigError

_CLOSE_TOKENS = 1e-6
"""Tokens; sums of floats are not exact."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How fast an engine decodes: a step gives every stream one token.

    The default fits gpt-oss-120b on one H100: 80 tokens/s for each of 8 streams (measured in the
    public AIMO-3 notebooks) and 30 for each of 256 (7,700 in all). Prompts, the prefix cache and
    the time code takes are not part of it.

    Attributes:
        step_seconds: what a step takes at least.
        stream_seconds: what each stream adds to it.
    """

    step_seconds: float = 0.01183
    stream_seconds: float = 0.000084

    def __post_init__(self) -> None:
        if not (0 < self.step_seconds < math.inf and 0 <= self.stream_seconds < math.inf):
            raise ConfigError(f"{self}: a step must take time, and not for ever")

    def tokens_per_second(self, streams: int) -> float:
        """Of each stream, with so many at once."""
        return 1 / (self.step_seconds + self.stream_seconds * streams)


class Batch:
    """Streams on a machine. Time passes when it is told to.

    Args:
        machine: how fast it is.
    """

    def __init__(self, machine: Machine) -> None:
        self.now = 0.0
        self._machine = machine
        self._steps = 0.0
        self._ends: list[tuple[float, int, Hashable]] = []
        self._ending: dict[Hashable, float] = {}
        self._number = 0

    @property
    def streams(self) -> int:
        """In flight."""
        return len(self._ending)

    def begin(self, key: Hashable, tokens: int) -> float:
        """Add a stream of so many tokens, from 1 on; gives `steps` as it begins."""
        self._ending[key] = self._steps + tokens
        self._number += 1
        heapq.heappush(self._ends, (self._steps + tokens, self._number, key))
        return self._steps

    @property
    def steps(self) -> float:
        """Steps made so far: a stream has drawn as many tokens as were made since it began."""
        return self._steps + _CLOSE_TOKENS

    def drop(self, key: Hashable) -> None:
        """Take a stream away, ended or not."""
        del self._ending[key]

    def next_end(self) -> tuple[float, Hashable] | None:
        """When the next stream ends if nothing changes, and which; None without streams."""
        while self._ends and not self._is_current(self._ends[0]):
            heapq.heappop(self._ends)
        if not self._ends:
            return None
        end, _, key = self._ends[0]
        left = max(end - self._steps, 0.0)
        return self.now + left / self._machine.tokens_per_second(self.streams), key

    def go_to(self, seconds: float) -> None:
        """Let time pass, at most until the next stream ends."""
        if seconds > self.now:
            rate = self._machine.tokens_per_second(self.streams)
            self._steps += (seconds - self.now) * rate
            self.now = seconds

    def _is_current(self, end: tuple[float, int, Hashable]) -> bool:
        return self._ending.get(end[2]) == end[0]
