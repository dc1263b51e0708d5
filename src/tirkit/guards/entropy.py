"""Ends an attempt whose entropy has risen and stays up."""

from collections import deque
from dataclasses import dataclass, field
from typing import ClassVar

from tirkit.guards.interface import Quiet, Watch, Watched
from tirkit.guards.settings import GuardSettings
from tirkit.guards.window import FigureReader
from tirkit.types import TokenChunk


@dataclass(frozen=True, slots=True)
class RisingEntropyGuard(GuardSettings):
    """Ends an attempt each of whose last `windows` windows lies `rise_bits` above all before them.

    Our own rule, from no paper: text that falls apart draws from an ever flatter distribution.
    Windows follow each other without overlap over the sampled tokens of all turns; the mean
    entropy of a token is over the alternatives that the engine tells, in bits. The level to rise
    from is the attempt's own: the mean over all windows before, of which there must be one.

    Attributes:
        rise_bits: how far above.
        windows: how many in a row.
        window_tokens: length of a window.
    """

    rise_bits: float = field(default=1.0)
    windows: int = 3
    window_tokens: int = 512

    name: ClassVar[str] = "rising_entropy"
    needs_top_logprobs: ClassVar[bool] = True

    def watch(self, watched: Watched) -> Watch:
        """Begin to follow an attempt."""
        if watched.figures is None:
            return Quiet()
        figures = watched.figures
        return _RisingEntropyWatch(self, FigureReader(figures, figures.entropies))


class _RisingEntropyWatch(Quiet):
    def __init__(self, guard: RisingEntropyGuard, reader: FigureReader) -> None:
        self._guard = guard
        self._reader = reader
        self._last: deque[float] = deque()
        self._before = 0.0
        self._before_count = 0
        self._sum = 0.0
        self._count = 0
        self._reason: str | None = None

    def chunk(self, chunk: TokenChunk) -> str | None:  # noqa: ARG002 - the reader has its tokens
        """The reason to end the attempt, once the last windows lie high enough."""
        if self._reader.go_back():
            # The window in hand may hold what was thrown away.
            self._sum, self._count = 0.0, 0
        for bits in self._reader.take():
            self._sum += bits
            self._count += 1
            if self._count == self._guard.window_tokens:
                self._end_window(self._sum / self._count)
                self._sum, self._count = 0.0, 0
        return self._reason

    def _end_window(self, mean_bits: float) -> None:
        self._last.append(mean_bits)
        if len(self._last) <= self._guard.windows:
            return
        self._before += self._last.popleft()
        self._before_count += 1
        level = self._before / self._before_count
        if self._reason is None and min(self._last) >= level + self._guard.rise_bits:
            self._reason = (
                f"rising entropy: at least {min(self._last):.2f} bits a token in the last "
                f"{self._guard.windows} windows of {self._guard.window_tokens} tokens, "
                f"{level:.2f} before"
            )
