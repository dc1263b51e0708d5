"""Turn what attempts answered into votes, and votes into a tally."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tirkit.answers import Equivalence, equivalent, is_number
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
    compare: Callable[[str | Answer, str | Answer], Equivalence] = equivalent,
) -> Tally:
    """Group votes by equivalence, best first; the order they came in changes nothing.

    Answers are one group when a chain of EQUAL pairs links them; UNKNOWN keeps them apart.
    `compare` sees each pair of distinct canonical forms once, and no pair of two numbers.

    Args:
        votes: at most one per attempt.
        silent: finished attempts that gave no admissible answer.
        compare: tells whether two answers say the same.

    Raises:
        ConfigError: a weight is not a number in (0, `MAX_WEIGHT`], two votes have the same
            attempt index, or `silent` is negative.
    """
    ordered = sorted(votes, key=lambda vote: vote.attempt_index)
    _check(ordered, silent)
    groups: dict[str, list[Vote]] = {}
    for vote in ordered:
        groups.setdefault(vote.answer.canonical, []).append(vote)
    merged: dict[str, list[Vote]] = {}
    for form, leader in _leaders(sorted(groups, key=_shortness), compare).items():
        merged.setdefault(leader, []).extend(groups[form])
    entries = sorted(map(_entry, merged.values()), key=_standing)
    return Tally(tuple(entries), silent)


def _check(ordered: Sequence[Vote], silent: int) -> None:
    if silent < 0:
        raise ConfigError(f"{silent} silent attempts: a count cannot be negative")
    for vote in ordered:
        if not 0 < vote.weight <= MAX_WEIGHT:  # also refuses NaN
            raise ConfigError(
                f"vote of attempt {vote.attempt_index} has weight {vote.weight}: it must be above "
                f"0 and at most {MAX_WEIGHT:g}; leave the vote out instead of weighing it 0"
            )
    for one, other in itertools.pairwise(ordered):
        if one.attempt_index == other.attempt_index:
            raise ConfigError(f"attempt {one.attempt_index} votes twice: give each its own index")


def _leaders(
    forms: Sequence[str], compare: Callable[[str | Answer, str | Answer], Equivalence]
) -> dict[str, str]:
    """For each canonical form, shortest first, the shortest it is linked to."""
    leader = {form: form for form in forms}
    for position, form in enumerate(forms):
        numeric = is_number(form)
        for other in forms[:position]:
            if leader[form] == leader[other] or (numeric and is_number(other)):
                continue
            if compare(Answer(form, form), Answer(other, other)) is Equivalence.EQUAL:
                low, high = sorted((leader[form], leader[other]), key=_shortness)
                leader = {key: low if value == high else value for key, value in leader.items()}
    return leader


def _shortness(canonical: str) -> tuple[int, str]:
    return len(canonical), canonical


def _entry(votes: list[Vote]) -> TallyEntry:
    votes.sort(key=lambda vote: vote.attempt_index)
    answers = (vote.answer for vote in votes)
    chosen = min(
        answers, key=lambda answer: (_shortness(answer.canonical), _shortness(answer.text))
    )
    return TallyEntry(chosen, tuple(votes))


def _standing(entry: TallyEntry) -> tuple[float, int, str]:
    return -entry.weight, -entry.count, entry.answer.canonical
