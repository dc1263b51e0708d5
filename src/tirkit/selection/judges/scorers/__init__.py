"""Reward models that are asked over HTTP."""

from tirkit.selection.judges.scorers.interface import Scorer
from tirkit.selection.judges.scorers.plain import HttpScorer
from tirkit.selection.judges.scorers.pooling import PoolingScorer

__all__ = ("HttpScorer", "PoolingScorer", "Scorer")
