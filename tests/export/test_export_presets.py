"""What each filter leaves out, and the numbers of the published ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.made_attempts import FAILED, PROBLEM, Said, attempt, code, last, tried
from tirkit.export import (
    DEFAULTS,
    PRESETS,
    Drawing,
    Form,
    LeastSimilar,
    LongestOther,
    ShorterRight,
    columns_of,
)
from tirkit.export.filters import (
    Agreed,
    ClosedCells,
    CodeBeforeAnswer,
    Complete,
    FewBoxes,
    Filter,
    FinalHeading,
    NoFailedCell,
    PromptLength,
    RanCode,
    Right,
    SolutionLength,
    WholeLength,
)
from tirkit.export.presets import CODE_ERRORS, MATPLOTLIB, THINKING, VERIFICATION
from tirkit.export.tried import Tried
from tirkit.types import StopReason

GOOD = (code(), last())
PLAIN = (last(),)


def of(*said: Said, **told: object) -> Tried:
    return tried(attempt(0, said, **told))  # type: ignore[arg-type]


def said(text: str) -> Tried:
    return of(code(), last(words=f"{text} "))


TOKENS = len(attempt().ids)
PROMPT_TOKENS = attempt().turns[0].start
CASES: dict[str, tuple[Filter, Tried, str]] = {
    "right": (Right(), of(*GOOD), ""),
    "wrong": (Right(), of(*GOOD, answer="41"), "wrong"),
    "no answer": (Right(), of(*GOOD, answer=None), "no_answer"),
    "no reference": (Right(), replace(of(*GOOD), right=None), "no_reference"),
    "complete": (Complete(), of(*GOOD), ""),
    "cut": (Complete(), of(*GOOD, stop=StopReason.TOKEN_LIMIT), "stopped_token_limit"),
    "one box": (FewBoxes(1), of(*GOOD), ""),
    "two boxes": (FewBoxes(1), said("\\boxed{1} or"), "many_boxes"),
    "no braces": (FewBoxes(1), said("boxed boxed 42"), ""),
    "box never closed": (FewBoxes(0), of(Said("\\boxed{" * 3)), ""),
    "traceback": (CODE_ERRORS, said("Traceback (most recent call last)"), "code_error_text"),
    "output cut": (CODE_ERRORS, said("1 2 3<output cut>"), "code_error_text"),
    "timed out": (CODE_ERRORS, said("Timed out"), "code_error_text"),
    "timed out, small": (CODE_ERRORS, said("timed out"), ""),
    "syntax": (CODE_ERRORS, said("SyntaxError: invalid"), "code_error_text"),
    "plot": (MATPLOTLIB, of(code("import matplotlib.pyplot as plt")), "matplotlib"),
    "plot from": (MATPLOTLIB, of(code("from matplotlib import pyplot")), "matplotlib"),
    "no plot": (MATPLOTLIB, of(*GOOD), ""),
    "no verification": (VERIFICATION, of(*GOOD), ""),
    "thinking": (THINKING, said("<think>Hm.</think>"), ""),
    "half thinking": (THINKING, said("<think>Hm."), "no_thinking_tags"),
    "thinking in the prompt": (THINKING, of(Said("</think>"), prompt="<think>"), ""),
    "code": (RanCode(), of(*GOOD), ""),
    "no code": (RanCode(), of(*PLAIN), "no_code"),
    "closed": (ClosedCells(), of(*GOOD), ""),
    "not run": (ClosedCells(), of(Said("x", "x"), last()), "code_without_output"),
    "not shown": (
        ClosedCells(), of(Said("x", "x", code().result), last()), "code_without_output",
    ),
    "two calls, both shown behind the second": (
        ClosedCells(),
        of(Said("x", "x", code().result), Said("", "y", code().result, "shown"), last()),
        "",
    ),
    "two calls, nothing shown": (
        ClosedCells(),
        of(Said("x", "x", code().result), Said("", "y", code().result), code(), last()),
        "code_without_output",
    ),
    "second call not run": (
        ClosedCells(),
        of(Said("x", "x", code().result, "shown"), Said("", "y")),
        "code_without_output",
    ),
    "all cells ran": (NoFailedCell(), of(*GOOD), ""),
    "a cell failed": (NoFailedCell(), of(code(result=FAILED), *GOOD), "failed_cell"),
    "code first": (CodeBeforeAnswer(), of(*GOOD), ""),
    "answer first": (CodeBeforeAnswer(), of(code(before="It is 42. ")), "answer_before_code"),
    "box first": (CodeBeforeAnswer(), of(code(before="\\boxed{9} ")), "box_before_code"),
    "answer only in the code": (CodeBeforeAnswer(), of(code("print(42)")), ""),
    "box a turn before": (CodeBeforeAnswer(), of(last(), code()), "box_before_code"),
    "heading": (FinalHeading(), said("**Final Answer**"), ""),
    "no heading": (FinalHeading(), of(*GOOD), "no_final_answer"),
    "box above the heading": (
        FinalHeading(), of(last(), Said("**Final Answer**")), "no_final_answer",
    ),
    "prompt fits": (PromptLength(PROMPT_TOKENS), of(*GOOD), ""),
    "prompt too long": (PromptLength(PROMPT_TOKENS - 1), of(*GOOD), "long_prompt"),
    "solution fits": (SolutionLength(TOKENS - PROMPT_TOKENS), of(*GOOD), ""),
    "solution too long": (
        SolutionLength(TOKENS - PROMPT_TOKENS - 1), of(*GOOD), "long_solution",
    ),
    "solution too short": (SolutionLength(9_999, 9_998), of(*GOOD), "short_solution"),
    "attempt fits": (WholeLength(TOKENS), of(*GOOD), ""),
    "attempt too long": (WholeLength(TOKENS - 1), of(*GOOD), "long_attempt"),
    "votes": (Agreed(3, 0.5), replace(of(*GOOD), leader_votes=3, votes=6), ""),
    "few votes": (Agreed(4), replace(of(*GOOD), leader_votes=3, votes=6), "few_votes"),
    "small share": (Agreed(0, 0.6), replace(of(*GOOD), leader_votes=3, votes=6), "few_votes"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_filter_when_an_attempt_is_like_this_then_it_says_so(case: str) -> None:
    one, attempted, why = CASES[case]
    assert one.refusal(attempted) == why


@pytest.mark.parametrize(
    "phrase",
    [
        "Let's verify this with Python",
        "Let's verify this using Python",
        "Let's confirm this with Python",
        "Let's use Python to plot",
        "Let's verify this solution using Python",
        "Let's use Python to verify",
        "Let's confirm this result with some Python",
    ],
)
def test_verification_when_one_of_the_seven_phrases_is_said_then_it_is_left_out(
    phrase: str,
) -> None:
    assert VERIFICATION.refusal(said(f"Here it is. {phrase}. It works.")) == "verification_phrase"


def test_few_boxes_when_a_text_is_made_to_be_slow_then_it_is_not() -> None:
    assert FewBoxes(1).refusal(of(Said("\\boxed{" * 300_000))) == ""


def test_tried_when_an_attempt_has_very_many_turns_then_it_is_read_at_once() -> None:
    many = [Said("a\n", None, None, "b\n")] * 60_000
    one = of(*many, code(), last())
    assert len(one.messages()) == 2 * 60_000 + 4
    assert ClosedCells().refusal(one) == ""
    assert len(one.before_code or "") > 4 * 60_000


def test_presets_when_they_are_published_then_they_hold_those_numbers() -> None:
    nemo = PRESETS["nemo-sft"]
    assert nemo.filters == (
        Right(), FewBoxes(1), CODE_ERRORS, MATPLOTLIB, RanCode(), VERIFICATION, Agreed(0, 0.0),
        PromptLength(1024),
    )  # fmt: skip
    assert nemo.once
    assert len(VERIFICATION.phrases) == 7
    assert PRESETS["nemo-short"].filters == (SolutionLength(2048, 0),)
    assert PRESETS["openmath-tir"].filters == (
        RanCode(), ClosedCells(), Right(), CodeBeforeAnswer(), FinalHeading("**Final Answer**"),
    )  # fmt: skip
    assert PRESETS["numina"].filters == (Right(), RanCode(), NoFailedCell(), WholeLength(1024))
    assert PRESETS["imagination-dpo-1"].pairing == LongestOther(
        above_chars=8000, below_ratio=0.6, least=2
    )
    assert PRESETS["imagination-dpo-2"].pairing == LeastSimilar(
        above_chars=8000, below_ratio=0.7, below_similarity=0.83, least=2, whole_chars=10_000,
        cut_chars=8000,
    )  # fmt: skip
    assert PRESETS["shorter"].pairing == ShorterRight(below_ratio=0.8)
    assert PRESETS["openmath-genselect"].drawing == Drawing(
        least=2, most=16, solutions=4, instances=8, tries=16, most_chars=60_000
    )


def test_presets_when_listed_then_each_says_where_it_comes_from_and_what_it_is_for() -> None:
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert preset.source
        assert preset.tells
        assert preset.forms
        assert (preset.pairing is not None) == (preset.forms == {Form.PREFERENCE})
        assert (preset.drawing is not None) == (preset.forms == {Form.GENSELECT})


def test_messages_when_a_generation_holds_two_calls_and_a_correction_then_roles_alternate() -> None:
    first = Said("Two calls.", "a = 1", code().result, "shown")
    further = Said("", "b = 2", FAILED, "")
    malformed = Said("<call", None, None, "<|user|>Write it again.")
    rows = tried(attempt(0, (first, further, malformed, last()))).messages()
    assert [row["role"] for row in rows] == ["user", "assistant", "tool", "assistant", "user",
                                             "assistant"]  # fmt: skip
    assert rows[0]["content"] == PROBLEM.text
    assert rows[2]["content"] == "42\nZeroDivisionError: division by zero"
    assert rows[4]["content"] == "<|user|>Write it again."


def test_documentation_when_read_then_it_names_every_preset_column_and_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    for name in PRESETS:
        assert f"| `{name}` |" in page
    for form in Form:
        for column in columns_of(form):
            assert f"`{column.name}`" in page, column.name
        assert f"`{form}` `{DEFAULTS[form]}`" in page or form is Form.SFT
    assert f"`sft` takes `{DEFAULTS[Form.SFT]}`" in page
