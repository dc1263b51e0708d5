"""What an attempt did when."""

from tirkit.display.lanes import trajectory_stretches
from tirkit.display.picture import Doing
from tirkit.report.build.numbers import finite, seconds
from tirkit.report.payload import Lane, LaneKind
from tirkit.types import Trajectory

_SHORTEST_SECONDS = 1e-4
"""Shorter stretches are not shown."""
_KINDS = {
    Doing.WRITING: LaneKind.GENERATE,
    Doing.RUNNING_CODE: LaneKind.CODE,
    Doing.QUEUEING: LaneKind.QUEUE,
}


def attempt_lanes(trajectory: Trajectory, began: float) -> tuple[Lane, ...]:
    """The stretches of an attempt, in order, none of them past its end.

    A cell may outlive the attempt it was cancelled with. Where the record does not tell when a turn
    began, turns stand one behind the other.

    Args:
        trajectory: the attempt.
        began: when it began, on the clock of its problem, in seconds.
    """
    length = finite(trajectory.duration_seconds)
    ended = began + length if length > 0 else float("inf")
    lanes = []
    for stretch in trajectory_stretches(trajectory, began):
        shown = min(stretch.end, ended) - stretch.start
        if shown >= _SHORTEST_SECONDS:
            lanes.append(Lane(_KINDS[stretch.doing], seconds(stretch.start), seconds(shown)))
    return tuple(lanes)


def tells_times(trajectory: Trajectory) -> bool:
    """Whether the record tells when the turns began."""
    return not trajectory.turns or any(one.began_seconds is not None for one in trajectory.turns)
