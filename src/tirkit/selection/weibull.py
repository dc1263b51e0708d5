"""A mixture of two Weibull distributions, fitted by expectation and maximisation. Loads numpy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_LEAST = 1e-12
"""Data below are held to this; 0 has no logarithm."""
_SHAPES = (0.01, 200.0)
"""Bounds of a shape: towards infinity a distribution would shrink to one of the data."""
_LARGEST_LOG = 700.0
"""Of a finite float."""
_ROUNDS = 200
_NEWTON_STEPS = 2
_ENOUGH = 1e-6
"""Gain in mean log-likelihood below which the fit ends."""


@dataclass(frozen=True, slots=True)
class Weibull:
    """f(x) = (k / s) (x / s)^(k - 1) exp(-(x / s)^k).

    Attributes:
        shape: k.
        scale: s.
    """

    shape: float
    scale: float

    def log_density(self, x: _Floats) -> _Floats:
        """Natural logarithm of f."""
        z = np.log(np.maximum(x, _LEAST)) - np.log(self.scale)
        with np.errstate(over="ignore"):
            density: _Floats = (
                np.log(self.shape / self.scale) + (self.shape - 1) * z - np.exp(self.shape * z)
            )
        return density

    def log_density_at(self, x: float) -> float:
        """The same of a single value."""
        z = math.log(max(x, _LEAST)) - math.log(self.scale)
        power = math.exp(min(self.shape * z, _LARGEST_LOG))
        return math.log(self.shape / self.scale) + (self.shape - 1) * z - power

    @property
    def mean(self) -> float:
        """Scale times Γ(1 + 1 / shape)."""
        return self.scale * math.exp(min(math.lgamma(1 + 1 / self.shape), _LARGEST_LOG))


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two of them.

    Attributes:
        share: weight of the one of the higher mean.
        high: that one.
        low: the other.
        mean_log_likelihood: of the data it was fitted to.
    """

    share: float
    high: Weibull
    low: Weibull
    mean_log_likelihood: float

    def is_high(self, x: float) -> bool:
        """Whether the one of the higher mean is at least as likely to have given a value."""
        high = math.log(self.share) + self.high.log_density_at(x)
        return high >= math.log1p(-self.share) + self.low.log_density_at(x)


def fit_two(values: Sequence[float], least_share: float) -> Mixture:
    """Fit by maximum likelihood, from two starts; the best end counts.

    Args:
        values: above 0, in ascending order.
        least_share: least weight of either distribution.
    """
    x = np.maximum(np.asarray(values, np.float64), _LEAST)
    starts = (x >= x.mean(), x >= np.quantile(x, 0.75))
    fits = [_fit(x, np.where(start, 0.9, 0.1), least_share) for start in starts]
    return max(fits, key=lambda fit: fit.mean_log_likelihood)


def _fit(x: _Floats, high: _Floats, least_share: float) -> Mixture:
    """From responsibilities of the first distribution to a fit."""
    before, shapes = -np.inf, (1.0, 1.0)
    for _ in range(_ROUNDS):
        share = float(np.clip(high.mean(), least_share, 1 - least_share))
        one = _maximise(x, high, shapes[0])
        other = _maximise(x, 1 - high, shapes[1])
        shapes = one.shape, other.shape
        first = np.log(share) + one.log_density(x)
        second = np.log1p(-share) + other.log_density(x)
        both = np.logaddexp(first, second)
        likelihood = float(both.mean())
        high = np.exp(first - both)
        if likelihood - before < _ENOUGH:
            break
        before = likelihood
    if one.mean < other.mean:
        one, other, share = other, one, 1 - share
    return Mixture(share, one, other, likelihood)


def _maximise(x: _Floats, weights: _Floats, shape: float) -> Weibull:
    """Weighted maximum likelihood: Newton's steps for the logarithm of the shape, bounded."""
    weights = weights + 1e-12
    weights = weights / weights.sum()
    top = x.max()
    logs = np.log(x / top)
    middle = float(weights @ logs)
    for _ in range(_NEWTON_STEPS):
        powers = weights * np.exp(shape * logs)
        total, first = float(powers.sum()), float(powers @ logs)
        second = float(powers @ (logs * logs))
        value = 1 / shape + middle - first / total
        slope = -1 / shape**2 - second / total + (first / total) ** 2
        # In log k the root lies within a factor of two of a step, or the step is cut to that.
        step = np.clip(-value / (slope * shape), -0.7, 0.7)
        shape = float(np.clip(shape * np.exp(step), *_SHAPES))
    powers = weights * np.exp(shape * logs)
    return Weibull(shape, float(top * powers.sum() ** (1 / shape)))
