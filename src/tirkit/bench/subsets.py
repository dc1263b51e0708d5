"""What a selector would have answered with k of the recorded attempts at a problem."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from tirkit.answers import Comparison
from tirkit.bench.grader import EXACT, Grader
from tirkit.bench.majority_at_k import MOST_ATTEMPTS, MajorityCount
from tirkit.bench.work import NOT_BY_ITSELF
from tirkit.selection import Ballot, MajorityVote, Selector, ballot_from, count
from tirkit.types import Solution

DRAWS = 64
"""Subsets drawn at random where there are too many to try all."""
MOST_SUBSETS = 256
"""As many are all tried."""
MAJORITY = MajorityVote()


@dataclass(frozen=True, slots=True)
class Share:
    """The chance that a verdict on k attempts is right.

    Attributes:
        value: in [0, 1].
        error: standard error from drawing subsets; 0 where all were counted.
    """

    value: float
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class GradedBallots:
    """What the finished attempts at one problem left, and a grader for it.

    Attributes:
        problem_id: the problem.
        seed: of the subsets drawn; the problem's content hash.
        ballots: of the attempts that finished by themselves, by index.
        grader: tells what is right and what is the same.
    """

    problem_id: str
    seed: str
    ballots: tuple[Ballot, ...]
    grader: Grader

    @classmethod
    def of(cls, solution: Solution, how: Comparison = EXACT) -> "GradedBallots":
        """The ballots of a settled problem."""
        ended = sorted(solution.trajectories, key=lambda one: one.index)
        return cls(
            problem_id=solution.problem.id,
            seed=solution.problem.content_hash,
            ballots=tuple(
                ballot_from(one) for one in ended if one.stop_reason not in NOT_BY_ITSELF
            ),
            grader=Grader(solution.problem, how, solution.verdict.tally),
        )

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(self.grader.is_right(ballot.answer) for ballot in self.ballots)


def powers_up_to(most: int) -> tuple[int, ...]:
    """1, 2, 4, … up to `most`."""
    return tuple(2**power for power in range(max(most, 0).bit_length()))


def selector_at_k(
    problem: GradedBallots, selector: Selector, ks: Sequence[int], draws: int = DRAWS
) -> dict[int, Share]:
    """The chance that a selector is right with k attempts, each k of the finished as likely.

    A plain majority is counted exactly, ties as it breaks them; where confidences break them, the
    chance of a tie won is drawn. Any other selector decides over all subsets where there are at
    most `MOST_SUBSETS`, else over `draws` of them, the same for every selector.

    Args:
        problem: with a reference.
        selector: chooses.
        ks: numbers of attempts; those above the finished ones are left out.
        draws: subsets drawn, at least 1.

    Raises:
        ValueError: a k or `draws` is below 1.
    """
    if draws < 1 or any(k < 1 for k in ks):
        raise ValueError(f"{draws} draws of {list(ks)} attempts: all must be at least 1")
    reached = sorted({k for k in ks if k <= len(problem.ballots)})
    if isinstance(selector, MajorityVote) and len(problem.ballots) <= MOST_ATTEMPTS:
        return _majority(problem, reached, draws)
    return {k: _tried(problem, selector, k, draws) for k in reached}


def _majority(problem: GradedBallots, ks: Sequence[int], draws: int) -> dict[int, Share]:
    groups, right = _groups(problem)
    if not right or not ks:
        return {k: Share(0.0) for k in ks}
    counting = MajorityCount(groups, right, max(ks))
    if all(ballot.confidence is None for ballot in problem.ballots):
        return {k: _share(chance) for k, chance in zip(ks, counting.first(ks), strict=True)}
    found = {}
    for k, alone, leading in zip(ks, counting.alone(ks), counting.leading(ks), strict=True):
        if math.isclose(alone, leading, rel_tol=1e-9):
            found[k] = _share(alone)
        else:
            won = _tried(problem, MAJORITY, k, draws, ties_alone=True)
            found[k] = _share(alone + won.value, won.error)
    return found


def _share(chance: float, error: float = 0.0) -> Share:
    return Share(min(chance, 1.0), error)


def _groups(problem: GradedBallots) -> tuple[list[int | None], list[int]]:
    """For each attempt the number of its answer, and the numbers of the right ones."""
    grader = problem.grader
    entries = count(MAJORITY, problem.ballots, grader.same, exact=grader.how.exact).entries
    number = {vote.attempt_index: place for place, one in enumerate(entries) for vote in one.votes}
    right = [place for place, entry in enumerate(entries) if grader.is_right(entry.answer)]
    return [number.get(ballot.index) for ballot in problem.ballots], right


def _tried(
    problem: GradedBallots, selector: Selector, k: int, draws: int, *, ties_alone: bool = False
) -> Share:
    """How often a selector is right, or right by a tie it broke, over subsets of k attempts."""
    grader, attempts = problem.grader, len(problem.ballots)
    exact = grader.how.exact
    every = math.comb(attempts, k) <= MOST_SUBSETS
    subsets = (
        itertools.combinations(range(attempts), k)
        if every
        else drawn_subsets(problem.seed, attempts, k, draws)
    )
    right = tried = 0
    for chosen in subsets:
        ballots = [problem.ballots[place] for place in chosen]
        verdict = selector.select(count(selector, ballots, grader.same, exact=exact))
        counts = bool(verdict.tie_broken_by) or not ties_alone
        right += counts and grader.is_right(verdict.answer)
        tried += 1
    return Share(right / tried, 0.0 if every else _drawing_error(right, tried))


def _drawing_error(right: int, tried: int) -> float:
    """Of a drawn share; with one hit and one miss more, so that none counts as certain."""
    share = (right + 1) / (tried + 2)
    return math.sqrt(share * (1 - share) / tried)


@lru_cache(maxsize=64)
def drawn_subsets(seed: str, attempts: int, k: int, draws: int) -> tuple[tuple[int, ...], ...]:
    """Random subsets, every attempt in as many as any other: shuffled orders, cut into pieces."""
    draw = Random(f"{seed}:{k}")
    order = list(range(attempts))
    found: list[tuple[int, ...]] = []
    while len(found) < draws:
        draw.shuffle(order)
        found += [
            tuple(sorted(order[start : start + k])) for start in range(0, attempts - k + 1, k)
        ]
    return tuple(found[:draws])
