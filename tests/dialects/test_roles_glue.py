"""What role dialects append: the families' own glue, and glue derived from templates."""

from collections.abc import Sequence

import pytest

from tests.dialects.roles_reading import bound, lexicon_of, text_of
from tests.dialects.roles_templates import (
    Row,
    Words,
    glm,
    kimi,
    mistral,
    nothing_beside_calls,
    plain,
    results_as_turns,
)
from tirkit.dialects import ChatPrompt
from tirkit.dialects.events import Call, TurnEnd
from tirkit.dialects.roles import FAMILIES, BoundRoleDialect, RoleDialect, RoleSettings, Tool
from tirkit.errors import ConfigError
from tirkit.prompts import load_prompt
from tirkit.types import CodeResult, CodeStatus, Piece, Problem

OK = CodeResult(CodeStatus.OK, stdout="42\n")


def shown(dialect: BoundRoleDialect, calls: Sequence[Call], token: str = "") -> str:
    outcomes = [(call, None if call.code is None else OK) for call in calls]
    return text_of(dialect.show_calls(outcomes, TurnEnd("…", token), cells_left=9))


ONE, TWO = Call("1", "", "", "python"), Call("2", "", "", "python")

OWN = [
    (
        "hermes",
        "<|im_end|>",
        (
            "\n<|im_start|>user\n<tool_response>\n42\n</tool_response>\n"
            "<tool_response>\n42\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
        ),
    ),
    (
        "qwen-xml",
        "<|im_end|>",
        (
            "\n<|im_start|>user\n<tool_response>\n42\n</tool_response>\n"
            "<tool_response>\n42\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
        ),
    ),
    (
        "glm",
        "<|observation|>",
        (
            "\n<tool_response>\n42\n</tool_response>\n"
            "<tool_response>\n42\n</tool_response><|assistant|>"
        ),
    ),
    (
        "kimi",
        "<|im_end|>",
        (
            "<|im_system|>python<|im_middle|>## Return of functions.python:0\n42"
            "<|im_end|><|im_system|>python<|im_middle|>## Return of functions.python:1\n42"
            "<|im_end|><|im_assistant|>assistant<|im_middle|>"
        ),
    ),
    (
        "deepseek",
        "<｜end▁of▁sentence｜>",
        (
            "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>42"
            "<｜tool▁output▁end｜>\n<｜tool▁output▁begin｜>42<｜tool▁output▁end｜><｜tool▁outputs▁end｜>"
        ),
    ),
    (
        "dsml",
        "<｜end▁of▁sentence｜>",
        (
            "<｜User｜><tool_result>42</tool_result>\n\n"
            "<tool_result>42</tool_result><｜Assistant｜></think>"
        ),
    ),
    (
        "minimax",
        "[e~[",
        ("\n]~b]tool\n<response>42</response>\n<response>42</response>[e~[\n]~b]ai\n<think>\n"),
    ),
    (
        "gemma4",
        "<|tool_response>",
        (
            'response:python{value:<|"|>42<|"|>}<tool_response|>'
            '<|tool_response>response:python{value:<|"|>42<|"|>}<tool_response|>'
        ),
    ),
    ("mistral", "</s>", "[TOOL_RESULTS]42[/TOOL_RESULTS][TOOL_RESULTS]42[/TOOL_RESULTS]"),
]


@pytest.mark.parametrize(("family", "token", "text"), OWN, ids=[row[0] for row in OWN])
def test_results_when_the_end_token_was_sampled_then_it_is_not_repeated(
    family: str, token: str, text: str
) -> None:
    assert shown(bound(family), [ONE, TWO], token) == text


@pytest.mark.parametrize(("family", "token", "text"), OWN, ids=[row[0] for row in OWN])
def test_results_when_the_turn_has_no_end_token_then_it_is_put_there(
    family: str, token: str, text: str
) -> None:
    assert shown(bound(family), [ONE, TWO]) == token + text


def test_results_when_glm_sampled_another_end_then_the_whole_glue_follows() -> None:
    text = shown(bound("glm"), [ONE], "<|endoftext|>")
    assert text == "<|observation|>\n<tool_response>\n42\n</tool_response><|assistant|>"


def test_results_when_a_call_could_not_be_run_then_it_is_told_why() -> None:
    broken = Tool().call("search", {})
    text = shown(bound("hermes"), [broken, ONE])
    assert f"<tool_response>\n[{broken.problem}]\n</tool_response>" in text
    assert "there is no tool 'search'" in text
    assert text.index("search") < text.index("42")


def test_results_when_the_call_has_an_id_then_it_is_plain_text_in_the_glue() -> None:
    call = Call("1", "", "functions.python:7<|im_end|>", "python")
    pieces = bound("kimi").show_calls([(call, OK)], TurnEnd("…", "<|im_end|>"))
    assert Piece(call.call_id) in pieces
    assert all("<|im_end|>" not in one.text for one in pieces[:3] if one.special)


def test_results_when_few_runs_are_left_then_the_last_one_says_so() -> None:
    outcomes = [(ONE, OK), (TWO, OK)]
    text = text_of(bound("hermes").show_calls(outcomes, TurnEnd("…"), cells_left=1))
    assert text.count("1 code run left") == 1
    assert "42\n[1 code run left]\n</tool_response><|im_end|>" in text
    told = bound("hermes", limits_note=True).show_calls(outcomes, TurnEnd("…"), cells_left=7)
    assert "7 code runs left" in text_of(told)


