"""The votes on a problem: at the end, and while attempts finished."""

from collections import Counter
from collections.abc import Sequence

from tirkit.bench.grader import Grader
from tirkit.report.build.attempts import MOST_NAME_CHARS
from tirkit.report.build.cut import cut_text
from tirkit.report.build.grading import right_or_unknown
from tirkit.report.build.numbers import finite, seconds
from tirkit.report.payload import VoteMoment, Votes
from tirkit.types import Solution, StopReason, Tally, Trajectory

MOST_ANSWERS = 8
"""Answers shown at a moment and in a problem's line; the others are rare, or the model guesses."""
OTHERS = "others"


def began_at(trajectories: Sequence[Trajectory]) -> float:
    """When the first attempt began, in seconds since the epoch; 0 without any."""
    return min((finite(one.started_at) for one in trajectories), default=0.0)


def final_votes(tally: Tally, grader: Grader) -> tuple[Votes, ...]:
    """The votes of a verdict, best first; those for rare answers are put together."""
    shown = [
        Votes(
            cut_text(entry.answer.canonical, MOST_NAME_CHARS).text,
            entry.count,
            round(finite(entry.weight), 4),
            right_or_unknown(grader, entry.answer),
        )
        for entry in tally.entries[:MOST_ANSWERS]
    ]
    rest = tally.entries[MOST_ANSWERS:]
    if rest:
        weight = round(sum(finite(entry.weight) for entry in rest), 4)
        right = any(grader.is_right(entry.answer) for entry in rest)
        graded = right if grader.has_reference else None
        shown.append(Votes(OTHERS, sum(entry.count for entry in rest), weight, graded))
    return tuple(shown)


def vote_moments(solution: Solution) -> tuple[VoteMoment, ...]:
    """The votes right after each attempt that finished, cancelled ones passed over.

    Answers that the verdict took as the same are one; answers it did not count stand as they are.
    """
    names = {
        vote.attempt_index: entry.answer.canonical
        for entry in solution.verdict.tally.entries
        for vote in entry.votes
    }
    began = began_at(solution.trajectories)
    heard = [one for one in solution.trajectories if one.stop_reason is not StopReason.CANCELLED]
    heard.sort(key=lambda one: (_ended(one), one.index))
    counts: Counter[str] = Counter()
    moments, tokens = [], 0
    for one in heard:
        tokens += one.spent.sampled_tokens + one.spent.wasted_tokens
        if one.answer is not None:
            counts[names.get(one.index, one.answer.canonical)] += 1
        at = seconds(_ended(one) - began)
        moments.append(VoteMoment(at, one.index, tokens, _best(counts)))
    return tuple(moments)


def _best(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    best = [(cut_text(name, MOST_NAME_CHARS).text, count) for name, count in ranked[:MOST_ANSWERS]]
    rest = sum(count for _, count in ranked[MOST_ANSWERS:])
    return (*best, (OTHERS, rest)) if rest else tuple(best)


def _ended(one: Trajectory) -> float:
    return finite(one.started_at) + finite(one.duration_seconds)
