"""Shares and means with how sure they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTERVAL_Z = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""
BOOTSTRAP_DRAWS = 1_000
"""Resamples of the problems behind a bootstrap interval."""
_AT_ONCE = 1_000_000
"""Drawn values held in memory together."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over problems, with its 95 % interval.

    Attributes:
        value: the mean; in [0, 1] where it is a share.
        low: lower end of the interval.
        high: upper end of the interval.
        problems: how many it is over.
    """

    value: float
    low: float
    high: float
    problems: int


def pass_at_k(attempts: int, right: int, k: int) -> float:
    """Chance that at least one of k attempts drawn from `attempts` is right, `right` of them are.

    The unbiased estimator 1 - C(n-c, k) / C(n, k) of Chen et al. 2021 (arXiv 2107.03374), eq. 1.

    Raises:
        ValueError: not 0 <= right <= attempts or not 1 <= k <= attempts.
    """
    if not 0 <= right <= attempts or not 1 <= k <= attempts:
        raise ValueError(f"pass@{k} of {right} right among {attempts} is not defined")
    return 1.0 - math.comb(attempts - right, k) / math.comb(attempts, k)


def wilson(right: int, total: int) -> Estimate:
    """Share of `right` in `total` with its 95 % score interval (Wilson 1927).

    Raises:
        ValueError: not 0 <= right <= total or total is 0.
    """
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"{right} of {total} is no share")
    share, z2 = right / total, INTERVAL_Z**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    half = INTERVAL_Z / (1 + z2 / total) * spread
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), total)


def bootstrap(values: Sequence[float], *, corrected: bool = False) -> Estimate:
    """Mean of one value per problem with its 95 % percentile interval (Efron 1979).

    Problems are resampled `BOOTSTRAP_DRAWS` times from a fixed seed: the same values always give
    the same interval.

    Args:
        values: one per problem.
        corrected: takes the bias-corrected and accelerated interval (BCa, Efron 1987), which is
            surer for few, skewed values.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to take a mean of")
    mean = math.fsum(values) / len(values)
    drawn = _drawn_means(values)
    tails = _corrected_tails(values, mean, drawn) if corrected else (0.025, 0.975)
    low, high = (drawn[_place(tail)] for tail in tails)
    return Estimate(mean, float(low), float(high), len(values))


def _drawn_means(values: Sequence[float]) -> "NDArray[np.float64]":
    """Means of `BOOTSTRAP_DRAWS` resamples, sorted."""
    import numpy as np  # noqa: PLC0415 - slow to load, and not for every command

    known, count = np.asarray(values, dtype=np.float64), len(values)
    draw = np.random.default_rng(0)
    means = np.empty(BOOTSTRAP_DRAWS)
    step = max(_AT_ONCE // count, 1)
    for start in range(0, BOOTSTRAP_DRAWS, step):
        rows = min(step, BOOTSTRAP_DRAWS - start)
        means[start : start + rows] = known[draw.integers(0, count, (rows, count))].mean(axis=1)
    means.sort()
    return means


def _place(tail: float) -> int:
    """Place of a quantile among the sorted draws; the two tails are equally long."""
    if tail < 0.5:
        return min(int(tail * BOOTSTRAP_DRAWS + 1e-9), BOOTSTRAP_DRAWS - 1)
    return BOOTSTRAP_DRAWS - 1 - _place(1 - tail)


def _corrected_tails(
    values: Sequence[float], mean: float, drawn: "NDArray[np.float64]"
) -> tuple[float, float]:
    """Quantiles of the draws that bound the BCa interval; the plain ones where all values agree."""
    normal, count = NormalDist(), len(values)
    below = (float((drawn < mean).sum()) + float((drawn == mean).sum()) / 2) / len(drawn)
    squares = math.fsum((mean - value) ** 2 for value in values)
    if not 0 < below < 1 or squares == 0 or count < 2:
        return 0.025, 0.975
    # The jackknife of a mean: leaving one value out moves it by (mean - value) / (count - 1).
    skew = math.fsum((value - mean) ** 3 for value in values) / (6 * squares**1.5)
    bias = normal.inv_cdf(below)

    def tail(quantile: float) -> float:
        moved = bias + quantile
        return normal.cdf(bias + moved / (1 - skew * moved))

    return tail(-INTERVAL_Z), tail(INTERVAL_Z)
