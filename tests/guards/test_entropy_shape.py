"""Where entropies lie over an attempt, against sums written out."""

import math
import statistics
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.guards.entropy_shape import entropy_shape

BITS = st.lists(st.floats(0, 4), min_size=1, max_size=600)


@given(BITS)
def test_entropy_shape_when_bits_are_given_then_equals_the_sums_written_out(
    bits: list[float],
) -> None:
    weights = [math.pow(0.995, len(bits) - 1 - place) for place in range(len(bits))]
    runs = [len(list(group)) for certain, group in groupby(bits, lambda x: x < 0.5) if certain]
    decayed = sum(w * x for w, x in zip(weights, bits, strict=True)) / sum(weights)
    shape = entropy_shape(np.array(bits))
    assert shape == {
        "last_entropy": pytest.approx(statistics.fmean(bits[-256:])),
        "decayed_entropy": pytest.approx(decayed),
        "entropy_deviation": pytest.approx(statistics.pstdev(bits), abs=1e-9),
        "uncertain_share": pytest.approx(sum(x > 2 for x in bits) / len(bits)),
        "certain_run": pytest.approx(max(runs, default=0) / len(bits)),
    }


def test_entropy_shape_when_there_are_no_tokens_then_is_empty() -> None:
    assert entropy_shape(np.array([])) == {}
