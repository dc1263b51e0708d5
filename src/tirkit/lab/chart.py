"""Where the marks of a frontier chart stand; pens put them on paper."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tirkit.bench.estimates import Estimate
from tirkit.lab.points import Point

WIDTH, HEIGHT = 960, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 46, 56
_COLOURS = {
    "full": "#222222",
    "rule": "#1f6fb4",
    "selector": "#8a8f98",
    "preset": "#c2541b",
    "own": "#2e8b57",
}
_INK, _GRID, _BAR, _FRONTIER = "#222222", "#e8e8e8", "#d6dbe2", "#b8b8b8"
_LABEL_APART = 13.0
"""Pixels between two labels, one above the other."""
_LABEL_CHARS = 32
_STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)
"""Where a label is tried, beside its dot first."""


class Pen(Protocol):
    """Draws on paper of `WIDTH` by `HEIGHT` pixels, from the top left corner."""

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """A line through some points."""

    def dot(self, x: float, y: float, radius: float, colour: str, told: str) -> None:
        """A filled circle; `told` is shown where the pen can tell more on demand."""

    def text(self, x: float, y: float, text: str, colour: str, size: int, anchor: str) -> None:
        """A line of text, its middle at height y; anchor is "start", "middle" or "end"."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What stands on the x axis.

    Attributes:
        title: with its unit.
        of: a point's figure.
    """

    title: str
    of: Callable[[Point], Estimate]


TOKENS = Cost("tokens per problem", lambda point: point.tokens)
SECONDS = Cost("seconds per problem", lambda point: point.seconds)


class Chart:
    """Accuracy against a cost.

    Args:
        points: at least one.
        cost: what stands on the x axis.
    """

    def __init__(self, points: Sequence[Point], cost: Cost) -> None:
        self._points = points
        self._cost = cost
        costs = [max(cost.of(point).value, 1e-9) for point in points]
        self._x = math.log10(min(costs)) - 0.05, math.log10(max(costs)) + 0.12
        ends = [end for point in points for end in _bar(point)]
        self._y = max(min(ends) - 0.5, 0.0), min(max(ends) + 0.5, 100.0)

    def draw(self, pen: Pen) -> None:
        """Axes, the frontier, every candidate, and names of those that matter."""
        self._axes(pen)
        ordered = sorted(self._points, key=lambda point: self._cost.of(point).value)
        frontier = _staircase(ordered)
        steps: list[tuple[float, float]] = []
        for point in frontier:
            x, y = self._place(point)
            steps += [(x, steps[-1][1]), (x, y)] if steps else [(x, y)]
        if steps:
            pen.line([*steps, (WIDTH - _RIGHT, steps[-1][1])], _FRONTIER, 2)
        for point in ordered:
            x = self._place(point)[0]
            pen.line([(x, self._height(end)) for end in _bar(point)], _BAR, 2)
        for point in ordered:
            x, y = self._place(point)
            pen.dot(x, y, 5 if point in frontier else 3.5, _COLOURS[point.kind], _told(point))
        self._labels(pen, [one for one in ordered if one in frontier or one.kind != "selector"])

    def _axes(self, pen: Pen) -> None:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for value in _log_ticks(*self._x):
            x = self._width(value)
            pen.line([(x, _TOP), (x, bottom)], _GRID, 1)
            pen.text(x, bottom + 16, _short(value), _INK, 12, "middle")
        for share in _even_ticks(*self._y):
            y = self._height(share)
            pen.line([(_LEFT, y), (right, y)], _GRID, 1)
            pen.text(_LEFT - 8, y, f"{share:g}", _INK, 12, "end")
        pen.line([(_LEFT, _TOP), (_LEFT, bottom), (right, bottom)], _INK, 1)
        pen.text((_LEFT + right) / 2, HEIGHT - 14, self._cost.title, _INK, 13, "middle")
        title = "right verdicts, %; bars: 95 % of the difference to the full vote"
        pen.text(_LEFT - 50, 16, title, _INK, 13, "start")
        x = right
        for kind, colour in reversed(_COLOURS.items()):
            if any(point.kind == kind for point in self._points):
                pen.text(x, 16, kind, colour, 12, "end")
                pen.dot(x - 8 * len(kind) - 2, 16, 4, colour, "")
                x -= 8 * len(kind) + 20

    def _labels(self, pen: Pen, points: Sequence[Point]) -> None:
        """Names beside their dots, moved up or down where they would lie on each other."""
        taken: list[tuple[float, float, float]] = []
        for point in points:
            x, y = self._place(point)
            name = point.name[:_LABEL_CHARS]
            wide = 6.2 * len(name)
            right = x + 8 + wide < WIDTH
            start = x + 8 if right else x - 8 - wide
            for at in (y + step * _LABEL_APART for step in _STEPS):
                free = all(
                    abs(at - other) >= _LABEL_APART or start >= end or start + wide <= begin
                    for begin, end, other in taken
                )
                if free and _TOP < at < HEIGHT - _BOTTOM:
                    taken.append((start, start + wide, at))
                    if at != y:
                        pen.line([(x, y), (x + (6 if right else -6), at)], _FRONTIER, 1)
                    anchor, side = ("start", x + 8) if right else ("end", x - 8)
                    pen.text(side, at, name, _COLOURS[point.kind], 11, anchor)
                    break

    def _place(self, point: Point) -> tuple[float, float]:
        cost = max(self._cost.of(point).value, 1e-9)
        return self._width(cost), self._height(100 * point.accuracy.value)

    def _width(self, value: float) -> float:
        low, high = self._x
        return _LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def _height(self, share: float) -> float:
        low, high = self._y
        held = min(max(share, low), high)
        return HEIGHT - _BOTTOM - (held - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)


def _staircase(ordered: Sequence[Point]) -> list[Point]:
    """Those that are more accurate than all cheaper ones."""
    steps: list[Point] = []
    for point in ordered:
        if not steps or point.accuracy.value > steps[-1].accuracy.value:
            steps.append(point)
    return steps


def _bar(point: Point) -> tuple[float, float]:
    """Where its accuracy lies against that of the full vote, which is taken as known; in %."""
    full = point.accuracy.value - point.gain.value
    return 100 * (full + point.gain.low), 100 * (full + point.gain.high)


def _told(point: Point) -> str:
    return (
        f"{point.name}: {100 * point.accuracy.value:.1f} % right, {point.tokens.value:,.0f} tokens,"
        f" {point.seconds.value:,.0f} s per problem"
    )


def _log_ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(low), math.ceil(high) + 1)
    every = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return [value for value in every if low <= math.log10(value) <= high]


def _even_ticks(low: float, high: float) -> list[float]:
    step = next((one for one in (0.5, 1, 2, 5, 10) if (high - low) / one <= 10), 20)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
