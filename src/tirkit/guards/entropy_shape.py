"""How an attempt's entropies lie over its tokens. Loads numpy."""

import numpy as np
from numpy.typing import NDArray

LAST_TOKENS = 256
"""AIMO-3's second place weighs the end of an attempt alone."""
DECAY = 0.995
UNCERTAIN_BITS = 2.0
CERTAIN_BITS = 0.5
"""The last three are of AIMO-3's "43/50" weighting by entropy."""


def entropy_shape(bits: NDArray[np.float64]) -> dict[str, float | None]:
    """Fields of `TokenStats` that tell where entropies were high and low; {} without tokens.

    Args:
        bits: the entropy at each token, in order.
    """
    if not len(bits):
        return {}
    fading = DECAY ** np.arange(len(bits) - 1, -1, -1)
    return {
        "last_entropy": float(bits[-LAST_TOKENS:].mean()),
        "decayed_entropy": float(bits @ fading / fading.sum()),
        "entropy_deviation": float(bits.std()),
        "uncertain_share": float((bits > UNCERTAIN_BITS).mean()),
        "certain_run": _longest_run(bits < CERTAIN_BITS) / len(bits),
    }


def _longest_run(places: NDArray[np.bool_]) -> int:
    """Most true values in a row."""
    breaks = np.flatnonzero(~places)
    ends = np.concatenate(([-1], breaks, [len(places)]))
    return int(np.diff(ends).max()) - 1
