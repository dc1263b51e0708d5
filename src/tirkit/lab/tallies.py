"""Tallies of attempts that finish one after the other, without counting all of them anew."""

from bisect import insort
from collections.abc import Sequence
from functools import partial

from tirkit.answers import equivalent
from tirkit.answers.classes import shortness
from tirkit.answers.comparison import EXACT, Comparison
from tirkit.answers.normalize import is_number
from tirkit.selection import Ballot, MajorityVote, Selector, count, tally
from tirkit.types import Answer, Tally, TallyEntry, Vote

_PLAIN = MajorityVote()


class VoteCount:
    """Plain votes that come one by one: at every moment what `count(MajorityVote(), …)` gives.

    A vote for a known form or a new number costs one entry, not all of them.

    Args:
        comparison: when two answers count as the same.
    """

    def __init__(self, comparison: Comparison = EXACT) -> None:
        self._compare = partial(equivalent, how=comparison)
        self._entries: dict[str, TallyEntry] = {}
        self._leader: dict[str, str] = {}
        self._silent = 0
        self._all_numbers = comparison.exact

    def add(self, ballot: Ballot) -> None:
        """Take a finished attempt."""
        vote = ballot.vote()
        if vote is None:
            self._silent += 1
            return
        form = vote.answer.canonical
        if form in self._leader:
            leader = self._leader[form]
            self._entries[leader] = _with_vote(self._entries[leader], vote)
        elif self._all_numbers and is_number(form):
            self._leader[form] = form
            self._entries[form] = TallyEntry(vote.answer, (vote,))
        else:
            self._recount(vote)

    def tally(self) -> Tally:
        """The votes so far, grouped, best first."""
        return Tally(tuple(sorted(self._entries.values(), key=_standing)), self._silent)

    def _recount(self, vote: Vote) -> None:
        """A form that must be compared: it may join, or link, groups."""
        self._all_numbers = False
        votes = [vote, *(one for entry in self._entries.values() for one in entry.votes)]
        entries = tally(votes, compare=self._compare).entries
        self._entries = {entry.answer.canonical: entry for entry in entries}
        self._leader = {
            one.answer.canonical: entry.answer.canonical for entry in entries for one in entry.votes
        }


def _with_vote(entry: TallyEntry, vote: Vote) -> TallyEntry:
    votes = list(entry.votes)
    insort(votes, vote, key=lambda one: one.attempt_index)
    return TallyEntry(min(entry.answer, vote.answer, key=_written), tuple(votes))


def _written(answer: Answer) -> tuple[tuple[int, str], tuple[int, str]]:
    return shortness(answer.canonical), shortness(answer.text)


def _standing(entry: TallyEntry) -> tuple[int, str]:
    return -entry.count, entry.answer.canonical


class Tallies:
    """The tallies after each of some attempts, in finishing order, counted when asked for.

    Args:
        ballots: in finishing order, without those of cancelled attempts.
        comparison: when two answers count as the same.
    """

    def __init__(self, ballots: Sequence[Ballot] = (), comparison: Comparison = EXACT) -> None:
        self.ballots: list[Ballot] = []
        self._compare = partial(equivalent, how=comparison)
        self._counting = VoteCount(comparison)
        self._plain = [self._counting.tally()]
        self._weighted: dict[tuple[Selector, int], Tally] = {}
        for ballot in ballots:
            self.add(ballot)

    def add(self, ballot: Ballot) -> None:
        """Take one more."""
        self.ballots.append(ballot)
        self._counting.add(ballot)
        self._plain.append(self._counting.tally())

    def plain(self, finished: int) -> Tally:
        """One vote each, after so many."""
        return self._plain[finished]

    def weighted(self, selector: Selector, finished: int) -> Tally:
        """The same as a selector weighs them."""
        if selector == _PLAIN:
            return self._plain[finished]
        key = (selector, finished)
        if key not in self._weighted:
            self._weighted[key] = count(selector, self.ballots[:finished], self._compare)
        return self._weighted[key]
