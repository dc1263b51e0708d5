"""DeepConf online: threshold, window, warm-up."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guards.reference import SURE, UNSURE, chunk, stats
from tirkit.errors import ConfigError
from tirkit.guards import DeepConfGuard, TokenFigures, Watch, Watched, deepconf_threshold
from tirkit.types import AttemptStats, TokenChunk, TopLogprobs

GROUP = 4


class Attempt:
    """An attempt that a guard watches, as the loop drives it."""

    def __init__(
        self, guard: DeepConfGuard, peers: Sequence[AttemptStats] = (), index: int = 99
    ) -> None:
        self.peers = list(peers)
        self.figures = TokenFigures()
        watched = Watched(index, lambda: tuple(self.peers), self.figures, GROUP)
        self.watch: Watch = guard.watch(watched)

    def say(self, *tops: TopLogprobs) -> str | None:
        said = chunk(*tops)
        self.figures.add(said)
        return self.watch.chunk(said)


def tops_of(confidences: Sequence[float]) -> list[TopLogprobs]:
    return [((0, -value),) for value in confidences]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 100))
def test_threshold_when_compared_with_numpy_then_it_is_its_percentile(
    lowest: list[float], keep: int
) -> None:
    assert deepconf_threshold(lowest, keep) == pytest.approx(
        float(np.percentile(lowest, 100 - keep)), abs=1e-9
    )


def test_threshold_when_low_or_high_then_it_stands_as_the_paper_puts_it() -> None:
    lowest = [float(value) for value in range(16)]
    assert deepconf_threshold(lowest, 10) == pytest.approx(13.5)
    assert deepconf_threshold(lowest, 90) == pytest.approx(1.5)
    assert deepconf_threshold([3.0], 10) == 3.0


def test_guard_when_a_full_window_is_too_low_then_it_tells_why() -> None:
    attempt = Attempt(DeepConfGuard(90, warmup=2), [stats(6.0), stats(7.0)])
    assert attempt.say(*[SURE] * 6) is None
    reason = attempt.say(*[UNSURE] * 4)
    assert reason == (
        "deepconf: a group's confidence of 1.500 is below 6.100, "
        "which 90 % of 2 warm-up attempts reached"
    )
    assert attempt.say(*[SURE] * 8) == reason, "a block that runs may have delayed the end"


def test_guard_when_no_window_is_full_then_it_waits() -> None:
    attempt = Attempt(DeepConfGuard(90, warmup=1), [stats(6.0)])
    assert attempt.say(*[UNSURE] * (GROUP - 1)) is None
    assert attempt.say(UNSURE) is not None


def test_guard_when_a_window_equals_the_threshold_then_it_goes_on() -> None:
    attempt = Attempt(DeepConfGuard(90, warmup=1), [stats(7.0)])
    assert attempt.say(*[SURE] * 20) is None


def test_guard_when_it_is_a_warm_up_attempt_then_it_is_never_ended() -> None:
    peers = [stats(50.0)] * 9
    for index in range(3):
        assert Attempt(DeepConfGuard(10, warmup=3), peers, index).say(*[UNSURE] * 99) is None
    assert Attempt(DeepConfGuard(10, warmup=3), peers, 3).say(*[UNSURE] * 99) is not None


def test_guard_when_peers_come_later_then_the_lowest_window_so_far_counts() -> None:
    attempt = Attempt(DeepConfGuard(90, warmup=2))
    assert attempt.say(*[UNSURE] * GROUP, *[SURE] * 100) is None
    attempt.peers += [stats(6.0), stats(None)]
    assert attempt.say(*[SURE] * 100) is None, "one of the two has no figures"
    attempt.peers.append(stats(6.0))
    assert attempt.say(*[SURE] * 64) is not None


def test_guard_when_there_are_enough_peers_then_the_first_ones_make_the_threshold() -> None:
    attempt = Attempt(DeepConfGuard(10, warmup=2), [stats(6.0)] * 2 + [stats(900.0)] * 5)
    assert attempt.say(*[SURE] * 200) is None


def test_guard_when_log_probabilities_are_off_then_it_does_nothing() -> None:
    watch = DeepConfGuard(10, warmup=1).watch(Watched(9, lambda: (stats(50.0),)))
    assert watch.chunk(TokenChunk((1,), "x")) is None
    attempt = Attempt(DeepConfGuard(10, warmup=1), [stats(50.0)])
    attempt.figures.add(TokenChunk((1,) * 99, "x", (-9.0,) * 99))
    assert attempt.watch.chunk(TokenChunk((1,) * 99, "x", (-9.0,) * 99)) is None


def test_guard_when_its_window_is_not_that_of_the_statistics_then_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="group_tokens is 64, and the attempts' statistics"):
        Attempt(DeepConfGuard(90, group_tokens=64))
    Attempt(DeepConfGuard(90, group_tokens=GROUP))


@given(
    st.lists(st.floats(0, 20, width=32), max_size=60),
    st.lists(st.integers(1, 9), max_size=60),
    st.floats(0, 20),
)
def test_guard_when_chunks_are_cut_anyhow_then_it_ends_at_the_same_window(
    confidences: list[float], lengths: list[int], threshold: float
) -> None:
    windows = [
        float(np.mean(confidences[at : at + GROUP])) for at in range(len(confidences) - GROUP + 1)
    ]
    if any(abs(value - threshold) < 1e-5 for value in windows):
        return
    attempt = Attempt(DeepConfGuard(100, warmup=1), [stats(threshold)])
    said, ended = 0, None
    for length in [*lengths, *[1] * len(confidences)]:
        part = confidences[said : said + length]
        said += len(part)
        if attempt.say(*tops_of(part)) is not None:
            ended = said
            break
    wanted = next((at for at, value in enumerate(windows) if value < threshold), None)
    if wanted is None:
        assert ended is None
    else:
        assert ended is not None
        assert ended - length < wanted + GROUP <= ended


@given(st.lists(st.tuples(st.lists(st.floats(1, 9, width=32), max_size=9), st.integers(0, 9))))
def test_guard_when_unread_tokens_are_thrown_away_then_they_never_count(
    turns: list[tuple[list[float], int]],
) -> None:
    """The chunk that ends a turn is cut before the next one is watched."""
    attempt = Attempt(DeepConfGuard(100, warmup=1), [stats(4.0)])
    kept: list[float] = []
    ended = False
    for new, most in turns:
        attempt.figures.add(chunk(*tops_of(new)))
        cut = min(most, len(new))
        attempt.figures.cut(cut)
        kept += new[: len(new) - cut]
        ended = attempt.watch.chunk(TokenChunk((), "")) is not None or ended
    windows = [np.mean(kept[at : at + GROUP]) for at in range(len(kept) - GROUP + 1)]
    if not any(abs(value - 4.0) < 1e-5 for value in windows):
        assert ended == any(value < 4.0 for value in windows)


def test_guard_when_read_tokens_are_thrown_away_then_the_window_goes_back() -> None:
    attempt = Attempt(DeepConfGuard(100, warmup=1), [stats(4.0)])
    assert attempt.say(*[SURE] * 6, UNSURE) is None
    attempt.figures.cut(1)
    assert attempt.say(UNSURE) is None
    attempt.figures.cut(1)
    assert attempt.say(UNSURE) is None, "7, 7, 7 and 1.5 are 5.6 in the mean"
    assert attempt.say(UNSURE) is None, "7, 7 and 1.5 twice are 4.25"
    assert attempt.say(UNSURE) is not None


def test_guard_when_tokens_are_thrown_away_twice_before_it_looks_then_both_cuts_count() -> None:
    attempt = Attempt(DeepConfGuard(100, warmup=1), [stats(5.0)])
    assert attempt.say(*[SURE] * 4, UNSURE) is None
    attempt.figures.cut(1)
    attempt.figures.add(chunk(*[SURE] * 9))
    attempt.figures.cut(8)
    assert attempt.say(UNSURE) is None, "7, 7, 7 and 1.5 are 5.6 in the mean"
    assert attempt.say(UNSURE) is not None
