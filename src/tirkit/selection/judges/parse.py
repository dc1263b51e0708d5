"""Reads a judge from text such as `genselect(window=8)` or `verified(checks=("rerun",))`."""

from collections.abc import Callable
from typing import Any

from tirkit.notation import Notation
from tirkit.selection.judges.genselect import GenSelect
from tirkit.selection.judges.interface import Judge
from tirkit.selection.judges.reward import RewardModel
from tirkit.selection.judges.scorers import HttpScorer, PoolingScorer
from tirkit.selection.judges.synthesis import Aggregation
from tirkit.selection.judges.tournaments import Knockout, Pairwise, Swiss
from tirkit.selection.judges.verified import VerifiedVote


def _aggregate(**settings: Any) -> Aggregation:  # noqa: ANN401 - the judge checks
    return Aggregation(**{"population": 16, "rounds": 2, **settings})


def _gensynthesis(**settings: Any) -> Aggregation:  # noqa: ANN401 - the judge checks
    return Aggregation(**settings)


def _reward(url: str, model: str = "", **settings: Any) -> RewardModel:  # noqa: ANN401
    return RewardModel(PoolingScorer(url, model), **settings)


def _scored(url: str, **settings: Any) -> RewardModel:  # noqa: ANN401 - the judge checks
    return RewardModel(HttpScorer(url), **settings)


_JUDGES: dict[str, Callable[..., Judge]] = {
    "aggregate": _aggregate,
    "genselect": GenSelect,
    "gensynthesis": _gensynthesis,
    "knockout": Knockout,
    "pairwise": Pairwise,
    "reward": _reward,
    "scored": _scored,
    "swiss": Swiss,
    "verified": VerifiedVote,
}
_NOTATION: Notation[Judge] = Notation("judge", _JUDGES, words=True)


def parse_judge(text: str) -> Judge:
    """Read a judge by its name and settings. Nothing is evaluated.

    `reward(url, model)` asks a reward model at vLLM's `/pooling`, `scored(url)` one behind a plain
    HTTP address.

    Raises:
        ConfigError: not such a text; names the part and the known judges.
    """
    return _NOTATION.read(text)
