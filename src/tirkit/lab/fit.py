"""A population that behaves as recorded runs did."""

import math
import statistics
from collections.abc import Sequence

from tirkit.answers import Equivalence, equivalent
from tirkit.errors import ConfigError
from tirkit.lab.course import Course
from tirkit.lab.population import AnswerModel, ProblemModel
from tirkit.selection import Ballot, MajorityVote, count

_FEW = 4
"""Attempts with an answer below which spreads are taken over the whole problem."""
_LEAST_TOKENS = 1


def fit_population(courses: Sequence[Course]) -> list[ProblemModel]:
    """A model of every problem: how often each answer came, how long and how sure it was.

    Of attempts that were cancelled nobody knows the answer; where the quick ones settled a problem
    the fit is of the quick ones, so fit runs that let all attempts end.

    Raises:
        ConfigError: a problem has no attempt that ended by itself.
    """
    return [_problem(course) for course in courses]


def _problem(course: Course) -> ProblemModel:
    ballots = [one.ballot for one in course.timed if one.heard]
    if not ballots:
        raise ConfigError(f"problem {course.problem_id} has no attempt that ended by itself")
    tally = count(MajorityVote(), ballots)
    by_index = {ballot.index: ballot for ballot in ballots}
    groups = [
        (entry.answer.canonical, [by_index[vote.attempt_index] for vote in entry.votes])
        for entry in tally.entries
    ]
    silent = [ballot for ballot in ballots if ballot.answer is None]
    if silent:
        groups.append(("", silent))
    models = [_answer(canonical, group, ballots) for canonical, group in groups]
    return ProblemModel(course.problem_id, _reference(course, groups), tuple(models))


def _reference(course: Course, groups: Sequence[tuple[str, Sequence[Ballot]]]) -> str | None:
    """The reference in the form its group has, so that drawn answers can be held against it."""
    if course.reference is None:
        return None
    for canonical, _ in groups:
        if canonical and equivalent(canonical, course.reference) is Equivalence.EQUAL:
            return canonical
    return course.reference


def _answer(canonical: str, group: Sequence[Ballot], every: Sequence[Ballot]) -> AnswerModel:
    tokens, tokens_spread = _log_normal(
        [float(max(one.tokens, _LEAST_TOKENS)) for one in group],
        [float(max(one.tokens, _LEAST_TOKENS)) for one in every],
    )
    entropies, all_entropies = _entropies(group), _entropies(every)
    entropy = _log_normal(entropies or all_entropies, all_entropies) if all_entropies else None
    printed = sum(any(canonical in text for text in one.outputs) for one in group)
    return AnswerModel(
        canonical=canonical,
        share=float(len(group)),
        tokens=tokens,
        tokens_spread=tokens_spread,
        entropy_bits=None if entropy is None else entropy[0],
        entropy_spread=0.0 if entropy is None else entropy[1],
        printed=printed / len(group) if canonical else 0.0,
    )


def _entropies(ballots: Sequence[Ballot]) -> list[float]:
    told = [ballot.stats.whole.mean_entropy for ballot in ballots if ballot.stats is not None]
    return [value for value in told if value is not None and 0 < value < math.inf]


def _log_normal(values: Sequence[float], every: Sequence[float]) -> tuple[float, float]:
    """Median and spread; of few values the spread is that of all."""
    logs = [math.log(value) for value in values]
    wide = logs if len(logs) >= _FEW else [math.log(value) for value in every]
    spread = statistics.stdev(wide) if len(wide) > 1 else 0.0
    return math.exp(statistics.fmean(logs)), spread
