"""Votes grouped by equivalence, and what is chosen from them."""

from tirkit.selection.ballot import Ballot, ballot_from
from tirkit.selection.borda import Borda
from tirkit.selection.confidence import Softmax, Weighted
from tirkit.selection.deepconf import Top, deepconf
from tirkit.selection.elect import elect
from tirkit.selection.entropy import InverseEntropy, VotesAndEntropy
from tirkit.selection.execution import Calls, Executed
from tirkit.selection.interface import Compare, Selector, choose, count
from tirkit.selection.majority import MajorityVote
from tirkit.selection.parse import parse_selector
from tirkit.selection.perplexity import Likely, Perplexity, rpc
from tirkit.selection.stage import Cast, Pipeline, Stage
from tirkit.selection.suspects import CodeFirst, SmallAnswers
from tirkit.selection.tally import describe_silence, tally, vote_from
from tirkit.selection.ties import Ties

__all__ = (
    "Ballot",
    "Borda",
    "Calls",
    "Cast",
    "CodeFirst",
    "Compare",
    "Executed",
    "InverseEntropy",
    "Likely",
    "MajorityVote",
    "Perplexity",
    "Pipeline",
    "Selector",
    "SmallAnswers",
    "Softmax",
    "Stage",
    "Ties",
    "Top",
    "VotesAndEntropy",
    "Weighted",
    "ballot_from",
    "choose",
    "count",
    "deepconf",
    "describe_silence",
    "elect",
    "parse_selector",
    "rpc",
    "tally",
    "vote_from",
)
