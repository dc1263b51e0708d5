"""Guards as text."""

import pytest

from tirkit.errors import ConfigError
from tirkit.guards import (
    DeepConfGuard,
    FailedCellsGuard,
    Guard,
    MaxErrorsGuard,
    RepeatedCellsGuard,
    RepetitionGuard,
    RisingEntropyGuard,
    idle_guards,
    parse_guard,
)
from tirkit.types import Sampling

GUARDS: list[Guard] = [
    DeepConfGuard(),
    DeepConfGuard(10, warmup=4, group_tokens=512),
    DeepConfGuard(keep_percent=12.5),
    FailedCellsGuard(3, 9),
    MaxErrorsGuard(16),
    RepeatedCellsGuard(2, 4),
    RepetitionGuard(4, 100, 50),
    RisingEntropyGuard(0.25, 5, 100),
]


@pytest.mark.parametrize("guard", GUARDS, ids=str)
def test_guard_when_written_then_it_is_read_as_the_same(guard: Guard) -> None:
    assert parse_guard(str(guard)) == guard
    assert hash(guard) == hash(parse_guard(str(guard)))


def test_guard_when_written_then_only_what_differs_is_told() -> None:
    assert str(DeepConfGuard()) == "deepconf()"
    assert str(DeepConfGuard(10)) == "deepconf(keep_percent=10)"
    assert parse_guard("max_errors(32)") == MaxErrorsGuard()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("deepconf", "is no guard"),
        ("deepcnf()", "unknown guard 'deepcnf': use deepconf, failed_cells"),
        ("deepconf() | repetition()", "is no guard"),
        ("deepconf(keep=10)", "keep"),
        ("deepconf(keep_percent=0)", "above 0 and at most 100"),
        ("deepconf(keep_percent=101)", "above 0 and at most 100"),
        ("deepconf(keep_percent=1e999)", "above 0 and at most 100"),
        ("deepconf(warmup=0)", "above 0"),
        ("deepconf(warmup=2.5)", "whole number"),
        ("deepconf(group_tokens=-1)", "above 0"),
        ("deepconf(warmup='x')", "is no number"),
        ("max_errors(True)", "is no number"),
        ("repetition(repeats=1)", "above 1"),
        ("repetition(minimum_tokens=8)", "above 31"),
        ("rising_entropy(rise_bits=0)", "above 0"),
        ("rising_entropy(rise_bits=1e999)", "above 0"),
        ("failed_cells(9, 2)", "can never be"),
        ("__import__('os')", "unknown guard"),
    ],
)
def test_text_when_it_is_no_guard_then_the_error_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match="guard") as caught:
        parse_guard(text)
    assert said in str(caught.value)


def test_idle_guards_when_no_alternatives_are_asked_for_then_they_are_named() -> None:
    need = [guard for guard in GUARDS if isinstance(guard, DeepConfGuard | RisingEntropyGuard)]
    for off in (None, 0):
        assert list(idle_guards(GUARDS, Sampling(logprobs=off))) == need
    assert idle_guards(GUARDS, Sampling(logprobs=1)) == ()
