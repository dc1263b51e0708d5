"""Judges: models, programs and reward models are asked where the votes leave it open."""

from tirkit.selection.judges.ask import Ask, Leaning, Question, Reply
from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.genselect import GenSelect
from tirkit.selection.judges.hearing import Hearing, Tools
from tirkit.selection.judges.interface import Judge
from tirkit.selection.judges.parse import parse_judge
from tirkit.selection.judges.reward import RewardModel
from tirkit.selection.judges.scorers import HttpScorer, PoolingScorer, Scorer
from tirkit.selection.judges.synthesis import Aggregation
from tirkit.selection.judges.terms import JudgeTerms, after
from tirkit.selection.judges.tournaments import Knockout, Pairwise, Swiss
from tirkit.selection.judges.verified import VerifiedVote

__all__ = (
    "Aggregation",
    "Ask",
    "Candidate",
    "Case",
    "GenSelect",
    "Hearing",
    "HttpScorer",
    "Judge",
    "JudgeTerms",
    "Knockout",
    "Leaning",
    "Pairwise",
    "PoolingScorer",
    "Question",
    "Reply",
    "RewardModel",
    "Scorer",
    "Swiss",
    "Tools",
    "VerifiedVote",
    "after",
    "parse_judge",
)
