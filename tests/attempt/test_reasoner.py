"""Two models in one attempt: one plans and judges in words, the other writes and runs the code."""

from collections.abc import Sequence
from dataclasses import replace

import anyio
import pytest

from tirkit.attempt import (
    AttemptLimits,
    AttemptRunner,
    AttemptSpec,
    HandoverPoint,
    Reasoner,
    TrajectoryBuilder,
)
from tirkit.attempt.again import read_again
from tirkit.dialects import dialect_from_name
from tirkit.dialects.interface import AnyDialect
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError
from tirkit.records import check_texts, check_trajectory
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    ANY_ANSWER,
    CodeResult,
    CodeStatus,
    GenerateRequest,
    Problem,
    StopReason,
    Trajectory,
)

PROBLEM = Problem("6 * 7?", "p")
BLOCK = "```python\nprint(6*7)\n```\n"
TOLD = "It is \\boxed{42}."
FAILS = CodeResult(CodeStatus.ERROR, error="NameError: x")
WORKS = CodeResult(CodeStatus.OK, stdout="42\n")
PLAN, FAILED, ANSWER = HandoverPoint


class Said:
    """An engine that says given turns, and what it was asked each time."""

    def __init__(self, turns: Sequence[str | Recording]) -> None:
        self.turns = turns
        self.asked: list[GenerateRequest] = []
        self.engine = ReplayEngine(self._say)

    def _say(self, request: GenerateRequest) -> Recording:
        self.asked.append(request)
        place = RequestPlace.of(request.request_id)
        assert place is not None
        turn = self.turns[min(place.turn, len(self.turns) - 1)]
        return Recording.from_text(turn) if isinstance(turn, str) else turn


class Pair:
    """A reasoner and a code model, and one attempt of the two."""

    def __init__(
        self,
        thinks: Sequence[str | Recording],
        codes: Sequence[str | Recording],
        *points: HandoverPoint,
        results: Sequence[CodeResult] = (WORKS,),
        dialect: AnyDialect | None = None,
    ) -> None:
        self.thinker, self.coder = Said(thinks), Said(codes)
        self.results = list(results)
        self.limits = AttemptLimits()
        self.reasoner = Reasoner(
            self.thinker.engine,
            dialect or dialect_from_name("prose", prompt="reasoner"),
            points,
        )
        self.kernels = FakeKernelSource(
            lambda _code: self.results.pop(0) if len(self.results) > 1 else self.results[0]
        )

    async def run(self, spec: AttemptSpec | None = None) -> Trajectory:
        builder = TrajectoryBuilder(spec or AttemptSpec("p#0", "x#0", PROBLEM, 0, seed=1))
        async with self.thinker.engine, self.coder.engine as engine:
            runner = AttemptRunner(
                engine,
                self.kernels,
                dialect_from_name("fenced"),
                self.limits,
                reasoner=self.reasoner,
            )
            done = await runner(builder)
            parts = [done] if done.reasoner is None else [done, done.reasoner]
            for part in parts:
                assert check_trajectory(part) == []
                assert await check_texts(part, engine.decode) == []
            dialect = await runner.bind()
            assert await read_again(done, dialect, ANY_ANSWER, engine.decode) == []
        return done


async def test_plan_when_it_comes_then_it_stands_in_the_code_models_question() -> None:
    pair = Pair(["<think>hm</think>Multiply <|im_end|>."], [BLOCK, TOLD], PLAN)
    done = await pair.run()
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.ANSWERED)
    assert "6 * 7?" in done.prompt_text
    assert "Multiply <|im_end|>." in done.prompt_text
    assert "hm" not in done.prompt_text
    assert done.reasoner is not None
    assert [turn.text for turn in done.reasoner.turns] == ["<think>hm</think>Multiply <|im_end|>."]
    assert done.reasoner.dialect == "prose"
    assert done.reasoner.prompt == "reasoner"
    assert pair.kernels.cells == ["print(6*7)"]
    meant = await pair.coder.engine.encode("<|im_end|>", special=True)
    plain = Pair(["Multiply."], [BLOCK, TOLD], PLAN)
    simple = await plain.run()
    ends = [trajectory.ids.count(meant[0]) for trajectory in (done, simple)]
    assert ends[0] == ends[1], "the plan's text became a special token"


async def test_plan_when_the_reasoner_says_nothing_then_the_problem_is_put_as_it_is() -> None:
    done = await Pair(["<think>never ends"], [TOLD], PLAN).run()
    alone = await Pair(["x"], [TOLD], FAILED).run()
    assert done.prompt_text == alone.prompt_text
    assert alone.reasoner is not None
    assert (alone.reasoner.ids, alone.reasoner.turns) == ((), ())


async def test_advice_when_cells_fail_in_a_row_then_it_stands_behind_the_last_result() -> None:
    codes = ["```python\nx\n```\n", "```python\ny\n```\n", BLOCK, TOLD]
    results = (FAILS, FAILS, WORKS)
    pair = Pair(["Define x first."], codes, FAILED, results=results)
    done = await pair.run()
    given = [turn.given for turn in done.turns]
    assert ["Define x first." in text for text in given] == [False, True, False, False]
    assert given[1].index("NameError") < given[1].index("Define x first.")
    assert done.turns[1].result == FAILS, "the record holds what the code gave"
    (asked,) = pair.thinker.asked
    assert "6 * 7?" in asked.prompt_text
    assert "```python\ny" not in asked.prompt_text
    assert "y\n\nWhat it gave:\n\nNameError: x" in asked.prompt_text
    assert str(done.answer) == "42"


