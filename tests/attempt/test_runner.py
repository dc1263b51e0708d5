"""The attempt loop on a replay engine and fake kernels: every way it goes on and ends."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio
import pytest

from tirkit.attempt import AttemptLimits, AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError, KernelError
from tirkit.events import CodeFinished, CodeStarted, Event, TokensSampled
from tirkit.testing import FakeKernelSource
from tirkit.types import (
    UNKNOWN_TOKEN,
    AnswerDomain,
    CodeResult,
    CodeStatus,
    FinishReason,
    GenerateRequest,
    Problem,
    StopReason,
    Trajectory,
)

OK = CodeResult(CodeStatus.OK, stdout="42\n")
FAILED = CodeResult(CodeStatus.ERROR, error="ZeroDivisionError: division by zero")
CODE = "Hm.\n```python\nprint({})\n```\n"
ANSWER = "So it is \\boxed{42}."


async def run(
    turns: Sequence[str | Recording],
    *,
    limits: AttemptLimits | None = None,
    cell: Callable[[str], CodeResult] | None = None,
    domain: str = "any",
    engine: ReplayEngine | None = None,
    listener: Callable[[Event], None] | None = None,
) -> Trajectory:
    """One attempt whose model says `turns`, the last one again and again."""

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        turn = turns[min(place.turn, len(turns) - 1)]
        return Recording.from_text(turn, chunk_tokens=3) if isinstance(turn, str) else turn

    kernels = FakeKernelSource(cell or (lambda _code: OK))
    problem = Problem("What is 6 * 7?", id="p", domain=AnswerDomain.parse(domain))
    builder = TrajectoryBuilder(AttemptSpec("p#0", "x#0", problem, 0, seed=1))
    if listener is not None:
        builder.listener = listener
    async with engine or ReplayEngine(script) as used:
        runner = AttemptRunner(used, kernels, dialect_from_name("fenced"), limits)
        trajectory = await runner(builder)
        assert used.unfinished_requests == 0
    assert kernels.open_leases == 0
    assert len(trajectory.ids) == len(trajectory.mask) == trajectory.usage.total_tokens
    assert sum(trajectory.mask) == trajectory.usage.sampled_tokens
    return trajectory


async def test_attempt_when_it_computes_then_the_result_is_shown_and_it_answers() -> None:
    seen: list[Event] = []
    done = await run([CODE.format("6*7"), ANSWER], listener=seen.append)
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.ANSWERED)
    assert [turn.code for turn in done.turns] == ["print(6*7)", None]
    assert done.turns[0].result == OK
    assert done.usage.cells == 1
    kinds = [type(event) for event in seen if not isinstance(event, TokensSampled)]
    assert kinds == [CodeStarted, CodeFinished]


async def test_attempt_when_it_ran_then_ids_tell_the_whole_conversation() -> None:
    done = await run([CODE.format("6*7"), ANSWER])
    engine = ReplayEngine(lambda _: Recording(()))
    text = await engine.decode(done.ids)
    assert text.startswith(done.prompt_text)
    rest = text.removeprefix(done.prompt_text)
    assert rest == CODE.format("6*7") + "```output\n42\n```\n" + ANSWER + "<|im_end|>"


async def test_attempt_when_a_token_is_not_told_then_it_is_not_token_exact() -> None:
    told = Recording.from_text(ANSWER, chunk_tokens=3)
    first, *others = told.pieces
    half = replace(first, token_ids=(UNKNOWN_TOKEN, *first.token_ids[1:]))
    done = await run([replace(told, pieces=(half, *others))])
    assert UNKNOWN_TOKEN in done.ids
    assert (done.token_exact, str(done.answer)) == (False, "42")
    assert (await run([told])).token_exact


async def test_attempt_when_it_ran_then_its_texts_and_finishes_are_all_recorded() -> None:
    done = await run([CODE.format("6*7"), "I do not know.", "42}"])
    first, second, forced = done.turns
    assert (first.finish, first.given) == (None, "```output\n42\n```\n")
    assert (second.finish, forced.finish) == (FinishReason.STOP, None)
    assert second.given.endswith("\\boxed{")
    told = done.prompt_text + "".join(turn.text + turn.given for turn in done.turns)
    assert told == await ReplayEngine(lambda _: Recording(())).decode(done.ids)
    assert done.prompt == "default"


async def test_attempt_when_it_is_asked_before_its_first_turn_then_the_question_is_recorded() -> (
    None
):
    done = await run(["42}"], limits=AttemptLimits(max_total_tokens=700, answer_reserve_tokens=650))
    assert [turn.forced for turn in done.turns] == [True]
    assert done.prompt_text.endswith("\\boxed{")
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.TOKEN_LIMIT)


async def test_attempt_when_more_was_sampled_than_the_turn_then_it_is_cut_and_counted() -> None:
    greedy = CODE.format(1) + "```output\n7\n```\nSo \\boxed{7}."
    recording = Recording.from_text(greedy, chunk_tokens=100)
    done = await run([recording, ANSWER])
    assert str(done.answer) == "42"
    assert done.turns[0].text == CODE.format(1)
    assert done.turns[0].wasted_tokens == done.usage.wasted_tokens > 0


async def test_attempt_when_it_ends_in_silence_then_it_is_asked_once() -> None:
    done = await run(["I do not know.", "42} is it"])
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.NO_ANSWER)
    assert done.turns[-1].forced
    assert done.stop_detail.endswith("answered when asked")
    # The end token was taken off before the question was put behind it.
    assert done.usage.wasted_tokens == 1


async def test_attempt_when_asking_is_off_then_silence_is_the_end() -> None:
    done = await run(["I do not know."], limits=AttemptLimits(ask_when_silent=False))
    assert (done.answer, done.stop_reason, len(done.turns)) == (None, StopReason.NO_ANSWER, 1)


async def test_attempt_when_the_answer_is_out_of_domain_then_it_is_refused_with_reason() -> None:
    done = await run(
        ["It is \\boxed{1234}."],
        domain="integer:0..999",
        limits=AttemptLimits(ask_when_silent=False),
    )
    assert done.answer is None
    assert "1234" in done.stop_detail


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (AttemptLimits(max_turns=2), StopReason.TURN_LIMIT),
        (AttemptLimits(max_cells=2, max_repeated_code=9), StopReason.CELL_LIMIT),
        (AttemptLimits(max_cells=0), StopReason.CELL_LIMIT),
    ],
)
async def test_attempt_when_a_budget_ends_then_it_is_asked_for_its_answer(
    limits: AttemptLimits, reason: StopReason
) -> None:
    turns: list[str | Recording] = [CODE.format(n) for n in range(2)]
    if limits.max_cells == 0:
        turns = turns[:1]
    if limits.max_cells == 2:
        turns.append(CODE.format(2))
    done = await run([*turns, "42}"], limits=limits)
    assert (str(done.answer), done.stop_reason) == ("42", reason)
    assert done.turns[-1].forced
    assert done.usage.cells == min(2, limits.max_cells)


async def test_attempt_when_tool_output_fills_the_budget_then_the_token_limit_ends_it() -> None:
    long = CodeResult(CodeStatus.OK, stdout="9" * 900)
    limits = AttemptLimits(max_total_tokens=800, answer_reserve_tokens=100)
    done = await run(
        [CODE.format(1), CODE.format(2), CODE.format(3), "42}"], limits=limits, cell=lambda _: long
    )
    assert done.stop_reason is StopReason.TOKEN_LIMIT
    assert done.usage.tool_tokens > done.usage.sampled_tokens


async def test_attempt_when_a_turn_is_too_long_then_it_is_cut_and_asked() -> None:
    done = await run(["so " * 200, "42}"], limits=AttemptLimits(max_turn_tokens=50))
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.TOKEN_LIMIT)
    assert done.turns[0].end - done.turns[0].start == 50


async def test_attempt_when_it_repeats_its_code_then_it_ends() -> None:
    done = await run([CODE.format(1)])
    assert (done.answer, done.stop_reason) == (None, StopReason.REPEATED_CODE)
    assert done.usage.cells == AttemptLimits().max_repeated_code


async def test_attempt_when_cells_go_on_failing_then_it_ends() -> None:
    turns = [CODE.format(n) for n in range(9)]
    done = await run(turns, cell=lambda _code: FAILED)
    assert done.stop_reason is StopReason.FAILED_CELLS
    assert done.usage.cells == AttemptLimits().max_failed_cells


async def test_attempt_when_cells_go_on_timing_out_then_it_ends_sooner() -> None:
    turns = [CODE.format(n) for n in range(9)]
    done = await run(turns, cell=lambda _code: CodeResult(CodeStatus.TIMED_OUT))
    assert (done.stop_reason, done.stop_detail) == (
        StopReason.FAILED_CELLS,
        "3 cells timed out in a row",
    )
    assert done.usage.cells == AttemptLimits().max_timed_out_cells


async def test_attempt_when_a_cell_succeeds_between_then_failures_count_anew() -> None:
    results = iter([FAILED] * 4 + [OK] + [FAILED] * 4)
    turns = [CODE.format(n) for n in range(9)]
    done = await run([*turns, ANSWER], cell=lambda _code: next(results))
    assert done.stop_reason is StopReason.ANSWERED


async def test_attempt_when_calls_are_malformed_then_it_is_corrected_and_then_ended() -> None:
    cut = Recording.from_text("```python\nprint(1", finish=FinishReason.LENGTH)
    done = await run([cut, ANSWER])
    assert done.stop_reason is StopReason.ANSWERED
    assert done.turns[0].note.startswith("truncated_code")
    assert done.turns[0].code is None
    done = await run([cut])
    assert done.stop_reason is StopReason.MALFORMED
    assert len(done.turns) == AttemptLimits().max_malformed


async def test_attempt_when_the_engine_fails_then_the_record_says_so() -> None:
    fault = Recording.from_text("abc" * 5, fault=Fault(FaultKind.ERROR, after_chunks=2))
    done = await run([fault])
    assert done.stop_reason is StopReason.ENGINE_ERROR
    assert done.turns[0].text == "abcabc"


async def test_attempt_when_kernels_cannot_start_then_the_record_says_so() -> None:
    def broken(_code: str) -> CodeResult:
        raise KernelError("no kernel: reinstall ipykernel")

    done = await run([CODE.format(1)], cell=broken)
    assert (done.stop_reason, done.stop_detail) == (
        StopReason.KERNEL_ERROR,
        "no kernel: reinstall ipykernel",
    )


async def test_attempt_when_a_plugged_in_part_is_defect_then_the_record_holds_the_traceback() -> (
    None
):
    def defect(_code: str) -> CodeResult:
        raise ZeroDivisionError("my part")

    done = await run([CODE.format(1)], cell=defect)
    assert done.stop_reason is StopReason.FAULT
    assert "ZeroDivisionError: my part" in done.stop_detail


async def test_attempt_when_the_context_is_too_small_then_it_says_so() -> None:
    engine = ReplayEngine(lambda _: Recording.from_text(ANSWER), context_tokens=20)
    done = await run([], engine=engine, limits=AttemptLimits(answer_reserve_tokens=0))
    assert done.stop_reason is StopReason.TOKEN_LIMIT
    assert done.usage.sampled_tokens == 0


async def test_attempt_when_the_clock_runs_out_while_writing_then_it_answers_in_the_reserve() -> (
    None
):
    stalled = Recording.from_text("Let me think", fault=Fault(FaultKind.STALL, after_chunks=2))
    limits = AttemptLimits(attempt_seconds=0.4, answer_reserve_seconds=0.1)
    # The soft deadline is at three quarters of so short a time.
    done = await run([stalled, "42}"], limits=limits)
    assert (str(done.answer), done.stop_reason) == ("42", StopReason.DEADLINE)
    assert done.turns[0].text == "Let me"


async def test_attempt_when_even_the_last_answer_stalls_then_the_deadline_ends_it() -> None:
    stalled = Recording.from_text("Let me think", fault=Fault(FaultKind.STALL))
    limits = AttemptLimits(attempt_seconds=0.05, answer_reserve_seconds=0.02)
    with anyio.fail_after(10):
        done = await run([stalled], limits=limits)
    assert (done.answer, done.stop_reason) == (None, StopReason.DEADLINE)


@pytest.mark.parametrize(
    "wrong", [{"max_turns": -1}, {"max_turns": 0}, {"cell_seconds": 0}, {"max_cells": -1}]
)
def test_limits_when_negative_then_the_error_names_the_limit(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        AttemptLimits(**wrong)  # type: ignore[arg-type]
