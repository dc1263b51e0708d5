"""From the figures of single tokens to those of an attempt. Loads numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tirkit.guards.entropy_shape import entropy_shape
from tirkit.guards.figures import TokenFigures
from tirkit.types import AttemptStats, TokenStats

_Floats = NDArray[np.float64]
_Places = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """What a turn has sampled.

    Attributes:
        tokens: how many it kept.
        code: first and one past the last token of each piece of code that it ran, from 0.
    """

    tokens: int
    code: tuple[tuple[int, int], ...] = ()


def attempt_stats(
    logprobs: Sequence[float],
    figures: TokenFigures,
    turns: Sequence[TurnSpan],
    group_tokens: int,
) -> AttemptStats:
    """Figures over an attempt's sampled tokens.

    The last turn that sampled anything is `final`, its code too; the tokens of earlier turns are
    `code` or `prose`. Windows run over the tokens of one kind as if nothing stood between them.

    Args:
        logprobs: of each sampled token, natural.
        figures: of the same tokens.
        turns: the turns that sampled them, in order.
        group_tokens: length of a window, at least 1.
    """
    count = len(logprobs)
    drawn = np.asarray(logprobs, np.float64)
    confidences = _padded(figures.confidences, count)
    entropies = _padded(figures.entropies, count)
    code, final = _kinds(turns, count)

    def over(places: _Places) -> TokenStats:
        return token_stats(drawn[places], confidences[places], entropies[places], group_tokens)

    return AttemptStats(
        whole=over(np.ones(count, np.bool_)),
        prose=over(~(code | final)),
        code=over(code & ~final),
        final=over(final),
    )


def token_stats(
    logprobs: _Floats, confidences: _Floats, entropies: _Floats, group_tokens: int
) -> TokenStats:
    """Figures over some tokens; each array holds one value a token, NaN where none was told."""
    drawn = logprobs[np.isfinite(logprobs)]
    sure = confidences[np.isfinite(confidences)]
    bits = entropies[np.isfinite(entropies)]
    groups = _group_means(sure, group_tokens)
    lowest = max(len(groups) // 10, 1)
    bottom = np.partition(groups, lowest - 1)[:lowest] if len(groups) else groups
    return TokenStats(
        tokens=len(logprobs),
        group_tokens=group_tokens,
        mean_logprob=_mean(drawn),
        mean_confidence=_mean(sure),
        tail_confidence=_mean(sure[-group_tokens:]),
        lowest_group=float(groups.min()) if len(groups) else None,
        bottom_groups=_mean(bottom),
        mean_entropy=_mean(bits),
        tail_entropy=_mean(bits[-group_tokens:]),
        **entropy_shape(bits),
    )


def _group_means(values: _Floats, group_tokens: int) -> _Floats:
    """Means of all windows of so many values in a row; of all values if they are fewer."""
    if len(values) <= group_tokens:
        return values.mean(keepdims=True) if len(values) else values
    sums = np.concatenate(([0.0], np.cumsum(values)))
    means: _Floats = (sums[group_tokens:] - sums[:-group_tokens]) / group_tokens
    return means


def _kinds(turns: Sequence[TurnSpan], count: int) -> tuple[_Places, _Places]:
    """Which tokens are code, and which are of the last turn."""
    code, final = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    start = last = 0
    for turn in turns:
        for begin, end in turn.code:
            code[start + begin : start + min(end, turn.tokens)] = True
        last = start if turn.tokens else last
        start += turn.tokens
    final[last:] = True
    return code, final


def _padded(values: Sequence[float], count: int) -> _Floats:
    padded = np.full(count, np.nan)
    padded[: len(values)] = values
    return padded


def _mean(values: _Floats) -> float | None:
    return float(values.mean()) if len(values) else None
