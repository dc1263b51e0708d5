"""Reads the figures of one attempt as they come in."""

import math
from array import array
from collections import deque

from tirkit.guards.figures import TokenFigures


class FigureReader:
    """Gives each figure of the kept tokens once; those thrown away before they were read, never.

    Args:
        figures: of the attempt.
        values: the array among them to read.
    """

    def __init__(self, figures: TokenFigures, values: "array[float]") -> None:
        self._figures = figures
        self._values = values
        self._cuts = len(figures.cuts)
        self._read = 0

    def take(self) -> list[float]:
        """What has come since and was told."""
        new = self._values[self._read :]
        self._read += len(new)
        return [value for value in new if not math.isnan(value)]

    def go_back(self) -> bool:
        """Step back to where tokens were thrown away that had been read; whether there were any.

        Call it before `take`.
        """
        if len(self._figures.cuts) == self._cuts:
            return False
        left = min(self._figures.cuts[self._cuts :])
        self._cuts = len(self._figures.cuts)
        if left >= self._read:
            return False
        self._read = left
        return True

    def last(self, most: int) -> list[float]:
        """Those told of the last `most` tokens that were read."""
        values = self._values[max(self._read - most, 0) : self._read]
        return [value for value in values if not math.isnan(value)]


class SlidingMean:
    """The mean of the last `tokens` figures, as each token comes in.

    Args:
        figures: of the attempt.
        values: the array among them to read.
        tokens: length of the window.
    """

    def __init__(self, figures: TokenFigures, values: "array[float]", tokens: int) -> None:
        self._reader = FigureReader(figures, values)
        self._tokens = tokens
        self._window: deque[float] = deque()
        self._sum = 0.0

    def lowest(self) -> float | None:
        """The lowest mean among the full windows that end in tokens come since; None without."""
        window, size = self._window, self._tokens
        if self._reader.go_back():
            window.clear()
            window.extend(self._reader.last(size))
            self._sum = math.fsum(window)
        lowest = math.inf
        for value in self._reader.take():
            window.append(value)
            self._sum += value
            if len(window) > size:
                self._sum -= window.popleft()
            if len(window) == size and self._sum < lowest:
                lowest = self._sum
        return lowest / size if lowest < math.inf else None
