"""How sure a model was of what it wrote."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenStats:
    """Figures over some sampled tokens; None where the engine told no such log-probabilities.

    Confidence of a token is DeepConf's (arXiv 2508.15260): the negative mean natural
    log-probability of the k best tokens at its position, as many as the engine told; higher is
    surer. Entropy is Shannon's, in bits, over those k alone, not renormalised. A group is a window
    of `group_tokens` tokens in a row; text shorter than one is a group of its own.

    Attributes:
        tokens: how many.
        group_tokens: length of a window.
        mean_logprob: natural, of the sampled tokens.
        mean_confidence: over all of them.
        tail_confidence: over the last group.
        lowest_group: lowest mean confidence of a group.
        bottom_groups: mean over the lowest tenth of the groups, one at least.
        mean_entropy: bits.
        tail_entropy: over the last group, bits.
        last_entropy: over the last 256 tokens, bits.
        decayed_entropy: mean in which each token weighs 0.995 times the one after it, bits.
        entropy_deviation: standard deviation over the tokens, bits.
        uncertain_share: share of the tokens above 2 bits.
        certain_run: longest run of tokens below 0.5 bits, as a share of all.
    """

    tokens: int
    group_tokens: int
    mean_logprob: float | None = None
    mean_confidence: float | None = None
    tail_confidence: float | None = None
    lowest_group: float | None = None
    bottom_groups: float | None = None
    mean_entropy: float | None = None
    tail_entropy: float | None = None
    last_entropy: float | None = None
    decayed_entropy: float | None = None
    entropy_deviation: float | None = None
    uncertain_share: float | None = None
    certain_run: float | None = None


@dataclass(frozen=True, slots=True)
class AttemptStats:
    """Figures over an attempt's sampled tokens. What tirkit appended is never counted.

    Attributes:
        whole: over all of them.
        prose: over text outside code, the last turn's not counted.
        code: over the turns' code.
        final: over the last turn.
    """

    whole: TokenStats
    prose: TokenStats
    code: TokenStats
    final: TokenStats
