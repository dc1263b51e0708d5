"""Votes grouped by equivalence, and what is chosen from them."""

from tirkit.selection.interface import Selector
from tirkit.selection.majority import MajorityVote
from tirkit.selection.tally import describe_silence, tally, vote_from

__all__ = (
    "MajorityVote",
    "Selector",
    "describe_silence",
    "tally",
    "vote_from",
)
