"""Right, wrong, or nobody knows."""

from tirkit.bench.grader import Grader
from tirkit.types import Answer


def right_or_unknown(grader: Grader, answer: Answer | None) -> bool | None:
    """Whether an answer is shown to be right; None without an answer or a reference.

    A comparison of symbols may take its time: call it from a worker thread where a loop runs.
    """
    if answer is None or not grader.has_reference:
        return None
    return grader.is_right(answer)
