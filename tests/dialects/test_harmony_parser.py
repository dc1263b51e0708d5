"""The reader of harmony: every case, every split, and the library's own parser beside it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.harmony_cases import CASES, WELL_FORMED, Case
from tirkit.dialects.events import CodeCall, Finished, Malformed, ParserEvent
from tirkit.dialects.harmony import HarmonyParser
from tirkit.dialects.harmony.library import load_library
from tirkit.dialects.interface import CodeFollower, TokenParser
from tirkit.types import FinishReason

Part = tuple[str, bool]


def read(parts: Iterable[Part], reason: FinishReason) -> tuple[ParserEvent, str]:
    """The event of a turn, and the code told while it was written."""
    parser = HarmonyParser({})
    told: list[str] = []
    for text, special in parts:
        event = parser.feed_special(text) if special else parser.feed(text)
        if event is not None:
            return event, "".join(told)
        told.append(parser.take_code())
    return parser.finish(reason), "".join(told)


def cut(parts: Sequence[Part], draw: st.DataObject) -> list[Part]:
    """The same stream with its plain texts cut anywhere."""
    pieces: list[Part] = []
    for text, special in parts:
        if special:
            pieces.append((text, True))
            continue
        marks = sorted(draw.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        bounds = [0, *marks, len(text)]
        pieces += [(text[a:b], False) for a, b in pairwise(bounds)]
    return pieces


def test_parser_when_asked_then_it_is_a_token_parser_that_tells_code_early() -> None:
    parser = HarmonyParser({1: "<|end|>"})
    assert isinstance(parser, TokenParser)
    assert isinstance(parser, CodeFollower)
    assert parser.specials == {1: "<|end|>"}


def test_cases_when_counted_then_names_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_parser_when_given_a_case_then_the_event_is_the_expected_one(case: Case) -> None:
    event, _ = read(case.parts, case.reason)
    if case.code is not None:
        assert isinstance(event, CodeCall)
        assert event.code == case.code
    elif case.malformed is not None:
        assert isinstance(event, Malformed)
        assert event.kind is case.malformed
        assert event.detail
    else:
        assert event == Finished(case.final or "")
        assert case.end is None
        return
    assert event.end == case.end


@given(st.sampled_from(CASES), st.data())
def test_parser_when_the_text_is_split_anywhere_then_the_event_is_the_same(
    case: Case, draw: st.DataObject
) -> None:
    whole, _ = read(case.parts, case.reason)
    event, told = read(cut(case.parts, draw), case.reason)
    assert event == whole
    if isinstance(event, CodeCall):
        assert f"{event.code}\n".startswith(told)


def test_parser_when_every_character_comes_alone_then_the_event_is_the_same() -> None:
    for case in CASES:
        if len(case.marked) > 10_000:
            continue
        whole, _ = read(case.parts, case.reason)
        single = [
            (piece, special)
            for text, special in case.parts
            for piece in ([text] if special else text)
        ]
        assert read(single, case.reason)[0] == whole, case.name


def test_parser_when_raw_code_is_being_written_then_its_lines_are_told() -> None:
    parser = HarmonyParser({})
    for text, special in [
        ("<|channel|>", True),
        ("analysis to=python code", False),
        ("<|message|>", True),
        ("\n  ", False),
        ("x = 1\ny", False),
    ]:
        assert parser.take_code() == ""
        assert (parser.feed_special(text) if special else parser.feed(text)) is None
    assert parser.take_code() == "\n  x = 1\n"
    assert parser.take_code() == ""
    assert parser.feed(" = 2\n") is None
    assert parser.take_code() == "y = 2\n"
    assert parser.feed_special("<|call|>") == CodeCall("\n  x = 1\ny = 2\n", None)


@pytest.mark.parametrize(
    "body",
    ['{"code": "x = 1\n"}\n', "```python\nx = 1\n", "\n\n \n"],
    ids=["json", "fence", "blank"],
)
def test_parser_when_the_code_may_be_wrapped_then_none_is_told_early(body: str) -> None:
    parser = HarmonyParser({})
    parser.feed(" to=python")
    parser.feed_special("<|message|>")
    parser.feed(body)
    assert parser.take_code() == ""


@pytest.mark.parametrize("header", ["<|channel|>final", " to=browser<|channel|>analysis"])
def test_parser_when_the_text_is_no_code_then_none_is_told_early(header: str) -> None:
    parser = HarmonyParser({})
    parser.read_through(f"{header}<|message|>a\nb\n")
    assert parser.take_code() == ""


def test_parser_when_a_hostile_line_never_ends_then_following_it_stays_linear() -> None:
    parser = HarmonyParser({})
    parser.read_through(" to=python<|message|>")
    for _ in range(200_000):
        parser.feed("\n ")
        parser.take_code()
    assert parser.take_code() == ""


@pytest.mark.parametrize("case", WELL_FORMED, ids=lambda case: case.name)
def test_parser_when_the_completion_is_well_formed_then_the_library_reads_the_same(
    case: Case,
) -> None:
    library, encoding = load_library()
    ids = encoding.encode("".join(text for text, _ in case.parts), allowed_special="all")
    messages = encoding.parse_messages_from_completion_tokens(
        ids, library.Role.ASSISTANT, strict=False
    )
    last = messages[-1]
    assert last.channel == ("final" if case.final else case.channel)
    content = last.content[0].text
    if case.code is not None:
        assert (last.recipient, content) == ("python", case.code)
    else:
        assert content == case.final or last.channel == "analysis"


MESSAGE = st.tuples(
    st.sampled_from(["analysis", "commentary"]),
    st.sampled_from(["", " to=python", " to=python code", " to=python <|constrain|>code"]),
    st.text("ab \né∑{", min_size=1, max_size=12).filter(lambda text: bool(text.strip())),
)


@given(st.lists(MESSAGE, max_size=3), MESSAGE, st.booleans())
def test_parser_when_completions_are_made_up_then_the_library_agrees(
    before: list[tuple[str, str, str]], last: tuple[str, str, str], final: bool
) -> None:
    library, encoding = load_library()
    thoughts = "".join(
        f"<|channel|>{channel}<|message|>{text}<|end|><|start|>assistant"
        for channel, _, text in before
    )
    channel, recipient, text = ("final", "", last[2]) if final else last
    end = "<|call|>" if recipient else "<|return|>"
    completion = f"{thoughts}<|channel|>{channel}{recipient}<|message|>{text}{end}"
    messages: list[Any] = encoding.parse_messages_from_completion_tokens(
        encoding.encode(completion, allowed_special="all"), library.Role.ASSISTANT, strict=True
    )
    theirs = messages[-1]
    event, _ = read(Case("", completion).parts, FinishReason.STOP)
    if theirs.recipient == "python":
        assert event == CodeCall(theirs.content[0].text, None)
    else:
        assert event == Finished(theirs.content[0].text if theirs.channel == "final" else "")
