"""How a turn is cut into parts, shortened and shaded."""

from dataclasses import replace

import pytest

from tests.report.made_run import made_solutions
from tirkit.bench.grader import Grader
from tirkit.report.build import Caps
from tirkit.report.build.attempts import AttemptDraft
from tirkit.report.build.cut import cut_text, shares
from tirkit.report.build.drafts import turn_drafts
from tirkit.report.build.lanes import attempt_lanes, tells_times
from tirkit.report.payload import AttemptShown, LaneKind, PartKind
from tirkit.types import CodeResult, CodeStatus, FinishReason, Problem, Trajectory, Turn
from tirkit.types.transcript import Section

MADE = made_solutions(1, 1)[0].trajectories[0]
GRADER = Grader(Problem("What?", answer="42"))


def attempt(*turns: Turn, prompt: str = "Q", tokens: int = 0) -> Trajectory:
    return replace(
        MADE,
        turns=turns,
        prompt_text=prompt,
        ids=(1,) * tokens,
        mask=b"\x01" * tokens,
        logprobs=(-0.5,) * tokens,
    )


def parts(*turns: Turn, prompt: str = "Q") -> list[list[tuple[str, str]]]:
    drafts = turn_drafts(attempt(*turns, prompt=prompt))
    return [[(str(one.kind), one.text) for one in pieces] for pieces in drafts]


def shown(trajectory: Trajectory, most: int | None = None) -> AttemptShown:
    return AttemptDraft.of(trajectory, {}).shown(Caps(most), 0.0, GRADER)


def test_turn_when_it_thinks_and_codes_then_each_piece_has_its_kind() -> None:
    result = CodeResult(CodeStatus.ERROR, "1\n", "warned\n", "2", "ZeroDivisionError")
    text = "<think>\nhm\n</think>\nLet me see.\n```python\n1/0\n```\n"
    assert parts(Turn(text, 0, 9, "1/0", result, given="```output\n1\n```")) == [
        [
            ("thinking", "hm"),
            ("text", "Let me see."),
            ("code", "1/0"),
            ("output", "1\n2"),
            ("error", "warned"),
            ("error", "ZeroDivisionError"),
        ]
    ]


def test_turn_when_harmony_then_channels_are_told_apart_and_frames_left_out() -> None:
    text = (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant"
        "<|channel|>analysis to=python code<|message|>print(1)<|call|>"
    )
    final = "<|channel|>final<|message|>It is \\boxed{1}.<|return|>"
    assert parts(Turn(text, 0, 9, "print(1)"), Turn(final, 9, 12)) == [
        [("thinking", "hm"), ("code", "print(1)")],
        [("text", "It is \\boxed{1}.")],
    ]


def test_turn_when_the_prompt_opened_thinking_then_it_is_thinking_until_closed() -> None:
    first = Turn("one ", 0, 2, given="Wait")
    second = Turn("two</think>three", 2, 4)
    prompt = "<|im_start|>assistant\n<think>\n"
    assert parts(first, second, prompt=prompt) == [
        [("thinking", "one"), ("given", "Wait")],
        [("thinking", "two"), ("text", "three")],
    ]


def test_turn_when_a_server_told_messages_then_its_sections_are_read() -> None:
    call = str(Section("call", '{"code": "1"}', {"id": "a", "name": "python"}))
    text = "It is so." + str(Section("thinking", "hm")) + call
    assert parts(Turn(text, 0, 4, "1")) == [
        [("text", "It is so."), ("thinking", "hm"), ("code", "1")]
    ]


def test_turn_when_a_further_call_ran_then_its_code_is_shown() -> None:
    assert parts(Turn("", 4, 4, "x = 1", CodeResult(CodeStatus.OK))) == [[("code", "x = 1")]]


def test_turn_when_something_is_out_of_the_ordinary_then_notes_say_so() -> None:
    result = CodeResult(CodeStatus.DIED, truncated=True, state_lost=True, lost_names=("x",))
    turn = Turn(
        "", 0, 0, "1", result, "a note", wasted_tokens=2, forced=True, finish=FinishReason.LENGTH
    )
    notes = [text for kind, text in parts(turn)[0] if kind == "note"]
    assert notes == [
        "a note",
        "answers a request to answer now",
        "cut off by the token limit",
        "2 tokens past the end of the turn thrown away",
        "the kernel died under the code",
        "variables were lost: x",
        "the output was cut before the model saw it",
    ]


def test_text_when_cut_then_both_ends_stay_and_the_cut_is_told() -> None:
    cut = cut_text("a" * 500 + "b" * 500, 100)
    assert cut.text == "a" * 50 + "\n[… 900 characters left out …]\n" + "b" * 50
    assert (cut.left_out, cut.place(0), cut.place(len(cut.text))) == (900, 0, 1000)
    assert cut_text("abc", 3).text == "abc"
    assert cut_text("a" * 300, 10).text == "[… 300 characters left out …]"


