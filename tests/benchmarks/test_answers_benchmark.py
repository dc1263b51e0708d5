"""The pairs that `benchmarks.answers` measures with: distinct, mixed as told, judged alike."""

import pytest

from benchmarks.answers import (
    SYMBOLIC_SHARE,
    Pair,
    integer_pairs,
    math_verify_says,
    mixed_pairs,
    symbolic_pairs,
)
from tirkit.answers import Equivalence, equivalent, is_number, normalize

SHAPES = symbolic_pairs(16, 0)


def test_mix_when_made_then_is_as_told_and_the_same_each_time() -> None:
    pairs = mixed_pairs(200, 3)
    assert pairs == mixed_pairs(200, 3)
    numeric = sum(all(is_number(normalize(text)) for text in pair) for pair in pairs)
    assert numeric == round(200 * (1 - SYMBOLIC_SHARE))
    assert len(set(symbolic_pairs(160, 1))) == 160
    assert len({one for one, _ in integer_pairs(500)}) > 490


@pytest.mark.parametrize("pair", SHAPES, ids=str)
def test_pair_when_both_judge_it_then_agree(pair: Pair) -> None:
    assert (equivalent(*pair) is Equivalence.EQUAL) is math_verify_says(pair)
