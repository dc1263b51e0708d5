"""Figures of an attempt by the names texts call them."""

import math
from collections.abc import Callable, Mapping

from tirkit.selection.ballot import Ballot
from tirkit.types import TokenStats


def _mixture(stats: TokenStats) -> float | None:
    """0.3 mean + 0.4 decayed + 0.2 deviation + 0.9 uncertain share - 0.1 certain run."""
    told = (
        stats.mean_entropy,
        stats.decayed_entropy,
        stats.entropy_deviation,
        stats.uncertain_share,
        stats.certain_run,
    )
    known = [value for value in told if value is not None]
    if len(known) < len(told):
        return None
    mean, decayed, deviation, uncertain, certain = known
    mixed = 0.3 * mean + 0.4 * decayed + 0.2 * deviation + 0.9 * uncertain - 0.1 * certain
    return mixed if min(known) < 0 or math.isnan(mixed) else max(mixed, 0.0)


CONFIDENCES: Mapping[str, Callable[[TokenStats], float | None]] = {
    "mean": lambda stats: stats.mean_confidence,
    "tail": lambda stats: stats.tail_confidence,
    "bottom": lambda stats: stats.bottom_groups,
    "lowest": lambda stats: stats.lowest_group,
    "probability": lambda stats: _probability(stats.mean_logprob),
}
"""DeepConf's (arXiv 2508.15260), and the geometric mean probability."""
ENTROPIES: Mapping[str, Callable[[TokenStats], float | None]] = {
    "mean": lambda stats: stats.mean_entropy,
    "tail": lambda stats: stats.tail_entropy,
    "last": lambda stats: stats.last_entropy,
    "mixture": _mixture,
}
"""Bits, over the best tokens the engine told."""
PARTS = ("whole", "prose", "code", "final")
"""Of an attempt; see `AttemptStats`."""
WANTED = {
    "mean": "mean confidence",
    "tail": "tail confidence",
    "bottom": "bottom-group confidence",
    "lowest": "lowest-group confidence",
    "probability": "token probability",
}
"""Names for notes."""
WANTED_ENTROPIES = {
    "mean": "mean entropy",
    "tail": "tail entropy",
    "last": "entropy of the last tokens",
    "mixture": "entropy mixture",
}
"""Names for notes."""


def confidence(ballot: Ballot, by: str, part: str) -> float | None:
    """A confidence, or None if it is missing or no finite number from 0 up."""
    if by == "probability" and part == "whole":
        return _sound(ballot.confidence)
    return _sound(_figure(ballot, part, CONFIDENCES[by]))


def entropy(ballot: Ballot, by: str, part: str) -> float | None:
    """An entropy in bits, or None if it is missing or no finite number; the mixture is from 0 up.

    The mixture takes a share off for a certain run, and so would fall below 0 for a text that is
    certain throughout.
    """
    return _sound(_figure(ballot, part, ENTROPIES[by]))


def _figure(
    ballot: Ballot, part: str, figure: Callable[[TokenStats], float | None]
) -> float | None:
    if ballot.stats is None:
        return None
    stats: TokenStats = getattr(ballot.stats, part)
    return figure(stats)


def _sound(value: float | None) -> float | None:
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return value


def _probability(mean_logprob: float | None) -> float | None:
    if mean_logprob is None or math.isnan(mean_logprob):
        return None
    return math.exp(min(mean_logprob, 0.0))
