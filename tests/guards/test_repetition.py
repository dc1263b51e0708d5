"""The guard on repetition: what never ends is ended, what only looks like it is not."""

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.engines.replay import Recording
from tirkit.guards import RepetitionGuard, Watch, Watched
from tirkit.types import UNKNOWN_TOKEN, CodeResult, CodeStatus, TokenChunk

GUARD = RepetitionGuard()


def watch(guard: RepetitionGuard = GUARD) -> Watch:
    return guard.watch(Watched(0))


def ended_after(
    ids: Sequence[int], lengths: Iterable[int] = (), guard: RepetitionGuard = GUARD
) -> int:
    """Tokens said when the attempt is ended; -1 if it never is."""
    watching, said = watch(guard), 0
    for length in [*lengths, *[1] * len(ids)]:
        part = tuple(ids[said : said + length])
        said += len(part)
        if watching.chunk(TokenChunk(part, "x" * len(part))) is not None:
            return said
    return -1


def prose(count: int, seed: int = 0) -> list[int]:
    drawn = random.Random(seed)
    return [drawn.randrange(50_000) for _ in range(count)]


def ids_of(text: str) -> list[int]:
    pieces = Recording.from_text(text).pieces
    return [token for piece in pieces[:-1] for token in piece.token_ids]


@pytest.mark.parametrize("length", [1, 2, 3, 17, 100, 128, 129, 300, 512])
@pytest.mark.parametrize("chunk_tokens", [1, 7, 200])
def test_guard_when_a_line_comes_for_ever_then_it_is_ended_in_time(
    length: int, chunk_tokens: int
) -> None:
    before = prose(3000)
    line = prose(length, seed=1)
    said = [*before, *line * (8000 // length)]
    ended = ended_after(said, [chunk_tokens] * 9999)
    needed = max(1024, 8 * length)
    assert len(before) + needed <= ended <= len(before) + needed + 64 + chunk_tokens


def test_guard_when_it_ends_an_attempt_then_it_tells_the_length_and_tells_it_again() -> None:
    watching = watch()
    reason = watching.chunk(TokenChunk((1, 2, 3) * 400, "x"))
    assert reason == "repetition: the last 1024 tokens are the same 3 over and over"
    assert watching.chunk(TokenChunk(tuple(prose(99)), "x")) == reason
    assert watching.cell("1", CodeResult(CodeStatus.OK)) == reason


def test_guard_when_code_only_looks_repetitive_then_it_goes_on() -> None:
    lines = "".join(f"    total += f({n}) * g({n})\n" for n in range(400))
    assert ended_after(ids_of(lines)) == -1
    zeros = f"grid = [{', '.join(['0'] * 500)}]\n"
    assert ended_after(ids_of(zeros)) == -1
    tables = "".join("| 0 | 0 | 0 |\n" * 40 + f"And for n = {n} it is\n" for n in range(30))
    assert ended_after(ids_of(tables)) == -1
    checks = "for n in range(10):\n    assert check(n)\n" * 7 + "print(1)\n"
    assert ended_after(ids_of(checks * 3)) == -1


def test_guard_when_the_same_text_comes_between_code_runs_then_it_goes_on() -> None:
    watching = watch()
    for _ in range(100):
        assert watching.chunk(TokenChunk(tuple(range(500)), "x")) is None
        assert watching.cell("f()", CodeResult(CodeStatus.OK)) is None


def test_guard_when_the_passage_holds_passages_then_it_is_found_all_the_same() -> None:
    inner = prose(20, seed=2)
    passage = [*inner * 6, 7, *inner * 3, 8, *inner * 6, 9]
    ended = ended_after(passage * 40)
    assert 8 * len(passage) <= ended <= 8 * len(passage) + 64


def test_guard_when_ids_are_not_told_then_texts_are_compared() -> None:
    watching = watch()
    words = ("So", " it", " is", " so", ".")
    reasons = [watching.chunk(TokenChunk((UNKNOWN_TOKEN,), words[n % 5])) for n in range(1024 + 64)]
    assert reasons[-1] is not None
    watching = watch()
    for n in range(5000):
        assert watching.chunk(TokenChunk((UNKNOWN_TOKEN,) * 2, f"word {n}\ud800")) is None


@given(
    st.lists(st.integers(0, 2), max_size=150), st.lists(st.integers(0, 2), min_size=1, max_size=6)
)
def test_guard_when_compared_with_brute_force_then_it_agrees(
    before: list[int], passage: list[int]
) -> None:
    guard = RepetitionGuard(repeats=3, minimum_tokens=32, longest_tokens=20)
    ids = [*before, *passage * 40]
    wanted = -1
    for end in range(64, len(ids) + 1, 64):
        tail = ids[:end]
        if any(
            len(tail) >= needed
            and all(tail[-n] == tail[-n - period] for n in range(1, needed - period + 1))
            for period in range(1, 21)
            if (needed := max(32, 3 * period))
        ):
            wanted = end
            break
    assert ended_after(ids, guard=guard) == wanted


def test_guard_when_an_attempt_is_long_then_it_keeps_only_what_it_needs() -> None:
    watching = watch()
    watching.chunk(TokenChunk(tuple(prose(1_000_000)), "x"))
    for start in range(0, 100_000, 100):
        watching.chunk(TokenChunk(tuple(prose(100, seed=start)), "x"))
    kept = watching._tokens  # type: ignore[attr-defined]
    assert len(kept) <= 2 * 8 * 512 + 100
