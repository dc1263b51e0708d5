"""What the figures must come to, said once more with plain numpy, and made-up tokens."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import strategies as st

from tirkit.types import AttemptStats, TokenChunk, TokenStats, TopLogprobs

UNSURE = tuple((token, -0.5 - token) for token in range(3))
SURE = tuple((token, -6.0 - token) for token in range(3))
"""Confidence 1.5 and 7."""
_FIGURES = (
    "mean_logprob",
    "mean_confidence",
    "tail_confidence",
    "lowest_group",
    "bottom_groups",
    "mean_entropy",
    "tail_entropy",
)


def chunk(*tops: TopLogprobs, start: int = 0) -> TokenChunk:
    """A chunk of as many tokens as there are lists of alternatives."""
    ids = tuple(range(start, start + len(tops)))
    return TokenChunk(ids, "x" * len(tops), tuple(-1.0 for _ in tops), tuple(tops))


def tops() -> st.SearchStrategy[TopLogprobs]:
    """Alternatives of one token as engines tell them: one to five, best first."""
    values = st.lists(st.floats(-40, 0), min_size=1, max_size=5)
    return values.map(lambda drawn: tuple(enumerate(sorted(drawn, reverse=True))))


def expected(
    tokens: Sequence[tuple[float, TopLogprobs]], group_tokens: int
) -> dict[str, float | int | None]:
    """The figures of `TokenStats`, from the definition in its docstring."""
    nothing: dict[str, float | int | None] = dict.fromkeys(_FIGURES)
    nothing |= {"tokens": len(tokens), "group_tokens": group_tokens}
    if not tokens:
        return nothing
    confidence = np.array([-np.mean([value for _, value in top]) for _, top in tokens])
    values = [np.array([value for _, value in top]) for _, top in tokens]
    entropy = np.array([-np.sum(np.exp(one) * np.log2(np.exp(one))) for one in values])
    size = min(group_tokens, len(tokens))
    groups = np.sort(np.lib.stride_tricks.sliding_window_view(confidence, size).mean(axis=1))
    return nothing | {
        "mean_logprob": np.mean([logprob for logprob, _ in tokens]),
        "mean_confidence": confidence.mean(),
        "tail_confidence": confidence[-size:].mean(),
        "lowest_group": groups[0],
        "bottom_groups": groups[: max(1, len(groups) // 10)].mean(),
        "mean_entropy": entropy.mean(),
        "tail_entropy": entropy[-size:].mean(),
    }


def check(told: TokenStats, tokens: Sequence[tuple[float, TopLogprobs]]) -> None:
    """Figures must equal those of the reference, but for their storage in single precision."""
    wanted = expected(tokens, told.group_tokens)
    for name, value in wanted.items():
        found = getattr(told, name)
        if value is None:
            assert found is None, name
        else:
            assert found == pytest.approx(value, rel=1e-6, abs=1e-6), name


def stats(lowest_group: float | None, group_tokens: int = 4) -> AttemptStats:
    """Figures of a peer."""
    one = TokenStats(10, group_tokens, lowest_group=lowest_group)
    return AttemptStats(one, one, one, one)
