"""Prompts with stages: one append-only context, the model goes on where it had ended its turn."""

from collections.abc import Sequence

import pytest

from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, load_prompt
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    CodeResult,
    CodeStatus,
    FinishReason,
    GenerateRequest,
    Problem,
    StopReason,
    Trajectory,
)

PLAN = load_prompt("plan-code-fix")
VERIFY = load_prompt("verify")
PROGRAM_TEXT, LOOK_TEXT = (stage.text for stage in PLAN.stages)
BLOCK = "```python\nprint(1)\n```\n"


async def run(
    prompt: PromptTemplate, turns: Sequence[str | Recording], limits: AttemptLimits | None = None
) -> tuple[Trajectory, list[str]]:
    """One attempt, and the code it ran."""

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        turn = turns[min(place.turn, len(turns) - 1)]
        return Recording.from_text(turn) if isinstance(turn, str) else turn

    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="42\n"))
    builder = TrajectoryBuilder(AttemptSpec("p#0", "x#0", Problem("6 * 7?", "p"), 0, seed=1))
    async with ReplayEngine(script) as engine:
        dialect = dialect_from_name("fenced", prompt=prompt)
        done = await AttemptRunner(engine, kernels, dialect, limits)(builder)
        told = done.prompt_text + "".join(turn.text + turn.given for turn in done.turns)
        assert (await engine.decode(done.ids)).removesuffix("<|im_end|>") == told
    assert sum(done.mask) == done.usage.sampled_tokens
    return done, kernels.cells


async def test_stages_when_all_run_then_each_goes_on_from_the_turn_before() -> None:
    turns = ["Multiply.", "print(6*7)\n```\n", "So \\boxed{41}.", "No: \\boxed{42}."]
    done, cells = await run(PLAN, turns)
    assert cells == ["print(6*7)"]
    assert [turn.text for turn in done.turns] == turns
    given = [turn.given for turn in done.turns]
    assert given == ["\n" + PROGRAM_TEXT, "```output\n42\n```\n", "\n" + LOOK_TEXT, ""]
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.ANSWERED)
    # The end tokens of the two turns that were made to go on.
    assert done.usage.wasted_tokens == 2


async def test_stage_when_code_has_run_already_then_it_is_passed_over() -> None:
    done, cells = await run(PLAN, [BLOCK, "\\boxed{1}", "\\boxed{2}"])
    assert cells == ["print(1)"]
    assert [PROGRAM_TEXT in turn.given for turn in done.turns] == [False] * 3
    assert LOOK_TEXT in done.turns[1].given
    assert str(done.answer) == "2"


async def test_stage_when_it_gives_no_answer_then_the_one_before_stands() -> None:
    done, _ = await run(VERIFY, ["It is \\boxed{7}.", "That holds."])
    assert (str(done.answer), done.stop_reason) == ("7", StopReason.ANSWERED)
    assert done.stop_detail == "answered at an earlier stage"
    assert not any(turn.forced for turn in done.turns)


async def test_stages_when_none_answers_then_the_model_is_asked() -> None:
    done, _ = await run(VERIFY, ["Hm.", "Hm.", "9}"])
    assert [turn.forced for turn in done.turns] == [False, False, True]
    assert (str(done.answer), done.stop_reason) == ("9", StopReason.NO_ANSWER)


async def test_stage_when_the_turn_was_cut_at_its_limit_then_it_does_not_go_on() -> None:
    cut = Recording.from_text("On and on", finish=FinishReason.LENGTH)
    done, _ = await run(VERIFY, [cut, "9}"])
    assert [turn.forced for turn in done.turns] == [False, True]
    assert done.stop_reason is StopReason.TOKEN_LIMIT


async def test_stage_when_thinking_is_open_then_it_is_closed_first() -> None:
    done, _ = await run(VERIFY, ["<think>hm", "\\boxed{3}"])
    assert done.turns[0].given == "\n</think>\n\n" + VERIFY.stages[0].text
    assert str(done.answer) == "3"


async def test_stage_when_code_comes_behind_it_then_it_runs_and_the_attempt_goes_on() -> None:
    done, cells = await run(VERIFY, ["\\boxed{1}", BLOCK, "\\boxed{42}"])
    assert cells == ["print(1)"]
    assert str(done.answer) == "42"


@pytest.mark.parametrize("name", ["harmony", "hermes", "chat_tools", "prose"])
def test_stages_when_one_opens_a_block_then_dialects_of_messages_refuse_the_prompt(
    name: str,
) -> None:
    plan = PLAN.model_copy(update={"prefix": ""})
    with pytest.raises(ConfigError, match=f"plan-code-fix opens a .* the dialect {name} says"):
        dialect_from_name(name, prompt=plan)
    assert dialect_from_name(name, prompt="verify").name == name
