"""How answers are compared is checked where it is said."""

import math

import pytest

from tirkit.answers import Comparison
from tirkit.answers.comparison import MAX_PLACES
from tirkit.errors import ConfigError


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"places": -1}, "places is -1: use 0 to 100, or None"),
        ({"places": MAX_PLACES + 1}, "places is 101"),
        ({"relative": -0.1}, "relative is -0.1: use 0 or more and below 1"),
        ({"relative": 1.0}, "relative is 1.0"),
        ({"relative": math.nan}, "relative is nan"),
        ({"timeout_seconds": 0.0}, "timeout_seconds is 0.0: use a finite number above 0"),
        ({"timeout_seconds": math.inf}, "symbolic=False"),
        ({"timeout_seconds": math.nan}, "timeout_seconds is nan"),
    ],
)
def test_comparison_when_a_number_is_out_of_range_then_is_refused(
    given: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Comparison(**given)  # type: ignore[arg-type]


def test_comparison_when_only_symbols_are_off_then_numbers_are_still_exact() -> None:
    assert Comparison(symbolic=False).exact
    assert not Comparison(places=0).exact
    assert not Comparison(relative=0.0).exact


def test_comparison_when_it_says_the_same_then_is_equal_and_can_be_a_key() -> None:
    assert {Comparison(places=2): 1}[Comparison(places=2)] == 1
    assert Comparison(places=2) != Comparison(places=3)
