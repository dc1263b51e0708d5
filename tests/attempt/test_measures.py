"""Which of an attempt's tokens are code, and its statistics as they come and as they stay."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guards.reference import check, tops
from tirkit.attempt import AttemptSpec, TrajectoryBuilder
from tirkit.attempt.measures import code_in_text
from tirkit.types import (
    AttemptStats,
    CodeResult,
    CodeStatus,
    Problem,
    StopReason,
    TokenChunk,
    TopLogprobs,
)

Token = tuple[str, float, TopLogprobs]
OK = CodeResult(CodeStatus.OK, stdout="1\n")
CODE = "x = 1\nif x:\n    print(x)"


@pytest.mark.parametrize(
    "written",
    [
        f"Hm.\n```python\n{CODE}\n```\n",
        f"{CODE}\nagain\n{CODE}",
        "1. So\n  ```python\n  x = 1\n  if x:\n      print(x)\n  ```\n",
        json.dumps({"code": CODE}),
    ],
)
def test_code_when_it_stands_in_the_text_then_its_last_place_is_found(written: str) -> None:
    ((start, end),) = code_in_text(written, [CODE])
    lines = [line.strip() for line in written[start:end].replace("\\n", "\n").split("\n")]
    assert lines == [line.strip() for line in CODE.split("\n")]
    assert "print" not in written[end:]


def test_code_when_there_are_several_pieces_then_each_gets_its_own_place() -> None:
    text = "a = 1 then a = 1 then b = 2"
    spans = code_in_text(text, ["a = 1", "a = 1", "b = 2"])
    assert spans == [(0, 5), (11, 16), (22, 27)]


def test_code_when_letters_are_escaped_then_they_are_found() -> None:
    code = "s = 'é\"'\nprint(s)"
    for ascii_only in (True, False):
        text = json.dumps({"code": code}, ensure_ascii=ascii_only)
        ((start, end),) = code_in_text(text, [code])
        assert json.loads(f'"{text[start:end]}"') == code


@pytest.mark.parametrize("code", ["", " \n", "nowhere", "x = 1\ny = 2"])
def test_code_when_it_is_not_there_then_it_is_left_out(code: str) -> None:
    assert code_in_text("x = 1\ny = 3\nx = 2", [code]) == []


@given(st.text("a =1\n", max_size=30), st.text("a =1\n", max_size=8))
def test_code_when_texts_are_odd_then_a_place_always_holds_the_code(text: str, code: str) -> None:
    for start, end in code_in_text(text, [code]):
        assert 0 <= start < end <= len(text)
        stood = [line.strip() for line in text[start:end].strip("\n").split("\n")]
        assert stood == [line.strip() for line in code.strip("\n").split("\n")]


class Attempt:
    """A builder driven turn by turn, its tokens cut into chunks as told."""

    def __init__(self, group_tokens: int = 3) -> None:
        problem = Problem("What?", id="p")
        self.builder = TrajectoryBuilder(AttemptSpec("p#0", "x", problem, 0, 1), with_logprobs=True)
        self.builder.group_tokens = group_tokens
        self.words: list[str] = []
        self.builder.begin(self.ids("Problem", ": "), "Problem: ")

    def ids(self, *words: str) -> tuple[int, ...]:
        self.words += words
        return tuple(range(len(self.words) - len(words), len(self.words)))

    async def decode(self, ids: Sequence[int]) -> str:
        return "".join(self.words[one] for one in ids)

    async def turn(
        self, tokens: Sequence[Token], lengths: Sequence[int], keep: int, code: str = ""
    ) -> list[Token]:
        """Sample a turn, keep its first `keep` characters, run its code; the tokens kept."""
        builder, said = self.builder, 0
        assert builder.buffer.text is not None
        builder.open_turn(forced=False)
        for length in [*lengths, len(tokens)]:
            part = tokens[said : said + length]
            said += len(part)
            if part:
                builder.add_chunk(
                    TokenChunk(
                        self.ids(*(word for word, _, _ in part)),
                        "".join(word for word, _, _ in part),
                        tuple(value for _, value, _ in part),
                        tuple(top for _, _, top in part),
                    )
                )
        text, wasted = await builder.buffer.cut_turn(keep, self.decode)
        builder.close_turn(text, wasted_tokens=wasted)
        if code:
            await builder.mark_code([code], self.decode)
            builder.open_cell(code)
            builder.close_cell(OK)
        builder.append_given(self.ids("<output>", "1", "</output>"), "<output>1</output>")
        return list(tokens[: len(tokens) - wasted])

    def stats(self) -> AttemptStats:
        stats = self.builder.freeze(StopReason.ANSWERED).stats
        assert stats is not None
        return stats


def words(text: str = "ab\n") -> st.SearchStrategy[list[Token]]:
    token = st.tuples(st.text(text, min_size=1, max_size=3), st.floats(-9, 0), tops())
    return st.lists(token, max_size=8)


turns = st.lists(
    st.tuples(
        words(),
        st.lists(st.tuples(st.text("0123", min_size=1, max_size=3), st.floats(-9, 0), tops())),
        words(),
        st.lists(st.integers(1, 4)),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=5,
)


@given(turns)
async def test_stats_when_chunks_and_cuts_fall_anyhow_then_they_are_those_of_the_kept_tokens(
    script: list[tuple[list[Token], list[Token], list[Token], list[int], int]],
) -> None:
    attempt = Attempt()
    kinds: dict[str, list[Token]] = {"whole": [], "prose": [], "code": []}
    final: list[Token] = []
    for before, code, after, lengths, where in script:
        text = "".join(word for word, _, _ in code)
        every = [*before, *code, *after]
        through_code = sum(len(word) for word, _, _ in [*before, *code])
        keep = through_code + where
        kept = await attempt.turn(every, lengths, keep, text)
        if not kept:
            continue
        # What was the last turn so far turns out to have been none.
        kinds["whole"] += kept
        final = kept
        kinds["prose"] += kept[: len(before)] + kept[len(before) + len(code) :]
        kinds["code"] += kept[len(before) : len(before) + len(code)] if text else []
        last = kinds["prose"], kinds["code"], len(before), len(code)
    if final:
        prose, ran, begin, length = last
        del prose[len(prose) - (len(final) - length) :]
        del ran[len(ran) - length :]
        assert begin + length <= len(final)
    told = attempt.stats()
    for name, tokens in (kinds | {"final": final}).items():
        check(getattr(told, name), [(value, top) for _, value, top in tokens])


def tokens_of(*texts: str) -> list[Token]:
    return [(text, -1.0, ((0, -float(n)), (1, -float(n)))) for n, text in enumerate(texts, 1)]


async def test_stats_when_a_turn_did_not_run_its_code_then_it_is_prose() -> None:
    attempt = Attempt()
    builder = attempt.builder
    await attempt.turn(tokens_of("So ", "x=1", " end"), [1], 99)
    await builder.mark_code(["x=1"], attempt.decode)
    await attempt.turn(tokens_of("It is 1."), [1], 99)
    told = attempt.stats()
    assert (told.prose.tokens, told.code.tokens, told.final.tokens) == (3, 0, 1)


async def test_stats_when_a_token_straddles_the_code_then_where_it_begins_counts() -> None:
    attempt = Attempt()
    await attempt.turn(
        tokens_of("```python\nx", "=1", "\nx+", "1\n```", " end"), [5], 99, "x=1\nx+1"
    )
    await attempt.turn(tokens_of("It is 1."), [1], 99)
    told = attempt.stats()
    # "```python\nx" begins before the code, "1\n```" inside it.
    assert (told.prose.tokens, told.code.tokens) == (2, 3)
    assert told.code.mean_confidence == pytest.approx((2 + 3 + 4) / 3)


async def test_stats_when_the_end_token_is_dropped_then_it_is_taken_out() -> None:
    attempt = Attempt()
    builder = attempt.builder
    builder.open_turn(forced=False)
    ids = attempt.ids("It", " is", "<end>")
    every = tuple(top for _, _, top in tokens_of("It", " is", ""))
    builder.add_chunk(TokenChunk(ids, "It is", (-1.0,) * 3, every))
    builder.close_turn("It is")
    await builder.drop_end_token(attempt.decode)
    told = attempt.stats().whole
    assert told.tokens == 2
    assert told.mean_confidence == pytest.approx(1.5)


async def test_stats_when_the_attempt_is_cut_off_inside_a_turn_then_its_tokens_count() -> None:
    attempt = Attempt()
    await attempt.turn(tokens_of("x=1", " "), [1], 99, "x=1")
    attempt.builder.open_turn(forced=False)
    attempt.builder.add_chunk(TokenChunk(attempt.ids("a"), "a", (-3.0,), (((0, -9.0),),)))
    told = attempt.stats()
    assert (told.whole.tokens, told.code.tokens, told.prose.tokens) == (3, 1, 1)
    assert told.final.mean_confidence == 9.0


async def test_stats_when_log_probabilities_are_off_then_there_are_none() -> None:
    spec = AttemptSpec("p#0", "x", Problem("What?", id="p"), 0, 1)
    builder = TrajectoryBuilder(spec)
    builder.begin((1,), "P")
    builder.open_turn(forced=False)
    builder.add_chunk(TokenChunk((1, 2), "ab"))
    assert builder.buffer.figures is None
    assert builder.freeze(StopReason.ANSWERED).stats is None


async def test_stats_when_log_probabilities_go_missing_then_there_are_none() -> None:
    attempt = Attempt()
    await attempt.turn(tokens_of("a", "b"), [1], 99)
    attempt.builder.open_turn(forced=False)
    attempt.builder.add_chunk(TokenChunk(attempt.ids("c"), "c"))
    assert attempt.builder.freeze(StopReason.ANSWERED).stats is None


def test_stats_when_nothing_was_sampled_then_each_kind_is_empty() -> None:
    told = Attempt().stats()
    kinds = (told.whole, told.prose, told.code, told.final)
    assert [kind.tokens for kind in kinds] == [0] * 4
    assert told.whole.lowest_group is None
