"""Which answer stood at the end of each turn."""

from collections.abc import Mapping

from tirkit.types import Problem, Trajectory


def standing_answers(trajectory: Trajectory, problem: Problem) -> Mapping[int, str]:
    """By turn, the answer that stood at its end."""
    del problem
    last = len(trajectory.turns) - 1
    return {} if trajectory.answer is None or last < 0 else {last: trajectory.answer.canonical}
