"""Shares and means with how sure they are."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

INTERVAL_Z = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""
BOOTSTRAP_DRAWS = 1_000
"""Resamples of the problems behind a bootstrap interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over problems, with its 95 % interval.

    Attributes:
        value: in [0, 1].
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


def bootstrap(values: Sequence[float]) -> Estimate:
    """Mean of one value per problem with its 95 % percentile interval (Efron 1979).

    Problems are resampled `BOOTSTRAP_DRAWS` times from a fixed seed: the same values always give
    the same interval.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to take a mean of")
    count = len(values)
    draw = random.Random(0).choices
    means = sorted(sum(draw(values, k=count)) / count for _ in range(BOOTSTRAP_DRAWS))
    tail = BOOTSTRAP_DRAWS // 40
    return Estimate(sum(values) / count, means[tail], means[-tail - 1], count)
