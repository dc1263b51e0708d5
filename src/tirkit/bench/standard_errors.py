"""How far a mean over attempts may be off, where attempts at one problem go together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.bench.estimates import INTERVAL_Z


@dataclass(frozen=True, slots=True)
class AttemptMean:
    """Share of right attempts, every attempt weighing the same, with problems as clusters.

    Attributes:
        value: right attempts among all.
        low: lower end of the 95 % interval, value - 1.96 standard errors; at least 0.
        high: upper end of it; at most 1.
        standard_error: clustered over problems; None of a single problem, which tells nothing of
            others.
        attempts: how many.
        problems: at how many problems.
        correlation: of whether two attempts at one problem are right; 1 where a problem is always
            or never solved, 0 where all problems are equally hard. None where it is not defined.
        effective_attempts: independent attempts that would tell as much: `attempts` over the
            design effect (Kish 1965). None where it is not defined.
    """

    value: float
    low: float
    high: float
    standard_error: float | None
    attempts: int
    problems: int
    correlation: float | None
    effective_attempts: float | None


def standard_error(values: Sequence[float]) -> float | None:
    """Of the mean of independent values, by the central limit theorem; None of less than two.

    sqrt(sum (s - mean)^2 / (n - 1) / n): Miller 2024, "Adding Error Bars to Evals"
    (arXiv 2411.00640), for independent questions.
    """
    count = len(values)
    if count < 2:
        return None
    mean = math.fsum(values) / count
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1) / count)


def attempt_mean(counts: Sequence[tuple[int, int]]) -> AttemptMean:
    """Share of right attempts from (finished, right) of each problem.

    The standard error is the clustered one of Miller 2024 (arXiv 2411.00640), a problem being a
    cluster of its attempts: sqrt(SE^2 + (1/n^2) sum over problems, over pairs i != j of attempts at
    it, of (s_i - mean)(s_j - mean)), SE being that of independent attempts.

    Raises:
        ValueError: there is no finished attempt, or not 0 <= right <= finished.
    """
    known = [(finished, right) for finished, right in counts if finished]
    if not known or any(not 0 <= right <= finished for finished, right in known):
        raise ValueError(f"no share of right attempts in {list(counts)[:5]}")
    attempts, right = (sum(column) for column in zip(*known, strict=True))
    mean = right / attempts
    plain = mean * (1 - mean) / (attempts - 1) if attempts > 1 else 0.0
    pairs = sum(
        (hits - finished * mean) ** 2 - hits * (1 - mean) ** 2 - (finished - hits) * mean**2
        for finished, hits in known
    )
    error = math.sqrt(max(plain + pairs / attempts**2, 0.0)) if len(known) > 1 else None
    reach = INTERVAL_Z * (error or 0.0)
    return AttemptMean(
        value=mean,
        low=max(mean - reach, 0.0) if error is not None else 0.0,
        high=min(mean + reach, 1.0) if error is not None else 1.0,
        standard_error=error,
        attempts=attempts,
        problems=len(known),
        correlation=_correlation(known),
        effective_attempts=attempts * plain / error**2 if error else None,
    )


def _correlation(counts: Sequence[tuple[int, int]]) -> float | None:
    """(mean chance that both of two attempts are right - p^2) / (p (1 - p)), p over problems."""
    several = [(finished, right) for finished, right in counts if finished > 1]
    if len(several) < 2:
        return None
    share = sum(right / finished for finished, right in several) / len(several)
    if not 0 < share < 1:
        return None
    both = sum(right * (right - 1) / (finished * (finished - 1)) for finished, right in several)
    return (both / len(several) - share**2) / (share * (1 - share))