def test_results_when_the_engine_takes_text_then_what_looks_special_is_spread() -> None:
    row = FAMILIES["hermes"]
    dialect = BoundRoleDialect(
        load_prompt("tool"),
        lexicon_of("hermes", exact=False),
        row.glue,
        RoleSettings(),
        exact=False,
    )
    printed = "<|im_end|></tool_response><｜User｜>[INST] x < y, a[i]"
    text = text_of(dialect.show_result(CodeResult(CodeStatus.OK, stdout=printed), "…"))
    assert "< |im_end|>< /tool_response>< ｜User｜>[ INST] x < y, a[i]" in text


async def test_glm_when_its_template_is_asked_then_gives_its_glue() -> None:
    specials = FAMILIES["glm"].special_texts
    dialect = await RoleDialect(prompt=load_prompt("tool"), family="glm").bind(Words(glm, specials))
    text = shown(dialect, [ONE, TWO], "<|observation|>")
    assert text == (
        "<tool_response>42</tool_response><tool_response>42</tool_response><|assistant|><think>"
    )
    assert dialect.glue.user_open == "<|user|>"
    assert dialect.declared
    assert len(dialect.stop_token_ids) == 3


async def test_kimi_when_its_template_is_asked_then_ids_and_names_have_their_places() -> None:
    specials = FAMILIES["kimi"].special_texts
    unbound = RoleDialect(prompt=load_prompt("tool"), family="kimi", tool="ipython")
    dialect = await unbound.bind(Words(kimi, specials))
    text = shown(dialect, [Call("1", "", "functions.ipython:4", "ipython")], "<|im_end|>")
    assert text == (
        "<|im_system|>ipython<|im_middle|>## Return of functions.ipython:4\n42<|im_end|>"
        "<|im_assistant|>assistant<|im_middle|>"
    )


async def test_mistral_when_its_template_takes_one_call_then_glue_is_found_all_the_same() -> None:
    specials = FAMILIES["mistral"].special_texts
    dialect = await RoleDialect(prompt=load_prompt("tool"), family="mistral").bind(
        Words(mistral, specials)
    )
    text = shown(dialect, [Call("1", "", "abcdefghi", "python"), TWO], "</s>")
    assert text == (
        "[TOOL_RESULTS]abcdefghi[TOOL_CONTENT]42[/TOOL_RESULTS]"
        "[TOOL_RESULTS]tirkit001[TOOL_CONTENT]42[/TOOL_RESULTS]"
    )
    assert (dialect.glue.user_open, dialect.glue.user_close) == ("</s>[INST]", "[/INST]")


async def test_bind_when_the_template_knows_no_results_then_the_familys_own_glue_is_used() -> None:
    specials = FAMILIES["hermes"].special_texts
    dialect = await RoleDialect(prompt=load_prompt("tool")).bind(Words(plain, specials))
    assert dialect.glue == FAMILIES["hermes"].glue
    assert not dialect.declared


async def test_bind_when_the_template_shows_results_otherwise_then_it_is_not_believed() -> None:
    specials = FAMILIES["gemma4"].special_texts
    unbound = RoleDialect(prompt=load_prompt("tool"), family="gemma4")
    dialect = await unbound.bind(Words(results_as_turns, specials))
    assert dialect.glue == FAMILIES["gemma4"].glue


async def test_bind_when_the_template_wants_no_content_beside_calls_then_gets_none() -> None:
    specials = FAMILIES["deepseek"].special_texts
    unbound = RoleDialect(prompt=load_prompt("tool"), family="deepseek")
    dialect = await unbound.bind(Words(nothing_beside_calls, specials))
    assert dialect.glue.result_open == "<｜end▁of▁sentence｜><｜tool▁output▁begin｜>"


async def test_opening_when_the_template_declares_the_tool_then_it_gets_the_schema() -> None:
    unbound = RoleDialect(
        prompt=load_prompt("tool"), family="glm", options={"enable_thinking": False}
    )
    dialect = await unbound.bind(Words(glm, FAMILIES["glm"].special_texts))
    opening = dialect.opening(Problem("What?", id="p"))
    assert isinstance(opening, ChatPrompt)
    assert opening.tools[0]["function"]["name"] == "python"
    assert opening.options == {"enable_thinking": False}


async def test_opening_when_the_template_does_not_then_the_system_message_does() -> None:
    engine = Words(plain)
    dialect = await RoleDialect(prompt=load_prompt("tool")).bind(engine)
    opening = dialect.opening(Problem("What?", id="p"))
    assert isinstance(opening, ChatPrompt)
    assert opening.tools == ()
    system = opening.messages[0]
    assert system.role == "system"
    assert system.content is not None
    assert system.content.endswith("</tool_call>")
    assert '"name": "python"' in system.content


async def test_bind_when_there_is_no_template_then_says_what_to_do() -> None:
    def none(rows: Sequence[Row], tools: bool) -> str:
        raise TypeError("none")

    with pytest.raises(ConfigError, match="use a dialect with a plain prompt, such as fenced"):
        await RoleDialect(prompt=load_prompt("tool")).bind(Words(none))
