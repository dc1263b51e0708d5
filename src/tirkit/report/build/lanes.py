"""What an attempt did when."""

from collections.abc import Iterator, Sequence

from tirkit.report.build.numbers import finite, seconds
from tirkit.report.payload import Lane, LaneKind
from tirkit.types import Trajectory, Turn

_SHORTEST_SECONDS = 1e-4
"""Shorter stretches are not shown."""


def attempt_lanes(trajectory: Trajectory, began: float) -> tuple[Lane, ...]:
    """The stretches of an attempt, in order.

    Where the record does not tell when a turn began, turns stand one behind the other.

    Args:
        trajectory: the attempt.
        began: when it began, on the clock of its problem, in seconds.
    """
    beside = trajectory.reasoner
    found = list(_lanes(trajectory.turns, began))
    if beside is not None:
        later = finite(beside.started_at) - finite(trajectory.started_at)
        found += _lanes(beside.turns, began + max(later, 0.0))
    found.sort(key=lambda lane: lane.start)
    ended = began + finite(trajectory.duration_seconds)
    return tuple(_within(found, ended) if ended > began else found)


def tells_times(trajectory: Trajectory) -> bool:
    """Whether the record tells when the turns began."""
    return not trajectory.turns or any(one.began_seconds is not None for one in trajectory.turns)


def _lanes(turns: Sequence[Turn], began: float) -> Iterator[Lane]:
    clock = 0.0
    for place, turn in enumerate(turns):
        start = clock if turn.began_seconds is None else finite(turn.began_seconds)
        drawn = max(finite(turn.generate_seconds), 0.0)
        yield from _lane(LaneKind.GENERATE, began + start, drawn)
        clock = start + drawn
        if turn.result is None:
            continue
        queue = max(finite(turn.result.queue_seconds), 0.0)
        running = max(finite(turn.result.duration_seconds), 0.0)
        # Code may begin while the model still writes it: then it ends with its turn.
        over = _next_began(turns, place)
        at = clock if over is None else max(min(clock, over - queue - running), start)
        yield from _lane(LaneKind.QUEUE, began + at, queue)
        yield from _lane(LaneKind.CODE, began + at + queue, running)
        clock = max(clock, at + queue + running)


def _within(lanes: Sequence[Lane], ended: float) -> Iterator[Lane]:
    """The lanes up to the attempt's end: a cell may outlive the attempt it was cancelled with."""
    for lane in lanes:
        left = ended - lane.start
        yield from _lane(lane.kind, lane.start, min(lane.seconds, left))


def _next_began(turns: Sequence[Turn], place: int) -> float | None:
    """When the generation after a turn began; None if there is none or nobody knows."""
    if place + 1 == len(turns) or turns[place + 1].began_seconds is None:
        return None
    return finite(turns[place + 1].began_seconds)


def _lane(kind: LaneKind, start: float, length: float) -> Iterator[Lane]:
    if length >= _SHORTEST_SECONDS:
        yield Lane(kind, seconds(start), seconds(length))
