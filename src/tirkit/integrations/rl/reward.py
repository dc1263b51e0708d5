"""What an attempt earns."""

from collections.abc import Awaitable, Callable

import anyio.to_thread

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.bench.grader import Grader
from tirkit.types import Answer, Problem, Trajectory

Reward = Callable[[Problem, Trajectory], Awaitable[float | None]]
"""What an attempt earns; None where nothing can be said."""


def reference_reward(right: float = 1.0, wrong: float = 0.0, how: Comparison = EXACT) -> Reward:
    """A reward by the problem's reference answer; None where it has none.

    Args:
        right: for an answer that is shown to be the reference.
        wrong: for any other, and for none.
        how: when two answers are the same.
    """

    async def earned(problem: Problem, trajectory: Trajectory) -> float | None:
        if problem.answer is None:
            return None
        return right if await is_right(problem, trajectory.answer, how) else wrong

    return earned


async def is_right(problem: Problem, answer: Answer | None, how: Comparison = EXACT) -> bool:
    """Whether the answer is shown to be the problem's reference.

    Asked in a thread: symbols may take up to `how.timeout_seconds`.
    """
    return await anyio.to_thread.run_sync(Grader(problem, how).is_right, answer)
