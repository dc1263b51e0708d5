"""Turn what attempts answered into votes, and votes into a tally."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tirkit.answers import Equivalence, equivalent
from tirkit.answers.classes import classes, shortness
from tirkit.errors import ConfigError
from tirkit.types import Answer, Tally, TallyEntry, Trajectory, Vote

MAX_WEIGHT = 1e9
"""Largest weight of one vote: sums stay finite and small votes still count beside it."""


def vote_from(trajectory: Trajectory) -> Vote | None:
    """The attempt's vote, or None if it found no admissible answer.

    The confidence is the geometric mean probability of the sampled tokens, exp(mean log-prob), in
    [0, 1]; None where log-probabilities were off or are not numbers.
    """
    if trajectory.answer is None:
        return None
    mean = trajectory.mean_logprob
    confidence = None if mean is None or math.isnan(mean) else math.exp(min(mean, 0.0))
    return Vote(trajectory.index, trajectory.answer, confidence=confidence)


def describe_silence(trajectories: Iterable[Trajectory]) -> str:
    """How the attempts without an answer ended, such as `2 token_limit, 1 cancelled`, or ""."""
    reasons = Counter(
        trajectory.stop_reason.value for trajectory in trajectories if trajectory.answer is None
    )
    return ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))


def tally(
    votes: Iterable[Vote],
    silent: int = 0,
    *,
    left_out: int = 0,
    compare: Callable[[str | Answer, str | Answer], Equivalence] = equivalent,
    exact: bool = True,
) -> Tally:
    """Group votes by equivalence, best first; the order they came in changes nothing.

    Answers are one group when a chain of EQUAL pairs links them (`tirkit.answers.classes`);
    UNKNOWN keeps them apart. `compare` sees each pair of distinct canonical forms at most once,
    and no pair of two numbers.

    Args:
        votes: at most one per attempt.
        silent: finished attempts that gave no admissible answer.
        left_out: finished attempts whose answer is not to count.
        compare: tells whether two answers say the same.
        exact: whether two numbers are the same only as texts; not where `compare` has tolerances.

    Raises:
        ConfigError: a weight is not a number in (0, `MAX_WEIGHT`], two votes have the same
            attempt index, or `silent` or `left_out` is negative.
    """
    ordered = sorted(votes, key=lambda vote: vote.attempt_index)
    _check(ordered, silent, left_out)
    groups: dict[str, list[Vote]] = {}
    for vote in ordered:
        groups.setdefault(vote.answer.canonical, []).append(vote)
    linked = classes(
        groups,
        lambda one, other: compare(Answer(one, one), Answer(other, other)),
        exact=exact,
    )
    merged = ([vote for form in forms for vote in groups[form]] for forms in linked)
    entries = sorted(map(_entry, merged), key=_standing)
    return Tally(tuple(entries), silent, left_out)


def _check(ordered: Sequence[Vote], silent: int, left_out: int) -> None:
    if silent < 0:
        raise ConfigError(f"{silent} silent attempts: a count cannot be negative")
    if left_out < 0:
        raise ConfigError(f"{left_out} attempts left out: a count cannot be negative")
    for vote in ordered:
        if not 0 < vote.weight <= MAX_WEIGHT:  # also refuses NaN
            raise ConfigError(
                f"vote of attempt {vote.attempt_index} has weight {vote.weight}: it must be above "
                f"0 and at most {MAX_WEIGHT:g}; leave the vote out instead of weighing it 0"
            )
    for one, other in itertools.pairwise(ordered):
        if one.attempt_index == other.attempt_index:
            raise ConfigError(f"attempt {one.attempt_index} votes twice: give each its own index")


def _entry(votes: list[Vote]) -> TallyEntry:
    votes.sort(key=lambda vote: vote.attempt_index)
    answers = (vote.answer for vote in votes)
    chosen = min(answers, key=lambda answer: (shortness(answer.canonical), shortness(answer.text)))
    return TallyEntry(chosen, tuple(votes))


def _standing(entry: TallyEntry) -> tuple[float, int, str]:
    return -entry.weight, -entry.count, entry.answer.canonical
