"""The votes of one problem's finished attempts, counted as the problem's policy says."""

from collections.abc import Sequence
from functools import partial

import anyio

from tirkit.answers import known, settle
from tirkit.scheduler.policy import Policy
from tirkit.selection import Ballot, MajorityVote, ballot_from, count
from tirkit.types import StopReason, Tally, Trajectory

_COMPARE_SECONDS = 20.0
"""Longest an attempt waits to be compared with the others before its answer counts."""


class Votes:
    """What the finished attempts say, plainly and as the selector weighs it.

    Args:
        policy: says how answers are compared and votes weighed.
        done: attempts that are over already.
    """

    def __init__(self, policy: Policy, done: Sequence[Trajectory]) -> None:
        self._policy = policy
        self.same = partial(known, how=policy.comparison)
        """Tells of two answers whether they are the same, without waiting."""
        self._read: dict[int, Ballot] = {}
        self.count(done)

    def count(self, done: Sequence[Trajectory]) -> None:
        """Make ballots and tallies of what is over, in finishing order; cancelled ones vote not."""
        ended = [one for one in done if one.stop_reason is not StopReason.CANCELLED]
        for one in ended:
            # An attempt of 64k tokens takes milliseconds to read, so it is read once.
            if one.index not in self._read:
                self._read[one.index] = ballot_from(one)
        self.ballots: tuple[Ballot, ...] = tuple(self._read[one.index] for one in ended)
        counted = partial(
            count, ballots=self.ballots, compare=self.same, exact=self._policy.comparison.exact
        )
        plain, selector = MajorityVote(), self._policy.selector
        self.tally: Tally = counted(plain)
        self.weighted: Tally = self.tally if selector == plain else counted(selector)

    async def compare(self, trajectories: Sequence[Trajectory], until: float) -> None:
        """Find out which answers are the same, so that counting need not wait for it.

        Symbols are compared in child processes; a pair that takes too long stays unknown.

        Args:
            trajectories: those whose answers are new.
            until: when to leave it, on the loop's clock.
        """
        new = [one.answer for one in trajectories if one.answer is not None]
        leaders = [entry.answer for entry in self.tally.entries]
        if new:
            with anyio.move_on_at(min(until, anyio.current_time() + _COMPARE_SECONDS)):
                await settle([*leaders, *new], self._policy.comparison)
