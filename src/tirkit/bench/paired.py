"""Tests of paired differences, and what they could have seen."""

from collections.abc import Sequence
from statistics import NormalDist

ALPHA = 0.05
"""Chance that a test calls a difference real where there is none."""
POWER = 0.8
"""Chance with which a detectable difference is called real."""
FLIPS = 10_000
"""Random signs drawn where there are too many to try all."""
MOST_EXACT = 13
"""As many differences get all their signs, 2^13 of them."""
_ROUNDING = 1e-9
_AT_ONCE = 1_000_000


def sign_flip_test(differences: Sequence[float]) -> float:
    """Two-sided p-value of a mean difference: the share of sign flips with as large a mean.

    Fisher's randomisation test: where two runs are equally good, each difference is as likely with
    the other sign. All signs are tried for up to `MOST_EXACT` differences that are not 0, else
    `FLIPS` random ones from a fixed seed, the p-value being (1 + hits) / (1 + flips)
    (Phipson & Smyth 2010). 1 where nothing differs.
    """
    import numpy as np  # noqa: PLC0415 - slow to load, and not for every command

    known = np.array([value for value in differences if value])
    count = len(known)
    if not count:
        return 1.0
    total, size = float(known.sum()), float(np.abs(known).sum())
    bar = abs(total) - _ROUNDING * size
    if count <= MOST_EXACT:
        signs = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return float((np.abs(2 * (signs @ known) - total) >= bar).mean())
    draw, hits, step = np.random.default_rng(0), 0, max(_AT_ONCE // count, 1)
    for start in range(0, FLIPS, step):
        rows = min(step, FLIPS - start)
        drawn = np.frombuffer(draw.bytes(-(-rows * count // 8)), np.uint8)
        kept = np.unpackbits(drawn, count=rows * count).reshape(rows, count).astype(np.float64)
        hits += int((np.abs(2 * (kept @ known) - total) >= bar).sum())
    return (1 + hits) / (1 + FLIPS)


def mcnemar_test(won: int, lost: int) -> float:
    """Exact two-sided p-value of McNemar's test (1947): a binomial test of the pairs that differ.

    Args:
        won: problems that only the first run got right.
        lost: problems that only the second did.

    Raises:
        ValueError: a count is negative.
    """
    if min(won, lost) < 0:
        raise ValueError(f"{won} won and {lost} lost: a count cannot be negative")
    differ = won + lost
    tail = ways = 1
    for count in range(min(won, lost)):
        ways = ways * (differ - count) // (count + 1)
        tail += ways
    return min(2 * tail / (1 << differ), 1.0)


def detectable(standard_error: float) -> float:
    """Least true difference that a two-sided test at `ALPHA` calls real in `POWER` of all runs.

    (z_{1 - alpha/2} + z_power) SE, about 2.8 SE: the minimum detectable effect, as in Miller 2024
    (arXiv 2411.00640).
    """
    normal = NormalDist()
    return (normal.inv_cdf(1 - ALPHA / 2) + normal.inv_cdf(POWER)) * standard_error


def power(difference: float, standard_error: float) -> float:
    """Chance that a two-sided test at `ALPHA` calls a true difference real.

    Raises:
        ValueError: the standard error is not above 0.
    """
    if not standard_error > 0:
        raise ValueError(f"standard error {standard_error} must be above 0")
    normal = NormalDist()
    bar, moved = normal.inv_cdf(1 - ALPHA / 2), difference / standard_error
    return normal.cdf(moved - bar) + normal.cdf(-moved - bar)
