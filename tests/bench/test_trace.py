"""Where answers appear in an attempt, and whether the first was better than the last."""

from dataclasses import replace

import pytest

from tests.records import factory
from tirkit.answers import Source, extract_every
from tirkit.bench import AnswerSeen, FirstLast, TraceCount, answers_seen, count_traces
from tirkit.bench.first_last import CodeOutcome, code_outcome, first_last
from tirkit.bench.grader import Grader
from tirkit.bench.trace import MAX_SEEN
from tirkit.types import (
    ANY_ANSWER,
    Answer,
    AnswerDomain,
    CodeResult,
    CodeStatus,
    Problem,
    Trajectory,
    Turn,
)

GRADER = Grader(Problem("?", answer="7"))
INTEGERS = AnswerDomain.parse("integer:0..999")


def attempt(*turns: Turn, answer: str | None = None) -> Trajectory:
    said = None if answer is None else Answer(answer, answer)
    ids = tuple(range(max((turn.end for turn in turns), default=0) + 5))
    return replace(
        factory.trajectory(), turns=turns, answer=said, ids=ids, mask=bytes(len(ids)), logprobs=()
    )


def ran(stdout: str, status: CodeStatus = CodeStatus.OK, value: str | None = None) -> CodeResult:
    return CodeResult(status, stdout=stdout, value=value)


def test_answers_seen_when_an_attempt_has_turns_then_tells_where_each_stood() -> None:
    first = r"So \boxed{5} or " + "." * 8  # 24 characters over 12 tokens: the box ends at 12
    second = r"<think>maybe \boxed{6}</think> it is \boxed{7}"
    made = attempt(
        Turn(first, 10, 22, code="f()", result=ran("x = 3\n9\n")),
        Turn(second, 30, 30 + len(second)),
        answer="7",
    )
    assert len(first) == 24
    end = second.index("</think>")
    assert answers_seen(made) == (
        AnswerSeen(0, 16, 6, Answer("5", "5"), Source.BOX, start=3, end=12),
        AnswerSeen(0, 22, 12, Answer("9", "9"), Source.OUTPUT),
        AnswerSeen(1, 30 + end, 12 + end, Answer("6", "6"), Source.BOX, start=end - 9, end=end),
        AnswerSeen(
            1,
            30 + len(second),
            12 + len(second),
            Answer("7", "7"),
            Source.BOX,
            final=True,
            start=len(second) - 9,
            end=len(second),
        ),
    )


def test_answers_seen_when_the_question_opened_the_box_then_the_final_one_is_behind() -> None:
    made = attempt(Turn("hm", 3, 5, given=r"\boxed{"), Turn("7}", 6, 8, forced=True), answer="7")
    assert answers_seen(made) == (AnswerSeen(1, 13, 4, Answer("7", "7"), None, final=True),)


def test_answers_seen_when_code_holds_a_box_or_failed_then_neither_counts() -> None:
    text = 'I try\n```python\nprint(r"\\boxed{5}")\n```\n'
    made = attempt(Turn(text, 0, 9, code="x", result=ran("12\n", CodeStatus.TIMED_OUT)))
    assert answers_seen(made) == ()
    assert answers_seen(attempt()) == ()


def test_answers_seen_when_the_domain_refuses_then_they_are_no_answers() -> None:
    made = attempt(Turn(r"\boxed{x+1} \boxed{} \boxed{5000} \boxed{12}", 0, 9, result=ran("1e9")))
    assert [str(one.answer) for one in answers_seen(made, INTEGERS)] == ["12"]


def test_answers_seen_when_a_text_is_hostile_then_the_work_is_bounded() -> None:
    turns = [Turn(r"\boxed{1}" * 5_000 + "\\boxed{" * 5_000, 0, 1), Turn("```" * 9_000, 1, 2)]
    assert answers_seen(attempt(*turns)) == ()  # the last boxes of a text, none of them closed
    many = attempt(*(Turn(r"\boxed{1}" * 64, 0, 1) for _ in range(20)))
    assert len(answers_seen(many)) == MAX_SEEN
    odd = attempt(Turn(r"\boxed{1}", 5, 5), Turn("", 9, 3))
    assert len(answers_seen(odd)) == 1


def test_extract_every_when_forms_overlap_then_one_of_them_counts() -> None:
    text = r"<answer>\boxed{4}</answer> The answer is 5. I mean \boxed{6}"
    sources = (Source.TAG, Source.BOX, Source.PHRASE)
    found = extract_every(text, ANY_ANSWER, sources)
    assert [(str(one.answer), one.source) for one in found] == [
        ("4", Source.TAG),
        ("5", Source.PHRASE),
        ("6", Source.BOX),
    ]
    assert [str(one.answer) for one in extract_every(text)] == ["4", "6"]
    assert extract_every("nothing") == ()


def seen(*answers: str) -> list[AnswerSeen]:
    return [AnswerSeen(0, 0, 0, Answer(one, one), Source.BOX) for one in answers]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((), FirstLast.NONE),
        (("7",), FirstLast.ONE_RIGHT),
        (("8",), FirstLast.ONE_WRONG),
        (("7", "8", "7"), FirstLast.RIGHT_RIGHT),
        (("8", "7"), FirstLast.WRONG_RIGHT),
        (("7", "8"), FirstLast.RIGHT_WRONG),
        (("8", "7", "9"), FirstLast.WRONG_WRONG),
    ],
)
def test_first_last_when_answers_come_then_is_one_of_seven(
    answers: tuple[str, ...], expected: FirstLast
) -> None:
    assert first_last(seen(*answers), GRADER) is expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, CodeOutcome.NO_CODE),
        (ran("7", CodeStatus.ERROR), CodeOutcome.FAILED),
        (ran("7", CodeStatus.DIED), CodeOutcome.FAILED),
        (ran("done\n"), CodeOutcome.NO_NUMBER),
        (ran("", value="5000"), CodeOutcome.NO_NUMBER),
        (ran("7\n8\n"), CodeOutcome.WRONG_NUMBER),
        (ran("8\n", value="7"), CodeOutcome.RIGHT_NUMBER),
    ],
)
def test_code_outcome_when_the_last_code_ran_then_tells_what_it_came_to(
    result: CodeResult | None, expected: CodeOutcome
) -> None:
    made = attempt(Turn("", 0, 1, result=result))
    assert code_outcome(made, GRADER, INTEGERS) is expected


def test_count_traces_when_attempts_are_summed_then_first_is_within_last_within_all() -> None:
    one = attempt(Turn(r"\boxed{8} \boxed{7} end", 0, 22), Turn("bye", 22, 25), answer="7")
    other = attempt(Turn("none", 0, 4, result=ran("7")))
    found = count_traces([one, other], GRADER, INTEGERS)
    assert found == TraceCount(
        none=1,
        wrong_right=0,
        right_right=0,
        right_wrong=0,
        wrong_wrong=0,
        first_tokens=9,
        last_tokens=19,
        all_tokens=25,
        no_code=1,
        right_number=1,
    ) + TraceCount(wrong_right=1)
    assert found.answered == 1
    assert found.first_tokens <= found.last_tokens <= found.all_tokens
