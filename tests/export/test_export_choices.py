"""Which attempts become pairs, and which stand side by side in a window."""

import random
from collections import Counter

import pytest

from tests.export.made_attempts import PROBLEM, Said, attempt, code, group, last, tried
from tirkit.export import Drawing, LeastSimilar, LongestOther, Pair, ShorterRight, Tried
from tirkit.export.pairing import Pairing, word_cosine


def long(index: int, chars: int, *, right: bool = True, word: str = "so") -> Tried:
    """An attempt whose text is of exactly so many characters."""
    answer = "42" if right else "41"
    end = f"\\boxed{{{answer}}}"
    body = (f"{word} " * chars)[: chars - len(end)]
    return tried(attempt(index, (Said(body + end),), answer=answer))


FIRST, SECOND = LongestOther(), LeastSimilar()
TABLE: dict[str, tuple[Pairing, list[Tried], str | tuple[int, int, str]]] = {
    "one alone": (FIRST, [long(0, 9_000)], "few_attempts"),
    "none right": (
        FIRST, [long(0, 9_000, right=False), long(1, 20_000, right=False)], "none_right",
    ),
    "chosen is short": (FIRST, [long(0, 8_000), long(1, 20_000)], "short_attempt"),
    "chosen is just long enough": (FIRST, [long(0, 8_001), long(1, 20_000)], (0, 1, "longer")),
    "other is short": (FIRST, [long(0, 8_500), long(1, 7_000, right=False)], "short_attempt"),
    "ratio at the limit": (FIRST, [long(0, 9_000), long(1, 15_000)], "near_lengths"),
    "ratio below": (FIRST, [long(0, 8_999), long(1, 15_000)], (0, 1, "longer")),
    "longest is wrong": (
        FIRST, [long(0, 9_000), long(1, 20_000), long(2, 21_000, right=False)], (0, 2, "wrong"),
    ),
    "alike": (SECOND, [long(0, 9_000), long(1, 20_000)], "alike"),
    "least alike": (
        SECOND,
        [long(0, 9_000), long(1, 20_000), long(2, 20_000, word="but")],
        (0, 2, "longer"),
    ),
    "least alike is not long": (
        SECOND, [long(0, 9_000), long(2, 12_857, word="but")], "near_lengths",
    ),
    "least alike is just long": (
        SECOND, [long(0, 9_000), long(2, 12_858, word="but")], (0, 2, "longer"),
    ),
    "shorter": (ShorterRight(), [long(3, 79), long(1, 100)], (3, 1, "longer")),
    "hardly shorter": (ShorterRight(), [long(0, 90), long(1, 100)], "near_lengths"),
    "hardly shorter, one is wrong": (
        ShorterRight(),
        [long(0, 90), long(1, 100), long(2, 50, right=False), long(4, 60, right=False)],
        (0, 4, "wrong"),
    ),
    "only wrong": (ShorterRight(), [long(0, 90, right=False)], "none_right"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_pairing_when_attempts_are_like_this_then_these_two_are_a_pair(case: str) -> None:
    pairing, attempts, wanted = TABLE[case]
    found = pairing.pair(attempts)
    if isinstance(found, Pair):
        assert (found.chosen.trajectory.index, found.rejected.trajectory.index, found.why) == wanted
    else:
        assert found == wanted


def test_shorter_right_when_code_printed_much_then_that_does_not_count() -> None:
    loud = tried(attempt(0, (Said("x", "x", code().result, "y" * 5_000), last())))
    wordy = tried(attempt(1, (Said("x" * 400), last())))
    found = ShorterRight().pair([wordy, loud])
    assert isinstance(found, Pair)
    assert (found.chosen, found.rejected) == (loud, wordy)


def test_word_cosine_when_texts_share_all_some_or_no_words_then_it_says_how_much() -> None:
    assert word_cosine("a b", "B a") == pytest.approx(1.0)
    assert word_cosine("a b", "a c") == pytest.approx(0.5)
    assert word_cosine("a", "b") == word_cosine("", "") == 0.0


def candidates(right: int, wrong: int) -> list[Tried]:
    good = [tried(attempt(n, (last(words=f"Way {n}: "),))) for n in range(right)]
    bad = [
        tried(attempt(n, (last("41", f"Way {n}: "),), answer="41"))
        for n in range(right, right + wrong)
    ]
    return good + bad


@pytest.mark.parametrize(("right", "wrong"), [(1, 3), (3, 1), (2, 2), (20, 4), (4, 40)])
def test_drawing_when_windows_are_drawn_then_each_keeps_the_rules(right: int, wrong: int) -> None:
    some = candidates(right, wrong)
    for seed in range(5):
        windows, _ = Drawing().draw(group(*some), some, seed)
        assert 1 <= len(windows) <= 8
        assert len({window.shown for window in windows}) == len(windows)
        for window in windows:
            good = [one for one in window.attempts if one.right]
            assert 2 <= len(window.attempts) <= 16
            assert 1 <= len(good) <= len(window.attempts) - len(good)
            assert len({one.name for one in window.attempts}) == len(window.attempts)
            assert window.pick in window.right


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [(0, 9, "none_right"), (9, 0, "none_wrong"), (1, 2, "few_solutions"), (0, 0, "none_right")],
)
def test_drawing_when_there_is_too_little_then_it_says_what(
    right: int, wrong: int, why: str
) -> None:
    some = candidates(right, wrong)
    assert Drawing().draw(group(*some), some, 0) == ([], {why: 1})


def test_drawing_when_summaries_are_long_then_the_window_is_left_out() -> None:
    words = "word " * 1_200
    some = [tried(attempt(n, (last(words=f"{n} {words}"),))) for n in range(8)]
    some += [tried(attempt(n, (last("41", f"{n} {words}"),), answer="41")) for n in range(8, 24)]
    windows, dropped = Drawing(least=12).draw(group(*some), some, 0)
    assert windows == []
    assert dropped == {"long_window": 16}


def test_drawing_when_sizes_are_drawn_then_they_lie_around_the_middle() -> None:
    lot = random.Random(0)
    sizes = Counter(Drawing().size(lot, 64) for _ in range(4_000))
    assert set(sizes) <= set(range(2, 17))
    mean = sum(size * count for size, count in sizes.items()) / 4_000
    assert mean == pytest.approx(9, abs=0.15)  # (16 + 2) // 2, and a standard error of 0.04
    spread = sum((size - mean) ** 2 * count for size, count in sizes.items()) / 4_000
    assert spread**0.5 == pytest.approx(14 / 6, abs=0.15)


def test_drawing_when_the_seed_is_the_same_then_so_are_the_windows() -> None:
    some = candidates(8, 8)
    first, _ = Drawing().draw(group(*some), some, 3)
    same, _ = Drawing().draw(group(*some), some, 3)
    other, _ = Drawing().draw(group(*some), some, 4)
    assert [one.shown for one in first] == [one.shown for one in same]
    assert [one.shown for one in first] != [one.shown for one in other]
    assert PROBLEM.content_hash == group().content_hash
