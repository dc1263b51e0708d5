"""What every selector promises."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tirkit.answers import Equivalence, equivalent
from tirkit.selection.ballot import Ballot
from tirkit.selection.tally import tally
from tirkit.types import Answer, Tally, Verdict, Vote

Compare = Callable[[str | Answer, str | Answer], Equivalence]


class Selector(Protocol):
    """Chooses one answer from what finished attempts have left, online and offline alike.

    A selector is a small frozen object without state: the same ballots, in any order, always give
    the same verdict. It says in `Verdict.reason` why it chose, and in `Verdict.tie_broken_by` what
    decided a tie. Without votes there is a verdict without an answer, never an exception.
    """

    def weigh(self, ballots: Sequence[Ballot]) -> Sequence[Vote]:
        """Votes of the attempts, each with its weight; one that is not to count has none."""

    def select(self, tally: Tally) -> Verdict:
        """Choose, or say why nothing could be chosen."""


def count(
    selector: Selector,
    ballots: Sequence[Ballot],
    compare: Compare = equivalent,
    *,
    exact: bool = True,
) -> Tally:
    """The selector's votes, grouped by equivalence.

    Args:
        selector: weighs.
        ballots: at most one per attempt, those without an answer too.
        compare: tells whether two answers say the same.
        exact: whether two numbers are the same only as texts; not where `compare` has tolerances.
    """
    votes = selector.weigh(ballots)
    voted = {vote.attempt_index for vote in votes}
    without = [ballot.answer for ballot in ballots if ballot.index not in voted]
    silent = without.count(None)
    return tally(votes, silent, left_out=len(without) - silent, compare=compare, exact=exact)


def choose(selector: Selector, ballots: Sequence[Ballot], compare: Compare = equivalent) -> Verdict:
    """The selector's verdict on some ballots; arguments as for `count`."""
    return selector.select(count(selector, ballots, compare))
