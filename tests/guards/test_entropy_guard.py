"""The guard on rising entropy."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.guards.reference import chunk
from tirkit.guards import RisingEntropyGuard, TokenFigures, Watched
from tirkit.types import TokenChunk, TopLogprobs

GUARD = RisingEntropyGuard(rise_bits=0.5, windows=2, window_tokens=8)
EVEN: TopLogprobs = tuple((token, math.log(0.25)) for token in range(4))
"""Two bits."""
CERTAIN: TopLogprobs = ((0, 0.0),)


def ended_after(tops: list[TopLogprobs], lengths: list[int], guard: RisingEntropyGuard) -> int:
    """Tokens said when the attempt is ended; -1 if it never is."""
    figures = TokenFigures()
    watch = guard.watch(Watched(0, figures=figures))
    said = 0
    for length in [*lengths, *[1] * len(tops)]:
        part = chunk(*tops[said : said + length])
        said += len(part.token_ids)
        figures.add(part)
        if watch.chunk(part) is not None:
            return said
    return -1


def test_guard_when_entropy_rises_and_stays_then_it_tells_the_level() -> None:
    figures = TokenFigures()
    watch = GUARD.watch(Watched(0, figures=figures))
    figures.add(part := chunk(*[CERTAIN] * 24, *[EVEN] * 16))
    assert watch.chunk(part) == (
        "rising entropy: at least 2.00 bits a token in the last 2 windows of 8 tokens, 0.00 before"
    )
    figures.add(calm := chunk(*[CERTAIN] * 99))
    assert watch.chunk(calm) is not None, "told again until the attempt ends"


def test_guard_when_it_rises_once_and_falls_then_it_goes_on() -> None:
    waves = ([CERTAIN] * 16 + [EVEN] * 8) * 9
    assert ended_after(waves, [], GUARD) == -1


def test_guard_when_it_was_always_high_then_there_is_no_rise() -> None:
    assert ended_after([EVEN] * 500, [], GUARD) == -1


def test_guard_when_there_is_no_window_before_then_it_waits() -> None:
    assert ended_after([CERTAIN] * 8 + [EVEN] * 15, [], GUARD) == -1
    assert ended_after([CERTAIN] * 8 + [EVEN] * 16, [], GUARD) == 24


@given(st.lists(st.sampled_from([CERTAIN, EVEN]), max_size=120), st.lists(st.integers(1, 20)))
def test_guard_when_chunks_are_cut_anyhow_then_it_ends_at_the_same_window(
    tops: list[TopLogprobs], lengths: list[int]
) -> None:
    bits = [2.0 if top == EVEN else 0.0 for top in tops]
    means = [sum(bits[at : at + 8]) / 8 for at in range(0, len(bits) - 7, 8)]
    wanted = -1
    for number in range(3, len(means) + 1):
        before = means[: number - 2]
        if min(means[number - 2 : number]) >= sum(before) / len(before) + 0.5:
            wanted = number * 8
            break
    ended = ended_after(tops, lengths, GUARD)
    if wanted < 0:
        assert ended == -1
    else:
        assert wanted <= ended < wanted + 20


def test_guard_when_read_tokens_are_thrown_away_then_the_open_window_begins_anew() -> None:
    figures = TokenFigures()
    watch = GUARD.watch(Watched(0, figures=figures))
    for part, cut in ((chunk(*[CERTAIN] * 8), 0), (chunk(*[EVEN] * 7), 7), (chunk(*[EVEN] * 9), 0)):
        figures.add(part)
        assert watch.chunk(part) is None
        figures.cut(cut)
    figures.add(part := chunk(*[EVEN] * 7))
    assert watch.chunk(part) is not None


def test_guard_when_log_probabilities_are_off_then_it_does_nothing() -> None:
    watch = GUARD.watch(Watched(0))
    assert watch.chunk(TokenChunk((1,) * 99, "x")) is None
