"""How far the attempts at a problem agree, and how many votes or answers that amounts to."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tirkit.types import Tally


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the finished attempts at one problem agree. None where there is nothing to tell.

    Attributes:
        answers: finished attempts that gave an answer.
        distinct: different answers among them.
        largest_share: share of the most frequent answer.
        pair_share: chance that two different attempts say the same,
            sum c (c - 1) / (m (m - 1)) over the answers, c attempts saying each, m in all.
        entropy_bits: of the shares p of the answers, -sum p log2 p.
        effective_answers: as many equally frequent answers would agree as often by chance:
            inverse Simpson index 1 / sum p^2 (Simpson 1949; Hill 1973's number of order 2).
        effective_votes: as many equal votes would be as sure as the verdict's weighted ones:
            (sum w)^2 / sum w^2 (Kish 1965).
    """

    answers: int = 0
    distinct: int = 0
    largest_share: float | None = None
    pair_share: float | None = None
    entropy_bits: float | None = None
    effective_answers: float | None = None
    effective_votes: float | None = None


def agreement(plain: Tally, weighted: Tally) -> Agreement:
    """Figures of one problem.

    Args:
        plain: the finished attempts, one vote each.
        weighted: the verdict's own tally.
    """
    counts = [entry.count for entry in plain.entries]
    votes = sum(counts)
    weights = [vote.weight for entry in weighted.entries for vote in entry.votes]
    if not votes:
        return Agreement(effective_votes=effective_size(weights))
    shares = [count / votes for count in counts]
    pairs = sum(count * (count - 1) for count in counts)
    return Agreement(
        answers=votes,
        distinct=len(counts),
        largest_share=max(shares),
        pair_share=pairs / (votes * (votes - 1)) if votes > 1 else None,
        entropy_bits=abs(math.fsum(share * math.log2(share) for share in shares)),
        effective_answers=1 / math.fsum(share**2 for share in shares),
        effective_votes=effective_size(weights),
    )


def effective_size(weights: Sequence[float]) -> float | None:
    """Kish's effective size (sum w)^2 / sum w^2 of a weighted sum; None without sound weights."""
    if not weights or not all(0 < weight < math.inf for weight in weights):
        return None
    top = max(weights)  # so that no square is too large
    relative = [weight / top for weight in weights]
    return math.fsum(relative) ** 2 / math.fsum(weight**2 for weight in relative)


def mean_known(values: Iterable[float | None]) -> float | None:
    """Mean of those that are known; None without any."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