async def test_review_when_the_reasoner_answers_then_its_answer_counts() -> None:
    pair = Pair(["Add.", "No: it is \\boxed{41}."], [TOLD], PLAN, ANSWER)
    done = await pair.run()
    assert (str(done.answer), done.stop_detail) == ("41", "answered by the reasoner")
    assert done.reasoner is not None
    assert str(done.reasoner.answer) == "41"
    assert "It is \\boxed{42}." in done.reasoner.turns[0].given
    second = pair.thinker.asked[1]
    assert second.prompt_ids[: len(pair.thinker.asked[0].prompt_ids)] == (
        pair.thinker.asked[0].prompt_ids
    ), "what the reasoner has read is never rendered again"


async def test_review_when_the_reasoner_disagrees_then_the_code_model_goes_on() -> None:
    thinks = ["Multiply.", "Check it with code.", "Now \\boxed{42} holds."]
    pair = Pair(thinks, ["\\boxed{41}", BLOCK, TOLD], PLAN, ANSWER)
    done = await pair.run()
    assert "Check it with code." in done.turns[0].given
    assert pair.kernels.cells == ["print(6*7)"]
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.ANSWERED)


async def test_review_when_replies_are_used_up_then_the_code_models_answer_stands() -> None:
    pair = Pair(["Multiply.", "No."], ["\\boxed{41}", TOLD], PLAN, ANSWER)
    pair.reasoner = replace(pair.reasoner, limits=AttemptLimits(max_turns=2))
    done = await pair.run()
    assert len(pair.thinker.asked) == 2
    assert (str(done.answer), done.stop_detail) == ("42", "")
    assert done.reasoner is not None
    assert (done.reasoner.answer, done.reasoner.stop_reason) == (None, StopReason.NO_ANSWER)


async def test_review_when_the_code_model_stays_silent_then_its_earlier_answer_stands() -> None:
    pair = Pair(["No.", ""], ["\\boxed{41}", "Hm."], ANSWER)
    done = await pair.run()
    assert (str(done.answer), done.stop_detail) == ("41", "answered at an earlier stage")


async def test_reasoner_when_it_writes_code_then_it_is_handed_over_and_never_run() -> None:
    pair = Pair(
        [f"Run this:\n{BLOCK}Then more."], [TOLD], PLAN, dialect=dialect_from_name("fenced")
    )
    done = await pair.run()
    assert pair.kernels.cells == []
    assert "print(6*7)" in done.prompt_text
    assert "Then more." not in done.prompt_text


async def test_reasoner_when_it_calls_a_tool_then_it_is_told_that_it_has_none() -> None:
    call = '<tool_call>\n{"name": "python", "arguments": {"code": "print(1)"}}\n</tool_call>'
    hermes = dialect_from_name("hermes", prompt="reasoner")
    pair = Pair([call, "Multiply."], [TOLD], PLAN, dialect=hermes)
    done = await pair.run()
    assert pair.kernels.cells == []
    assert done.reasoner is not None
    assert "you cannot run code here" in done.reasoner.turns[0].given
    assert "Multiply." in done.prompt_text


async def test_reasoner_when_it_never_stops_calling_then_the_attempt_goes_on_without() -> None:
    call = '<tool_call>\n{"name": "python", "arguments": {"code": "print(1)"}}\n</tool_call>'
    pair = Pair([call], [TOLD], PLAN, dialect=dialect_from_name("hermes", prompt="reasoner"))
    done = await pair.run()
    assert str(done.answer) == "42"
    assert done.reasoner is not None
    assert len(done.reasoner.turns) == AttemptLimits().max_malformed


async def test_reasoner_when_its_context_is_full_then_the_attempt_goes_on_without() -> None:
    pair = Pair(["Multiply."], [TOLD], PLAN, ANSWER)
    pair.reasoner = replace(pair.reasoner, limits=AttemptLimits(max_total_tokens=5))
    done = await pair.run()
    assert (str(done.answer), pair.thinker.asked) == ("42", [])


async def test_reasoner_when_its_engine_fails_then_the_attempt_ends_with_the_reason() -> None:
    broken = replace(Recording.from_text("Mul"), fault=Fault(FaultKind.ERROR, 1))
    done = await Pair([broken], [TOLD], PLAN).run()
    assert done.stop_reason is StopReason.ENGINE_ERROR
    assert done.reasoner is not None
    assert done.reasoner.stop_reason is StopReason.ENGINE_ERROR
    assert done.ids == ()


async def test_reasoner_when_the_clock_runs_out_then_the_attempt_leaves_what_was_thought() -> None:
    slow = Recording.from_text("One two three four", delay_seconds=0.05)
    pair = Pair([slow], [TOLD], PLAN)
    done = await pair.run(
        AttemptSpec("p#0", "x#0", PROBLEM, 0, seed=1, deadline=anyio.current_time() + 0.12)
    )
    assert (done.stop_reason, done.answer, done.turns) == (StopReason.DEADLINE, None, ())
    assert done.reasoner is not None
    assert done.reasoner.turns[0].note == "cut off"
    assert done.spent.sampled_tokens == done.reasoner.usage.sampled_tokens > 0


async def test_attempt_when_both_models_are_one_then_their_seeds_differ() -> None:
    pair = Pair(["Multiply."], [TOLD], PLAN)
    await pair.run()
    assert pair.thinker.asked[0].seed != pair.coder.asked[0].seed


def test_reasoner_when_it_is_never_asked_then_is_refused() -> None:
    engine, dialect = Said(["x"]).engine, dialect_from_name("prose")
    with pytest.raises(ConfigError, match="use some of plan, failed, answer"):
        Reasoner(engine, dialect, ())
    with pytest.raises(ConfigError, match="failed_cells is 0"):
        Reasoner(engine, dialect, failed_cells=0)
