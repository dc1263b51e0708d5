"""Which answer stood at the end of each turn."""

from collections.abc import Mapping

from tirkit.answers import Source
from tirkit.bench.trace import answers_seen
from tirkit.types import AnswerDomain, Trajectory


def standing_answers(
    trajectory: Trajectory, domain: AnswerDomain, sources: tuple[Source, ...]
) -> Mapping[int, str]:
    """By turn, the last answer that had appeared at its end; turns before the first are not there.

    Args:
        trajectory: the attempt.
        domain: of its problem.
        sources: the forms in which answers are looked for.
    """
    last = {one.turn: one.answer.canonical for one in answers_seen(trajectory, domain, sources)}
    standing: dict[int, str] = {}
    answer: str | None = None
    for turn in range(len(trajectory.turns)):
        answer = last.get(turn, answer)
        if answer is not None:
            standing[turn] = answer
    return standing
