"""What a recorded attempt did when."""

import math
from collections.abc import Iterator, Sequence

from tirkit.display.picture import Doing, Stretch, real_seconds
from tirkit.types import Trajectory, Turn


def trajectory_stretches(trajectory: Trajectory, began: float = 0.0) -> tuple[Stretch, ...]:
    """The stretches of an attempt, in order; `began` is its start on the clock that is shown.

    Where the record does not tell when a turn began, turns stand one behind the other. The time to
    a turn's first token counts as writing: records do not tell it apart.
    """
    found = list(_stretches(trajectory.turns, began))
    beside = trajectory.reasoner
    if beside is not None:
        later = real_seconds(beside.started_at - trajectory.started_at)
        found += _stretches(beside.turns, began + later)
    return tuple(sorted(found, key=lambda stretch: stretch.start))


def origin(trajectories: Sequence[Trajectory]) -> float:
    """When the first of some attempts began, in seconds since the epoch; 0 without any."""
    told = (one.started_at for one in trajectories)
    return min((at for at in told if math.isfinite(at)), default=0.0)


def _stretches(turns: Sequence[Turn], began: float) -> Iterator[Stretch]:
    clock = 0.0
    for place, turn in enumerate(turns):
        start = clock if turn.began_seconds is None else real_seconds(turn.began_seconds)
        end = start + real_seconds(turn.generate_seconds)
        yield from _stretch(Doing.WRITING, began, start, end)
        clock = end
        if turn.result is None:
            continue
        queued = real_seconds(turn.result.queue_seconds)
        ran = real_seconds(turn.result.duration_seconds)
        # Code may begin while the model still writes it: it ends before the next turn begins.
        later = next((one.began_seconds for one in turns[place + 1 :]), None)
        if later is not None:
            end = max(min(end, real_seconds(later) - queued - ran), start)
        yield from _stretch(Doing.QUEUEING, began, end, end + queued)
        yield from _stretch(Doing.RUNNING_CODE, began, end + queued, end + queued + ran)
        clock = max(clock, end + queued + ran)


def _stretch(doing: Doing, began: float, start: float, end: float) -> Iterator[Stretch]:
    if end > start:
        yield Stretch(doing, began + start, began + end)
