"""Votes grouped by equivalence, and what is chosen from them."""

from tirkit.selection.ballot import Ballot, ballot_from
from tirkit.selection.interface import Compare, Selector, choose, count
from tirkit.selection.majority import MajorityVote
from tirkit.selection.tally import describe_silence, tally, vote_from

__all__ = (
    "Ballot",
    "Compare",
    "MajorityVote",
    "Selector",
    "ballot_from",
    "choose",
    "count",
    "describe_silence",
    "tally",
    "vote_from",
)
