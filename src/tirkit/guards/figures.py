"""Confidence and entropy of each sampled token of one attempt."""

import math
from array import array

from tirkit.types import TokenChunk, TopLogprobs

GROUP_TOKENS = 2048
"""Tokens of a group: DeepConf's window (arXiv 2508.15260)."""

UNTOLD = math.nan
"""Stands where the engine told nothing of a token."""

_BITS = 1 / math.log(2)
_LOWEST = -1000.0
"""No model's own log-probability is lower; what a server tells below it counts as this."""


def token_figures(top: TopLogprobs) -> tuple[float, float]:
    """Confidence and entropy in bits of one token, as `TokenStats` tells them.

    Args:
        top: the best tokens at its position, best first. Those with a log-probability that is no
            number or minus infinity are left out; one above 0 counts as 0.

    Returns:
        Both are NaN if nothing is left.
    """
    values = [value for _, value in top]
    if not values:
        return UNTOLD, UNTOLD
    if values[0] <= 0.0:
        confidence = -sum(values) / len(values)
        try:
            entropy = -_BITS * sum([value * math.exp(value) for value in values])
        except OverflowError:  # not best first
            entropy = UNTOLD
        # False as well where something is no number.
        if confidence <= -_LOWEST and entropy >= 0.0:
            return confidence, entropy
    return _careful_figures(values)


def _careful_figures(values: list[float]) -> tuple[float, float]:
    told = [min(max(value, _LOWEST), 0.0) for value in values if value > -math.inf]
    if not told:
        return UNTOLD, UNTOLD
    entropy = sum(value * math.exp(value) for value in told)
    return -sum(told) / len(told), max(-_BITS * entropy, 0.0)


class TokenFigures:
    """Confidence and entropy of the sampled tokens that an attempt has kept, in order.

    Takes 8 bytes a token, and nothing until the engine tells the first alternatives: 64,000 tokens
    of 256 attempts are 131 MB.

    Attributes:
        tokens: sampled and kept so far.
        confidences: one a token, or fewer: what is missing at the end was not told.
        entropies: likewise, in bits.
        cuts: how many tokens were left each time some were thrown away.
    """

    __slots__ = ("confidences", "cuts", "entropies", "tokens")

    def __init__(self) -> None:
        self.tokens = 0
        self.confidences = array("f")
        self.entropies = array("f")
        self.cuts: list[int] = []

    def add(self, chunk: TokenChunk) -> None:
        """Take newly sampled tokens. On the path of every chunk: keep it short."""
        count = len(chunk.token_ids)
        if chunk.top_logprobs is not None:
            self._fill(self.tokens)
            for top in chunk.top_logprobs[:count]:
                confidence, entropy = token_figures(top)
                self.confidences.append(confidence)
                self.entropies.append(entropy)
        self.tokens += count

    def cut(self, count: int) -> None:
        """Forget the last `count` tokens."""
        self.tokens -= count
        del self.confidences[self.tokens :]
        del self.entropies[self.tokens :]
        self.cuts.append(self.tokens)

    def _fill(self, tokens: int) -> None:
        if missing := tokens - len(self.confidences):
            untold = array("f", [UNTOLD]) * missing
            self.confidences.extend(untold)
            self.entropies.extend(untold)
