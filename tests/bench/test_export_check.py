"""Records of every dialect: aligned, what their ids say, and the same when played or read again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tirkit.attempt.again import read_again
from tirkit.attempt.specials import reads_tokens
from tirkit.bench import Checked, RecordCheck, check_verdict, run_settings
from tirkit.config import load_settings
from tirkit.dialects import dialect_names
from tirkit.dialects.interface import Dialect, TokenParser, Unbound
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError
from tirkit.records import Resumed, check_texts, check_trajectory
from tirkit.solver import Solver
from tirkit.testing import FakeKernelSource
from tirkit.testing.spoken import CODE, SPOKEN, Spoken, replaying, speaking
from tirkit.types import (
    ANY_ANSWER,
    Answer,
    CodeResult,
    CodeStatus,
    FinishReason,
    GenerateRequest,
    Problem,
    Solution,
    StopReason,
    Turn,
)

PROBLEM = Problem("What is 6 * 7?", "p")
ATTEMPTS = 2


async def solve(
    spoken: Spoken, engine: ReplayEngine, *, settings: dict[str, Any] | None = None
) -> Solution:
    """All attempts at one problem, to their ends."""
    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="<|im_end|>42\n"))
    async with Solver(
        engine, kernels=kernels, dialect=spoken.dialect(), attempts=ATTEMPTS,
        stop=f"after_attempts({ATTEMPTS})", **(settings or {}),
    ) as solver:  # fmt: skip
        return await solver.solve(PROBLEM)


async def bound(spoken: Spoken, engine: ReplayEngine) -> Dialect:
    dialect = spoken.dialect()
    return await dialect.bind(engine) if isinstance(dialect, Unbound) else dialect


def essence(turns: Sequence[Turn]) -> list[Turn]:
    """The turns without what a replay cannot repeat: times, and what was thrown away."""
    return [
        replace(turn, generate_seconds=0.0, began_seconds=None, wasted_tokens=0, finish=None)
        for turn in turns
    ]


def test_dialects_when_counted_then_each_one_registered_is_spoken_here() -> None:
    assert set(dialect_names()) - {"auto", "chat_tools", "prose"} <= set(SPOKEN)


@pytest.mark.parametrize("name", SPOKEN)
async def test_attempts_when_recorded_then_they_are_aligned_and_say_their_ids(name: str) -> None:
    spoken = SPOKEN[name]
    engine = speaking(spoken)
    solution = await solve(spoken, engine)
    dialect = await bound(spoken, engine)
    assert len(solution.trajectories) == ATTEMPTS
    for made in solution.trajectories:
        assert (str(made.answer), made.stop_reason) == ("42", StopReason.ANSWERED)
        assert [turn.code for turn in made.turns] == [CODE, None]
        assert len(made.ids) == len(made.mask) == len(made.logprobs)
        assert reads_tokens(dialect.parser()) is isinstance(dialect.parser(), TokenParser)
        assert check_trajectory(made) == []
        assert await check_texts(made, engine.decode) == []
        assert await read_again(made, dialect, ANY_ANSWER, engine.decode) == []
    assert check_verdict(solution).faults == ()


@pytest.mark.parametrize("name", SPOKEN)
async def test_attempts_when_their_ids_are_played_again_then_all_is_the_same(name: str) -> None:
    spoken = SPOKEN[name]
    first = await solve(spoken, speaking(spoken))
    recorded = {made.index: made for made in first.trajectories}
    second = await solve(spoken, replaying(spoken, recorded))
    assert second.verdict == first.verdict
    for one, other in zip(first.trajectories, second.trajectories, strict=True):
        assert one.ids == other.ids
        assert one.mask == other.mask
        assert one.logprobs == other.logprobs
        assert essence(one.turns) == essence(other.turns)
        assert (one.answer, one.stop_reason) == (other.answer, other.stop_reason)


FENCED = SPOKEN["fenced"]
ODD: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "cut off and asked": (
        ["Hm.\n```python\nprint(1", "So: 42}"], {"limits": {"max_turns": 1}}, "TURN_LIMIT",
    ),
    "silent and asked": (["I do not know.", "42}"], {}, "NO_ANSWER"),
    "silent for ever": (["I do not know.", "Nor do I."], {}, "NO_ANSWER"),
    "wrote its own output": (["```output\n7\n```\n", "\\boxed{42}"], {}, "ANSWERED"),
    "the same code": (["```python\n1\n```\n"], {}, "REPEATED_CODE"),
    "no cells left": (["```python\n1\n```\n", "42}"], {"limits": {"max_cells": 0}}, "CELL_LIMIT"),
    "thought too long": (
        ["<think>on and on and on", "So \\boxed{42}."],
        {"limits": {"thinking_budget_tokens": 3}}, "ANSWERED",
    ),
    "thought too short": (
        ["<think>hm</think>\\boxed{7}", "more</think>\\boxed{42}"],
        {"limits": {"thinking_waits": 1}}, "ANSWERED",
    ),
    "run while written": (
        ["```python\nx = 1\nprint(x)\n```\n", "\\boxed{42}"],
        {"limits": {"execute_while_streaming": True}}, "ANSWERED",
    ),
    "cut off while it ran": (
        ["```python\nx = 1\nprint(x)\ny = (", "\\boxed{42}"],
        {"limits": {"execute_while_streaming": True}}, "ANSWERED",
    ),
}  # fmt: skip


def saying(turns: Sequence[str]) -> ReplayEngine:
    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return Recording.from_text(turns[min(place.turn, len(turns) - 1)], chunk_tokens=4)

    return ReplayEngine(script)


@pytest.mark.parametrize("name", ODD)
async def test_odd_attempts_when_recorded_then_they_read_the_same_again(name: str) -> None:
    turns, settings, reason = ODD[name]
    engine = saying(turns)
    solution = await solve(FENCED, engine, settings=settings)
    for made in solution.trajectories:
        assert made.stop_reason is StopReason[reason]
        assert check_trajectory(made) == []
        assert await check_texts(made, engine.decode) == []
        assert await read_again(made, await bound(FENCED, engine), ANY_ANSWER, engine.decode) == []


DAMAGE: dict[str, tuple[dict[str, Any], int, str]] = {
    "other code": ({"code": "print(6*8)"}, 0, "it reads as the code ['print(6*7)'], recorded"),
    "code that was not there": ({"code": "1"}, 1, "an end without a call, recorded is the code"),
    "code that is not recorded": ({"code": None}, 0, "recorded is the code []"),
    "a note": ({"note": "empty_code: x", "code": None}, 0, "recorded is empty_code: x"),
    "another answer": ({"text": "\\boxed{43}"}, 1, "the answer is 43, recorded is 42"),
    "an open block": (
        {"text": "```python\n1", "finish": FinishReason.LENGTH}, 1, "it reads as truncated_code",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
async def test_attempt_when_its_record_was_changed_then_reading_again_tells(name: str) -> None:
    changes, number, fault = DAMAGE[name]
    engine = speaking(FENCED)
    made = (await solve(FENCED, engine)).trajectories[0]
    turns = list(made.turns)
    turns[number] = replace(turns[number], **changes)
    changed = replace(made, turns=tuple(turns))
    faults = await read_again(changed, await bound(FENCED, engine), ANY_ANSWER, engine.decode)
    assert fault in "\n".join(faults)


async def test_verdict_when_its_votes_are_not_those_of_the_attempts_then_it_is_told() -> None:
    solution = await solve(FENCED, speaking(FENCED))
    other = tuple(replace(made, answer=Answer("7", "7")) for made in solution.trajectories)
    changed = replace(solution, trajectories=other)
    assert check_verdict(changed).faults == ("the votes give 7, recorded is 42",)
    none = replace(solution, trajectories=())
    assert check_verdict(none).faults == ("attempts [0, 1] voted and are not there",)


async def test_records_when_checked_then_each_attempt_and_verdict_is_told() -> None:
    spoken = SPOKEN["fenced"]
    engine = speaking(spoken)
    solution = await solve(spoken, engine)
    first, second = solution.trajectories
    key = PROBLEM.content_hash
    damaged = replace(second, mask=second.mask[:-1])
    records = Resumed({key: solution}, {key: [first, damaged]})
    for check in (RecordCheck(engine=engine), RecordCheck(load_settings(environment={}))):
        found = [one async for one in check.records(records)]
        assert [one.name for one in found] == ["p#0", "p#1", "p"]
        assert [bool(one.faults) for one in found] == [False, True, False]
        assert [one.not_read for one in found] == ["", "its ids are not aligned", ""]


@pytest.mark.parametrize("name", SPOKEN)
async def test_attempt_when_checked_by_its_names_then_it_is_read_again(name: str) -> None:
    spoken = SPOKEN[name]
    engine = speaking(spoken)
    made = (await solve(spoken, engine)).trajectories[0]
    assert await RecordCheck(engine=engine).attempt(made) == Checked("p#0")
    alone = await RecordCheck().attempt(made)
    needs_model = isinstance(spoken.dialect(), Unbound)
    assert alone.faults == ()
    assert alone.not_read == needs_model * f"dialect {name} has to see the model: give the engine"


async def test_prompts_when_they_differ_in_settings_alone_then_each_is_read_with_its_own() -> None:
    parts = [{"prompt": "default", "settings": {"run_at": where}} for where in ("fence", "output")]
    settings = load_settings(overrides={"dialect.prompt": parts}, environment={})
    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="42\n"))
    two = "```python\n1\n```\nand\n```python\n2\n```\n```output\n"
    async with Solver(
        saying([two, "\\boxed{42}"]), kernels=kernels, attempts=2, stop="after_attempts(2)",
        dialect={"prompt": parts},
    ) as solver:  # fmt: skip
        solution = await solver.solve(PROBLEM)
    assert [made.turns[0].code for made in solution.trajectories] == ["1", "1\n2"]
    check = RecordCheck(settings)
    for made in solution.trajectories:
        assert await check.attempt(made) == Checked(made.attempt_id)


async def test_attempt_when_it_had_another_prompt_then_it_is_not_read_with_this_one() -> None:
    solution = await solve(FENCED, speaking(FENCED))
    settings = load_settings(overrides={"dialect.prompt": ["plain", "default"]}, environment={})
    check = RecordCheck(settings)
    told = [(await check.attempt(made)).not_read for made in solution.trajectories]
    assert told == ["its prompt is default, that of the settings is plain", ""]
    unknown = replace(solution.trajectories[0], dialect="gone")
    assert "unknown dialect 'gone'" in (await RecordCheck().attempt(unknown)).not_read


def test_settings_when_they_are_beside_the_records_then_are_read(tmp_path: Path) -> None:
    assert run_settings(tmp_path) is None
    path = tmp_path / "config.json"
    path.write_text('{"engine": "replay:x", "attempts": 3}')
    settings = run_settings(tmp_path)
    assert settings is not None
    assert settings.attempts == 3
    for text, fault in (("[]", "no object"), ("{", "no JSON"), ('{"x": 1}', "setting 'x'")):
        path.write_text(text)
        with pytest.raises(ConfigError, match=rf"config\.json.*{fault}"):
            run_settings(tmp_path)
