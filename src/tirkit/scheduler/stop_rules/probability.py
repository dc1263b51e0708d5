"""How likely it is that the answer ahead is not the one the model gives most often."""

import math
from collections import Counter
from functools import lru_cache

_KEPT_BITS = 160
"""Of the largest binomial coefficient. Below it the sum is exact, above it the error stays under
its number of terms times 2 ** -159, relatively."""
_STEPS_PER_DEVIATION = 3.0
"""Steps of the integration in one standard deviation of the logarithm."""
_NEGLIGIBLE = 1e-18
"""Share of a sum below which a term no longer counts."""
_SMALLEST = 1e-290
_MOST_TERMS = 100_000
_CACHED = 4096


@lru_cache(_CACHED)
def beta_risk(first: int, second: int) -> float:
    """Probability that an answer with `second` votes is likelier than one with `first`.

    Of the two alone, from a uniform prior: I_{1/2}(first + 1, second + 1), the regularised
    incomplete beta function (Adaptive-Consistency, arXiv 2305.11860, section 3). For whole numbers
    it is the binomial tail P(Bin(first + second + 1, 1/2) <= second), which is summed in integers
    from its largest term down.

    Args:
        first: votes of the answer ahead, from `second` on.
        second: votes of the other one.
    """
    trials = first + second + 1
    largest = math.comb(trials, second)
    shift = max(largest.bit_length() - _KEPT_BITS, 0)
    term = largest >> shift
    total, successes = 0, second
    while term:
        total += term
        term = term * successes // (trials - successes + 1)
        successes -= 1
    return (total << shift) / (1 << trials)


@lru_cache(_CACHED)
def mode_risk(first: float, others: tuple[float, ...]) -> float:
    """Probability that the first share of a Dirichlet distribution is not its largest one.

    Shares are Gamma variables of these shapes, over their sum, so that it is the integral of the
    first one's density times 1 - the product of the others' distribution functions. Taken by the
    trapezoidal rule over log x, which converges geometrically: deterministic, and exact to about
    1e-12 of the value.

    Args:
        first: shape of the first share, above 0; its votes plus 1.
        others: shapes of the others, in any order.
    """
    shapes = tuple(sorted(Counter(others).items()))
    if not shapes:
        return 0.0
    step = 1 / (_STEPS_PER_DEVIATION * math.sqrt(first))
    start = math.log(first)
    total = _side(first, shapes, start, step) + _side(first, shapes, start - step, -step)
    return min(total * step, 1.0)


def _side(first: float, shapes: tuple[tuple[float, int], ...], start: float, step: float) -> float:
    """Sum of the integrand from a place on, until nothing more is added."""
    total = 0.0
    for number in range(_MOST_TERMS):
        log_x = start + number * step
        x = math.exp(log_x)
        density = math.exp(first * log_x - x - math.lgamma(first))
        value = density * _overtaken(x, shapes)
        total += value
        # To the left the density bounds all that is to come, to the right the value itself does.
        bound = density if step < 0 else value
        if bound < max(total * _NEGLIGIBLE, _SMALLEST):
            break
    return total


def _overtaken(x: float, shapes: tuple[tuple[float, int], ...]) -> float:
    """Probability that one of the Gamma variables is above x."""
    below = 0.0
    for shape, times in shapes:
        above = upper_gamma(shape, x)
        if above >= 1.0:
            return 1.0
        below += times * math.log1p(-above)
    return -math.expm1(below)


def upper_gamma(shape: float, x: float) -> float:
    """Q(shape, x), the regularised upper incomplete gamma function.

    By its series for x < shape + 1, by Lentz's continued fraction beyond (Numerical Recipes, 6.2).
    """
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        return max(1.0 - scale * _gamma_series(shape, x), 0.0)
    return scale * _gamma_fraction(shape, x)


def _gamma_series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for number in range(1, _MOST_TERMS):
        term *= x / (shape + number)
        total += term
        if term < total * _NEGLIGIBLE:
            break
    return total


def _gamma_fraction(shape: float, x: float) -> float:
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    value = d
    for number in range(1, _MOST_TERMS):
        a = -number * (number - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return value
