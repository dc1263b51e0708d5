"""A selector and a stop rule over recorded runs, held against what was answered then."""

from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.answers import Equivalence, equivalent
from tirkit.bench.estimates import Estimate, bootstrap, wilson
from tirkit.errors import ConfigError
from tirkit.lab.candidates import Candidate
from tirkit.lab.course import Course
from tirkit.lab.replay import Outcome, replay

_RIGHT_BEFORE = {True: {"same", "changed"}, False: {"lost"}}
"""By whether the answer is right now: the changes of one that was right before."""


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One problem.

    Attributes:
        problem_id: the problem.
        reference: its right answer, or None.
        recorded: the answer of the run, or None.
        answer: the answer now, or None.
        right: whether it is right; None without a reference.
        change: "same", "changed", "gained" (wrong before, right now) or "lost".
        tokens: drawn until the decision.
        recorded_tokens: drawn in the run.
        seconds: until the decision.
        recorded_seconds: until the run's last attempt had ended.
        finished: attempts that voted or were silent.
        reason: why it was settled.
        verdict: why this answer.
        complete: whether the record holds all the decision would have rested on.
    """

    problem_id: str
    reference: str | None
    recorded: str | None
    answer: str | None
    right: bool | None
    change: str
    tokens: int
    recorded_tokens: int
    seconds: float
    recorded_seconds: float
    finished: int
    reason: str
    verdict: str
    complete: bool


@dataclass(frozen=True, slots=True)
class VoteReport:
    """All problems, and the sums.

    Attributes:
        stop: the stop rule's text, "" for none.
        selector: the selector's.
        problems: how many.
        accuracy: share of right answers now, of those with a reference; Wilson interval.
        recorded_accuracy: the same of the run.
        tokens: mean per problem; bootstrap interval.
        seconds: likewise.
        saved: share of the run's tokens that were not needed; negative for more.
        gained: problems that were wrong and are right.
        lost: problems that were right and are wrong.
        incomplete: decisions for which the record lacks attempts.
        rows: one per problem.
    """

    stop: str
    selector: str
    problems: int
    accuracy: Estimate | None
    recorded_accuracy: Estimate | None
    tokens: Estimate
    seconds: Estimate
    saved: float
    gained: int
    lost: int
    incomplete: int
    rows: tuple[VoteRow, ...]


def vote_again(
    courses: Sequence[Course], candidate: Candidate, attempts: int | None = None
) -> VoteReport:
    """Let a candidate decide over every course, in the recorded finishing order.

    Args:
        courses: the problems.
        candidate: its rule and selector.
        attempts: only so many of each problem's attempts, by index; None for all.

    Raises:
        ConfigError: there are no courses, or `attempts` is below 1.
    """
    if not courses:
        raise ConfigError("no problem to vote on")
    rows = []
    for course in courses:
        most = course.attempts if attempts is None else min(attempts, course.attempts)
        rows.append(_row(course, replay(course, candidate.within(most))))
    graded = [row for row in rows if row.right is not None]
    before = [row.change in _RIGHT_BEFORE[bool(row.right)] for row in graded]
    recorded = sum(row.recorded_tokens for row in rows)
    return VoteReport(
        stop=candidate.stop,
        selector=candidate.selector,
        problems=len(rows),
        accuracy=wilson(sum(bool(row.right) for row in graded), len(graded)) if graded else None,
        recorded_accuracy=wilson(sum(before), len(before)) if before else None,
        tokens=bootstrap([float(row.tokens) for row in rows]),
        seconds=bootstrap([row.seconds for row in rows]),
        saved=1 - sum(row.tokens for row in rows) / recorded if recorded else 0.0,
        gained=sum(row.change == "gained" for row in rows),
        lost=sum(row.change == "lost" for row in rows),
        incomplete=sum(not row.complete for row in rows),
        rows=tuple(rows),
    )


def _row(course: Course, outcome: Outcome) -> VoteRow:
    verdict = outcome.verdict
    answer = None if verdict.answer is None else verdict.answer.canonical
    right = None if course.reference is None else _same(course, answer, course.reference)
    return VoteRow(
        problem_id=course.problem_id,
        reference=course.reference,
        recorded=course.recorded,
        answer=answer,
        right=right,
        change=_change(course, answer, right=right),
        tokens=outcome.tokens,
        recorded_tokens=sum(one.ballot.tokens for one in course.timed),
        seconds=outcome.seconds,
        recorded_seconds=max(one.ended for one in course.timed),
        finished=outcome.finished,
        reason=outcome.reason,
        verdict=verdict.reason,
        complete=outcome.fired and not outcome.unheard,
    )


def _change(course: Course, answer: str | None, *, right: bool | None) -> str:
    if right is not None:
        before = _same(course, course.recorded, course.reference)
        if right != before:
            return "gained" if right else "lost"
    return "same" if _same(course, answer, course.recorded) else "changed"


def _same(course: Course, one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return equivalent(one, other, course.comparison) is Equivalence.EQUAL
