"""How sure the model was of stretches of its text."""

import itertools
import math
from collections.abc import Sequence

from tirkit.report.build.cut import CutText
from tirkit.types import Trajectory, Turn

WINDOW_TOKENS = 16
"""Shortest stretch: single tokens are noise at a glance."""
MOST_WINDOWS = 40
"""Stretches a turn has at most; a long turn's are longer."""
_LOWEST = -20.0
"""Log-probabilities below count as this: one impossible token must not colour its stretch."""


class TurnSureness:
    """Mean log-probabilities over any stretch of a turn; empty where they are unknown.

    Args:
        trajectory: the attempt.
        turn: one of its turns.
    """

    def __init__(self, trajectory: Trajectory, turn: Turn) -> None:
        start, end = max(turn.start, 0), min(turn.end, len(trajectory.logprobs))
        drawn = trajectory.logprobs[start:end] if start < end else ()
        self._chars = max(len(turn.text), 1)
        self._tokens = len(drawn)
        self._sums = [0.0, *itertools.accumulate(map(_bounded, drawn))]

    def over(self, start: int, cut: CutText) -> tuple[float, ...]:
        """Means over equal stretches of a shown text that begins at `start` of the turn's."""
        share = cut.whole / self._chars
        tokens = self._tokens * share
        if tokens < 1 or not cut.head + cut.tail:
            return ()
        shown = tokens * (cut.head + cut.tail) / cut.whole
        windows = math.ceil(min(shown / WINDOW_TOKENS, MOST_WINDOWS * share))
        bounds = [
            start + cut.place(round(at * len(cut.text) / windows)) for at in range(windows + 1)
        ]
        return tuple(itertools.starmap(self._mean, itertools.pairwise(bounds)))

    def _mean(self, start: int, end: int) -> float:
        first = min(int(start / self._chars * self._tokens), self._tokens - 1)
        last = max(min(math.ceil(end / self._chars * self._tokens), self._tokens), first + 1)
        return round((self._sums[last] - self._sums[first]) / (last - first), 2)


def sureness(trajectory: Trajectory) -> Sequence[TurnSureness]:
    """Of each of an attempt's turns."""
    return [TurnSureness(trajectory, turn) for turn in trajectory.turns]


def _bounded(value: float) -> float:
    return max(value, _LOWEST) if value <= 0 else 0.0 if value > 0 else _LOWEST