def test_shares_when_all_is_too_long_then_short_texts_stay_whole_and_the_sum_fits() -> None:
    lengths, weights = [10, 5000, 400, 3000], [1, 1, 3, 3]
    kept = shares(lengths, weights, 2000)
    assert kept[0] is None
    assert kept[2] is None
    taken = [one if most is None else most for one, most in zip(lengths, kept, strict=True)]
    assert 1990 <= sum(taken) <= 2000
    assert taken[3] == pytest.approx(3 * taken[1], abs=3)
    assert shares(lengths, weights, None) == [None] * 4


def test_attempt_when_capped_then_thinking_goes_before_code() -> None:
    text = "<think>" + "t" * 5000 + "</think>\n```python\n" + "c" * 900 + "\n```\n"
    made = attempt(Turn(text, 0, 1000, "c" * 900), tokens=1000)
    thinking, code = shown(made, 1500).turns[0].parts
    assert code.text == "c" * 900
    assert "4,400 characters left out" in thinking.text
    assert sum(len(part.text) for part in shown(made).turns[0].parts) == 5900


def test_shading_when_tokens_differ_then_stretches_follow_them() -> None:
    made = attempt(Turn("a" * 400 + "b" * 400, 0, 200), tokens=200)
    logprobs = (-0.1,) * 100 + (-2.0,) * 100
    sure = shown(replace(made, logprobs=logprobs)).turns[0].parts[0].sure
    assert 10 <= len(sure) <= 14
    assert sure[0] == -0.1
    assert sure[-1] == -2.0
    assert list(sure) == sorted(sure, reverse=True)


def test_shading_when_numbers_are_wild_or_missing_then_it_stays_finite() -> None:
    made = attempt(Turn("word " * 20, 0, 25), tokens=25)
    wild = replace(made, logprobs=(float("nan"), float("-inf"), 7.0) + (-1.0,) * 22)
    sure = shown(wild).turns[0].parts[0].sure
    assert all(-20 <= one <= 0 for one in sure)
    assert shown(replace(made, logprobs=())).turns[0].parts[0].sure == ()


def test_shading_when_a_turn_is_long_then_it_has_few_stretches() -> None:
    made = attempt(Turn("word " * 8000, 0, 10_000), tokens=10_000)
    assert len(shown(made).turns[0].parts[0].sure) == 40


def test_lanes_when_the_record_tells_times_then_they_stand_where_they_were() -> None:
    result = CodeResult(CodeStatus.OK, duration_seconds=2.0, queue_seconds=1.0)
    first = Turn("", 0, 1, "1", result, generate_seconds=4.0, began_seconds=0.5)
    second = Turn("", 1, 2, generate_seconds=1.0, began_seconds=9.0)
    lanes = attempt_lanes(attempt(first, second), 10.0)
    assert [(str(one.kind), one.start, one.seconds) for one in lanes] == [
        ("generate", 10.5, 4.0),
        ("queue", 14.5, 1.0),
        ("code", 15.5, 2.0),
        ("generate", 19.0, 1.0),
    ]


def test_lanes_when_the_record_is_older_then_turns_stand_one_behind_the_other() -> None:
    result = CodeResult(CodeStatus.OK, duration_seconds=2.0)
    first = Turn("", 0, 1, "1", result, generate_seconds=4.0)
    made = attempt(first, Turn("", 1, 2, generate_seconds=1.0))
    starts = [(one.kind, one.start) for one in attempt_lanes(made, 0.0)]
    assert starts == [(LaneKind.GENERATE, 0), (LaneKind.CODE, 4), (LaneKind.GENERATE, 6)]
    assert not tells_times(made)
    assert tells_times(MADE)


def test_lanes_when_code_ran_while_it_was_written_then_it_ends_with_its_turn() -> None:
    result = CodeResult(CodeStatus.OK, duration_seconds=3.0)
    first = Turn("", 0, 1, "1", result, generate_seconds=4.0, began_seconds=0.0)
    second = Turn("", 1, 2, generate_seconds=1.0, began_seconds=5.0)
    code = next(one for one in attempt_lanes(attempt(first, second), 0.0) if one.kind == "code")
    assert (code.start, code.seconds) == (2.0, 3.0)


def test_attempt_when_a_second_model_planned_then_its_turns_come_first() -> None:
    plan = attempt(Turn("A plan.", 0, 2, generate_seconds=1.0))
    made = replace(attempt(Turn("Done.", 0, 2)), reasoner=replace(plan, engine="other"))
    turns = shown(made).turns
    assert [part.text for part in turns[0].parts] == [
        "written by the second model, other",
        "A plan.",
    ]
    assert [part.kind for part in turns[1].parts] == [PartKind.TEXT]
