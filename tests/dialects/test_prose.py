"""Words alone: no code runs, whatever the model writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.attempt import AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import dialect_from_name
from tirkit.dialects.events import Finished
from tirkit.dialects.interface import Dialect, Unbound
from tirkit.dialects.prose import BoundProse, ProseDialect
from tirkit.dialects.user_turn import UserTurn
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.errors import ConfigError
from tirkit.prompts import Stage, load_prompt
from tirkit.testing import FakeKernelSource
from tirkit.types import Chat, CodeResult, CodeStatus, FinishReason, Piece, Problem

COT = load_prompt("cot")
USER = UserTurn("<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n")
BLOCK = "```python\nprint(1)\n```\n<tool_call>\n{}\n</tool_call>\n"


class NoTemplate(ReplayEngine):
    """Its template takes one question and no more."""

    async def render_chat(self, chat: Chat) -> str:
        if len(chat.messages) > 1:
            raise ConfigError("a conversation")
        return await super().render_chat(chat)


def bound() -> BoundProse:
    return BoundProse(COT, user=USER)


async def test_attempt_when_the_model_writes_code_then_none_runs() -> None:
    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK))
    said = f"<think>\\boxed{{1}}</think>{BLOCK}So \\boxed{{42}}."
    builder = TrajectoryBuilder(AttemptSpec("p#0", "x#0", Problem("6 * 7?", "p"), 0, seed=1))
    async with ReplayEngine(lambda _request: Recording.from_text(said)) as engine:
        done = await AttemptRunner(engine, kernels, dialect_from_name("prose"))(builder)
    assert (str(done.answer), done.dialect, done.prompt) == ("42", "prose", "cot")
    assert (kernels.cells, len(done.turns)) == ([], 1)


@given(st.text(alphabet="a<>/think`\n¬é", max_size=60), st.data())
def test_parser_when_the_text_is_cut_anywhere_then_gives_the_same(
    text: str, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(text)))
    whole, parts = bound().parser(), bound().parser()
    whole.feed(text)
    for part in (text[:cut], text[cut:]):
        parts.feed(part)
    assert whole.finish(FinishReason.STOP) == parts.finish(FinishReason.STOP)


@pytest.mark.parametrize(
    ("context", "text", "final"),
    [
        ("", "a \\boxed{1}", "a \\boxed{1}"),
        ("", "<think>a</think>b", "b"),
        ("", "<think>a</think>b<think>c</think>d", "d"),
        ("", "<think>a", ""),
        ("…assistant\n<think>\n", "a</think>b", "b"),
        ("…assistant\n<think>\n", "a \\boxed{1}", ""),
        ("", BLOCK, BLOCK),
        ("", "", ""),
    ],
)
def test_parser_when_the_turn_ends_then_gives_what_stands_behind_the_thinking(
    context: str, text: str, final: str
) -> None:
    parser = bound().parser(context)
    parser.feed(text)
    assert parser.finish(FinishReason.LENGTH) == Finished(final)


def test_stage_when_said_then_it_is_a_users_turn_of_plain_text() -> None:
    pieces = bound().show_stage(Stage(text="\n\nGo on<|im_end|>\n"), "So.", "")
    assert pieces == (
        Piece(USER.open, special=True),
        Piece("Go on<|im_end|>"),
        Piece(USER.close, special=True),
    )


@pytest.mark.parametrize(
    ("turn", "context", "closes"),
    [
        ("<think>So", "", True),
        ("<think>So</think>Now", "", False),
        ("So", "…assistant\n<think>\n", True),
        ("So</think>Now", "…assistant\n<think>\n", False),
        ("So", "a program printed <think> here", False),
    ],
)
def test_answer_when_asked_then_open_thinking_is_closed_first(
    turn: str, context: str, *, closes: bool
) -> None:
    pieces = bound().ask_answer(turn, context)
    assert (pieces[0] == Piece("</think>", special=True)) is closes
    assert pieces[-1] == Piece(COT.answer_now)


def test_stage_when_the_prompt_is_plain_then_its_text_goes_on() -> None:
    plain = BoundProse(load_prompt("plain").model_copy(update={"stop": ()}))
    assert plain.show_stage(Stage(text="Check."), "So", "") == (Piece("\n"), Piece("Check."))


async def test_dialect_when_bound_then_the_glue_is_the_templates() -> None:
    dialect = dialect_from_name("prose")
    assert isinstance(dialect, Unbound)
    async with ReplayEngine(lambda _request: Recording.from_text("")) as engine:
        made: Dialect = await dialect.bind(engine)
    assert isinstance(made, BoundProse)
    assert made.user == USER


async def test_dialect_when_the_template_takes_one_question_alone_then_is_refused() -> None:
    engine = NoTemplate(lambda _request: Recording.from_text(""))
    with pytest.raises(ConfigError, match="takes no conversation of several turns: use a plain"):
        await ProseDialect(COT).bind(engine)
    plain = load_prompt("plain").model_copy(update={"stop": ()})
    assert (await ProseDialect(plain).bind(engine)).name == "prose"


def test_dialect_when_a_setting_is_wrong_then_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown thinking tags 'x'"):
        dialect_from_name("prose", think="x")
    stops = COT.model_copy(update={"stop": ("###",)})
    with pytest.raises(ConfigError, match="has stop texts, which the dialect prose does not"):
        dialect_from_name("prose", prompt=stops)
