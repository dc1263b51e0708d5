"""The parser of role dialects: a table of turns, each read under every kind of split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dialects.roles_cases import LENGTH, ONE, STOP, Case
from tests.dialects.roles_more_cases import CASES
from tests.dialects.roles_reading import check, lexicon_of, parts_of, read, read_case, split
from tirkit.dialects import Finished
from tirkit.dialects.events import Call, ToolCalls
from tirkit.dialects.interface import TokenParser
from tirkit.dialects.roles import FAMILIES, CallParser, Tool
from tirkit.types import FinishReason

by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
sizes = st.lists(st.integers(1, 12), min_size=1, max_size=6)


@by_name
def test_turn_when_fed_in_long_pieces_then_is_read_as_the_table_says(case: Case) -> None:
    check(case, read_case(case, [1_000_000]))


@by_name
def test_turn_when_fed_by_characters_then_is_read_the_same(case: Case) -> None:
    check(case, read_case(case, [1]))


@by_name
@settings(max_examples=15)
@given(cuts=sizes)
def test_turn_when_cut_anywhere_then_is_read_the_same(case: Case, cuts: list[int]) -> None:
    check(case, read_case(case, cuts))


@st.composite
def _turns(draw: st.DrawFn) -> tuple[str, bool, list[tuple[str, bool]]]:
    """A family, whether tags are tokens, and a turn made of its tags, both kinds, and text."""
    family = draw(st.sampled_from(sorted(FAMILIES)))
    exact = draw(st.booleans())
    row = FAMILIES[family]
    tags = [
        tag for tag in (row.begin, row.end, row.think.open, row.think.close, *row.results) if tag
    ]
    texts = st.sampled_from(
        [*tags, *row.tokens, ONE, "python", "\n", "é", "<", "[", "x", "\0", '"']
    )
    tokens = st.sampled_from(row.tokens) if exact else st.nothing()
    part = st.tuples(texts, st.just(value=False)) | st.tuples(tokens, st.just(value=True))
    return family, exact, draw(st.lists(part, max_size=14))


@settings(max_examples=400)
@given(turn=_turns(), cuts=sizes, thinking=st.booleans(), reason=st.sampled_from(FinishReason))
def test_any_turn_when_cut_anywhere_then_gives_one_event_and_the_same(
    turn: tuple[str, bool, list[tuple[str, bool]]],
    cuts: list[int],
    thinking: bool,
    reason: FinishReason,
) -> None:
    family, exact, parts = turn
    lexicon = lexicon_of(family, exact=exact)
    whole = read(CallParser(lexicon, Tool(), thinking=thinking), parts, reason)
    cut = read(CallParser(lexicon, Tool(), thinking=thinking), split(parts, cuts), reason)
    assert cut == whole


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_written_call_when_the_engine_tells_no_ids_then_is_found_in_the_text(family: str) -> None:
    row = FAMILIES[family]
    if family == "dsml":
        text = row.form % {"name": "python", "argument": "code", "code": "1"}
    else:
        parts = {"name": "python", "argument": "code", "code": "1", "id": "functions.python:0"}
        text = row.form % {**parts, "json": '{"code": "1"}'}
    before, between, after = row.around
    turn = f"So {before}{text}{between}{text}{after}"
    for cuts in ([1], [3], [1_000]):
        parser = CallParser(lexicon_of(family, exact=False), Tool())
        event = read(parser, split([(turn, False)], cuts), STOP)
        assert isinstance(event, ToolCalls)
        assert [call.code for call in event.calls] == ["1", "1"]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_written_call_when_tags_are_tokens_then_text_that_looks_the_same_does_not_run(
    family: str,
) -> None:
    row = FAMILIES[family]
    parts = {"name": "python", "argument": "code", "code": "1", "id": "x", "json": '{"code": "1"}'}
    before, _, after = row.around
    turn = before + row.form % parts + after
    event = read(CallParser(lexicon_of(family), Tool()), [(turn, False)], STOP)
    assert event == Finished(turn.strip())


def test_text_when_the_engine_tells_no_ids_then_thinking_is_not_searched() -> None:
    turn = f"<think><tool_call>{ONE}</tool_call></think>2"
    for cuts in ([1], [1_000]):
        parser = CallParser(lexicon_of("hermes", exact=False), Tool())
        assert read(parser, split([(turn, False)], cuts), STOP) == Finished("2")


def test_text_when_the_engine_tells_no_ids_then_an_opening_tag_in_code_is_code() -> None:
    turn = f"<tool_call>{ONE.replace('print(1)', '<tool_call>')}</tool_call>"
    event = read(CallParser(lexicon_of("hermes", exact=False), Tool()), [(turn, False)], STOP)
    assert isinstance(event, ToolCalls)
    assert [call.code for call in event.calls] == ["<tool_call>"]


def test_parser_when_bound_then_is_told_special_tokens() -> None:
    parser = CallParser(lexicon_of("hermes"), Tool())
    assert isinstance(parser, TokenParser)
    assert "<tool_call>" in parser.specials.values()


def test_call_when_it_has_an_id_then_keeps_it() -> None:
    kimi = next(case for case in CASES if case.name == "kimi")
    event = read_case(kimi, [4])
    assert event == ToolCalls((Call("1", "", "functions.python:0", "python"),))


def test_unknown_tool_when_its_name_is_long_then_the_problem_is_short() -> None:
    name = "x" * 10_000
    marked = f'⟦<tool_call>⟧{{"name": "{name}", "arguments": {{}}}}⟦</tool_call>⟧'
    event = read(CallParser(lexicon_of("hermes"), Tool()), parts_of(marked), STOP)
    assert isinstance(event, ToolCalls)
    assert len(event.calls[0].problem) < 300


@pytest.mark.parametrize(
    "body", ["<", "<tool_call", '"\\', "{", "\\n'", "<parameter=a>", "</parameter>"]
)
@pytest.mark.parametrize("family", ["hermes", "qwen-xml"])
@pytest.mark.timeout(60)  # a guard against hanging: what is quadratic takes hours
def test_hostile_body_when_it_is_very_long_then_is_read_all_the_same(
    family: str, body: str
) -> None:
    text = f'⟦<tool_call>⟧{{"code": "\n{body * 100_000}⟦</tool_call>⟧'
    parser = CallParser(lexicon_of(family), Tool())
    event = read(parser, split(parts_of(text), [4_000]), LENGTH)
    assert isinstance(event, ToolCalls)
