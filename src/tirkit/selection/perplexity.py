"""Perplexity consistency: unique lines of thought weigh their own probability."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tirkit.selection.ballot import Ballot
from tirkit.selection.stage import LEAST_WEIGHT, Cast, Stage, answered, check, scaled, sifted

_WANT = "token probability"
_FEWEST = 5
"""Different probabilities; a mixture of two needs as many to have its five parameters."""


@dataclass(frozen=True, slots=True)
class Perplexity(Stage):
    """Each unique path weighs its probability: p(a) = sum of p(t) over the unique paths to a.

    Perplexity consistency (arXiv 2502.00511, 2510.15444). As in the authors' program
    p(t) is exp(mean log-probability of the sampled tokens), and attempts with the same text and
    the same p are one path: they share its weight.
    """

    name: ClassVar[str] = "perplexity"

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply by the probability, shared among equal paths."""
        equals = Counter(_path(cast.ballot) for cast in casts)
        factors = []
        for cast in casts:
            p = _probability(cast.ballot)
            shared = None if p is None else max(p / equals[_path(cast.ballot)], LEAST_WEIGHT)
            factors.append(shared)
        return scaled(casts, factors, _WANT)


@dataclass(frozen=True, slots=True)
class Likely(Stage):
    """Leaves out the paths that a model of two kinds of paths holds to be unlikely ones.

    Reasoning pruning (arXiv 2502.00511): the probabilities of the answered attempts
    are fitted by a mixture of two Weibull distributions; a path stays if the one of the higher
    mean is the likelier to have given it, or if its probability reaches the mean of all. With
    fewer than five different probabilities there is nothing to fit, and all stay.

    Attributes:
        least_share: least weight of either distribution; at most a half.
    """

    least_share: float = 0.2
    name: ClassVar[str] = "likely"

    def __post_init__(self) -> None:
        check(self, least_share=(0.01, 0.5))

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Leave out unlikely paths; one without a probability stays."""
        known = [_probability(cast.ballot) for cast in answered(casts)]
        told = sorted(p for p in known if p is not None)
        if len(set(told)) < _FEWEST:
            return casts
        from tirkit.selection.weibull import fit_two  # noqa: PLC0415 - loads numpy

        fit = fit_two(told, self.least_share)
        mean = math.fsum(told) / len(told)
        kept = []
        for cast in casts:
            p = _probability(cast.ballot)
            stays = cast.answer is None or p is None or p >= mean
            kept.append(stays or fit.is_high(p or 0.0))
        return sifted(casts, kept, "likely enough")


def rpc() -> Stage:
    """Perplexity consistency with pruning (RPC, arXiv 2502.00511 and 2510.15444)."""
    return Likely() | Perplexity()


def _probability(ballot: Ballot) -> float | None:
    """Held to [0, 1]; None if it is missing or no number."""
    p = ballot.confidence
    if p is None or not math.isfinite(p) or p < 0:
        return None
    return min(p, 1.0)


def _path(ballot: Ballot) -> object:
    """What equal paths have in common; an attempt whose text is not known is like no other."""
    return (ballot.texts, _probability(ballot)) if ballot.texts else ballot.index
