"""A trajectory on a terminal: who wrote what, and nothing a model wrote does anything there."""

import unicodedata
from dataclasses import replace
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.records.factory import trajectories, trajectory
from tirkit.display import Span, Writer, coloured, one_line, plain, spans, summary_line, visible
from tirkit.types import Answer, FinishReason, Trajectory, Turn

MADE = replace(
    trajectory(),
    attempt_id="p#0",
    ids=tuple(range(10)),
    mask=b"\x00\x00\x01\x01\x01\x00\x00\x01\x01\x00",
    logprobs=(),
    prompt_text="Say ",
    turns=(
        Turn("hm\n", 2, 5, "1", given="out\n"),
        Turn("so", 7, 9, finish=FinishReason.STOP, note="odd", wasted_tokens=2),
    ),
)


def on_terminal(made: Trajectory, *, ids: bool = False) -> str:
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=40)
    console.print(coloured(made, ids=ids), soft_wrap=True)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_spans_when_taken_then_cover_all_tokens_in_order_with_their_writer() -> None:
    assert list(spans(MADE)) == [
        Span(Writer.PROMPT, "Say ", 0, 2),
        Span(Writer.SAMPLED, "hm\n", 2, 5, 0),
        Span(Writer.TOOL, "out\n", 5, 7, 0),
        Span(Writer.SAMPLED, "so", 7, 9, 1),
        Span(Writer.TOOL, "", 9, 10, 1),
    ]
    assert [span.is_told for span in spans(MADE)] == [True] * 4 + [False]


def test_spans_when_there_was_no_turn_then_all_is_prompt() -> None:
    assert list(spans(replace(MADE, turns=()))) == [Span(Writer.PROMPT, "Say ", 0, 10)]


def test_plain_when_shown_then_every_line_names_its_writer() -> None:
    assert list(plain(MADE)) == [
        "── p#0: replay:x, fenced, prompt default, 10 tokens",
        "prompt  │ Say ",
        "sampled + hm",
        "tool    │ out",
        "sampled │ so",
        "── the model ended its turn",
        "── odd",
        "── tokens thrown away: 2",
        "── 1 tokens of tool whose text was not recorded",
        "── answered: answer 42",
    ]


def test_ids_when_asked_for_then_stand_behind_their_span() -> None:
    lines = list(plain(MADE, ids=True))
    assert [line for line in lines if ".." in line] == [
        "── prompt 0..2: 0 1",
        "── sampled 2..5: 2 3 4",
        "── tool 5..7: 5 6",
        "── sampled 7..9: 7 8",
        "── tool 9..10: 9",
    ]
    unknown = replace(MADE, ids=(-1,) * 10, token_exact=False)
    told = list(plain(unknown, ids=True))
    assert told[0].endswith("10 tokens, not token-exact")
    assert "── prompt 0..2: -1 -1 (-1: not told)" in told


def test_colours_when_shown_then_tell_who_wrote_what() -> None:
    shown = on_terminal(MADE)
    assert "\x1b[34mSay \x1b[0m\x1b[32mhm\x1b[0m\n" in shown
    assert "\x1b[33mout\x1b[0m\n\x1b[32mso\x1b[0m\n" in shown
    assert "\x1b[35m── odd\x1b[0m" in shown
    assert "0 1" not in shown
    assert "── prompt 0..2: 0 1" in on_terminal(MADE, ids=True)


def test_long_line_when_shown_then_is_not_broken() -> None:
    made = replace(MADE, prompt_text="x" * 200)
    assert "x" * 200 in on_terminal(made)
    assert f"prompt  │ {'x' * 200}" in list(plain(made))


HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07\r\x9b2J\x00\x7f\x08\u202egnp.exe\u2028\x0b\x85 [bold]x[/]\ud800"
)


def test_hostile_text_when_shown_then_is_written_out() -> None:
    assert visible(HOSTILE) == (
        "␛[31mred␛]0;title␇␍<U+009B>2J␀␡␈<U+202E>gnp.exe<U+2028>␋<U+0085> [bold]x[/]<U+D800>"
    )
    assert one_line("a\n\tb") == "a␤␉b"
    assert visible("a\n\t∑ é 中 ²") == "a\n\t∑ é 中 ²"


def test_hostile_text_when_it_is_anywhere_then_no_line_is_forged() -> None:
    turn = Turn(HOSTILE + "\n── answered\ntool    │ 7\n", 1, 3, note=HOSTILE, given=HOSTILE)
    made = replace(
        trajectory(),
        attempt_id=HOSTILE,
        engine=HOSTILE,
        dialect=HOSTILE,
        prompt=HOSTILE,
        prompt_text=HOSTILE + "\n",
        stop_detail=HOSTILE + "\n",
        answer=Answer("x", HOSTILE),
        turns=(turn,),
    )
    lines = list(plain(made))
    assert [line[:9] for line in lines] == [
        "── " + lines[0][3:9], "prompt  │", "sampled │", "sampled │", "sampled │",
        "── " + visible(HOSTILE)[:6], "tool    │", "── answer",
    ]  # fmt: skip
    shown = on_terminal(made)
    assert set(filter(lambda char: unicodedata.category(char) == "Cc", shown)) == {"\x1b", "\n"}
    assert shown.count("\x1b[31m") == shown.count("\x1b]") == 0
    assert summary_line(made).isprintable()


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Ll", "Zs"])))
def test_visible_when_given_any_text_then_nothing_acts_on_the_terminal(text: str) -> None:
    kinds = {unicodedata.category(char) for char in visible(text) if char not in "\n\t"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Cn"}
    assert visible(visible(text)) == visible(text)


@given(trajectories())
def test_trajectory_when_it_is_nonsense_then_is_shown_nevertheless(made: Trajectory) -> None:
    assert next(iter(plain(made, ids=True))).startswith("── ")
    assert on_terminal(made)
    assert "\n" not in summary_line(made)


def test_trajectory_when_a_reasoner_took_part_then_its_part_is_shown_behind() -> None:
    beside = replace(MADE, dialect="prose", prompt="reasoner")
    made = replace(MADE, reasoner=beside)
    lines = list(plain(made))
    mark = lines.index("── the reasoner's part of this attempt:")
    assert lines[:mark] == list(plain(MADE))
    assert lines[mark + 1 :] == list(plain(beside))
    assert "reasoner's part" in coloured(made).plain
