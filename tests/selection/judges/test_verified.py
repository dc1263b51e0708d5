"""The verified vote: code run again, constraints, and yes against no."""

import math
from dataclasses import replace

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.selection.judges.cases import PROBLEM, Told, attempt, case_of, verdict_of, voted
from tirkit.kernels import KernelPool, KernelSettings, KernelSource
from tirkit.selection.judges import Hearing, Question, Tools, VerifiedVote, after
from tirkit.selection.judges.checks import constraint_check
from tirkit.selection.judges.outputs import names
from tirkit.testing import FakeKernelSource, cancel_at_every_await
from tirkit.types import Answer, CodeResult, CodeStatus, Judgment, Problem

RERUN = VerifiedVote(checks=("rerun",))
YES_NO = VerifiedVote(checks=("yes_no",))
PRINTS = {
    "print(6 * 7)": CodeResult(CodeStatus.OK, stdout="42\n"),
    "print(2 + 2)": CodeResult(CodeStatus.OK, stdout="no\n"),
    "boom": CodeResult(CodeStatus.ERROR, stdout="9\n", error="NameError"),
}
SPLIT = [
    attempt(0, "4", code="print(2 + 2)", printed="4\n"),
    attempt(1, "4", code="print(2 + 2)", printed="4\n"),
    attempt(2, "42", code="print(6 * 7)", printed="42\n"),
    attempt(3, "9", code="boom"),
]


def answer(text: str) -> Answer:
    return Answer(text, text)


def hearing(
    ask: Told | None = None, kernels: KernelSource | None = None, seconds: float | None = None
) -> Hearing:
    deadline = math.inf if seconds is None else anyio.current_time() + seconds
    return Hearing(Tools(ask, kernels), tokens=1_000, deadline=deadline)


def scores(judgment: Judgment) -> dict[str, float]:
    return {str(one): score for one, score in judgment.scores}


async def test_rerun_when_the_code_prints_the_answer_then_its_votes_count_threefold() -> None:
    kernels = FakeKernelSource(PRINTS)
    judgment = await RERUN.judge(case_of(SPLIT), hearing(kernels=kernels))
    assert scores(judgment) == {"4": 2.0, "42": 3.0, "9": 1.0}
    assert str(after(verdict_of(SPLIT), judgment).answer) == "42"
    assert judgment.heard == 3
    assert judgment.usage.cells == 3
    assert sorted(kernels.cells) == sorted(PRINTS)
    assert len(kernels.leases) == 3
    assert kernels.open_leases == 0


async def test_rerun_when_the_whole_program_is_asked_for_then_cells_run_in_order() -> None:
    first = attempt(0, "42", code="n = 6")
    second = attempt(0, "42", code="print(n * 7)")
    trajectories = [replace(first, turns=first.turns + second.turns), attempt(1, "4")]
    kernels = FakeKernelSource(
        {
            "n = 6": CodeResult(CodeStatus.OK),
            "print(n * 7)": CodeResult(CodeStatus.OK, stdout="42\n"),
        }
    )
    judge = VerifiedVote(checks=("rerun",), program=0)
    judgment = await judge.judge(case_of(trajectories), hearing(kernels=kernels))
    assert kernels.cells == ["n = 6", "print(n * 7)"]
    assert scores(judgment)["42"] == 3.0
    assert "no code" in judgment.reason


async def test_rerun_when_there_are_more_answers_than_top_then_the_rest_keeps_its_weight() -> None:
    kernels = FakeKernelSource(PRINTS)
    judge = VerifiedVote(checks=("rerun",), top=2)
    judgment = await judge.judge(case_of(SPLIT), hearing(kernels=kernels))
    assert scores(judgment) == {"4": 2.0, "42": 3.0, "9": 1.0}
    assert len(kernels.leases) == 2


async def test_rerun_when_the_cell_hangs_then_it_is_late_and_the_vote_stands() -> None:
    kernels = FakeKernelSource(PRINTS, delay_seconds=1.0)
    judgment = await RERUN.judge(case_of(SPLIT), hearing(kernels=kernels, seconds=0.02))
    assert (judgment.heard, judgment.scores) == (0, ())
    assert "3 late" in judgment.reason
    assert kernels.open_leases == 0


async def test_rerun_when_cancelled_at_every_await_then_no_lease_is_left() -> None:
    kernels = FakeKernelSource(PRINTS)

    async def work() -> None:
        await RERUN.judge(case_of(SPLIT), hearing(kernels=kernels))

    async def check(_cancel_at: int) -> None:
        assert kernels.open_leases == 0

    assert await cancel_at_every_await(work, check) >= 1


@pytest.mark.timeout(120)
async def test_rerun_when_kernels_are_real_then_lost_state_and_lies_are_seen() -> None:
    trajectories = [
        attempt(0, "4", code="print(n)", printed="4\n"),  # n was made in an earlier cell
        attempt(1, "4", code="print(n)", printed="4\n"),
        attempt(2, "42", code="from math import prod\nprod([6, 7])", printed="42\n"),
        attempt(3, "9", code="while True: pass"),
    ]
    async with KernelPool(KernelSettings(spares=2)) as pool:
        judge = VerifiedVote(checks=("rerun",), cell_seconds=2)
        judgment = await judge.judge(case_of(trajectories), hearing(kernels=pool))
    assert scores(judgment) == {"4": 2.0, "42": 3.0, "9": 1.0}
    assert judgment.heard == 3


async def test_yes_no_when_the_model_leans_then_votes_follow_its_probability() -> None:
    leans = {"4": (math.log(0.1), math.log(0.9)), "42": (math.log(0.8), math.log(0.2))}

    def lean(question: Question) -> tuple[float, ...]:
        asked = question.text.split("Is its final answer, ")[1].split(",")[0]
        return leans[asked]

    trajectories = voted("4", "4", "42", "42")
    ask = Told(lambda _question: "", lean)
    judgment = await YES_NO.judge(case_of(trajectories), hearing(ask))
    assert scores(judgment) == pytest.approx({"4": 2 * 1.2, "42": 2 * 2.6})
    assert {one.max_tokens for one in ask.questions} == {1}


@pytest.mark.parametrize("lean", [(-2000.0, 0.0), (0.0, -2000.0), (-1e308, -1e308)])
async def test_yes_no_when_log_probabilities_are_extreme_then_scores_are_finite(
    lean: tuple[float, float],
) -> None:
    ask = Told(lambda _question: "", lambda _question: lean)
    judgment = await YES_NO.judge(case_of(voted("4", "42")), hearing(ask))
    assert judgment.heard == 2
    assert all(1 <= score <= 3 for score in scores(judgment).values())


async def test_yes_no_when_log_probabilities_are_off_then_the_vote_stands() -> None:
    judgment = await YES_NO.judge(case_of(voted("4", "4", "42")), hearing(Told(lambda _q: "")))
    assert (judgment.heard, judgment.scores) == (0, ())
    assert "no log-probabilities" in judgment.reason


async def test_checks_when_all_are_made_then_their_mean_counts() -> None:
    problem = Problem("Find the remainder when 6 * 7 is divided by 40.", id="p")
    trajectories = [attempt(0, "42", code="print(6 * 7)"), attempt(1, "2")]
    ask = Told(lambda _question: "", lambda _question: (math.log(0.5), math.log(0.5)))
    judgment = await VerifiedVote().judge(
        case_of(trajectories, problem=problem), hearing(ask, FakeKernelSource(PRINTS))
    )
    # 42: printed, against the constraint, one half; 2: no code, within the constraint, one half.
    assert scores(judgment) == pytest.approx({"42": 1 + 2 * 0.5, "2": 1 + 2 * 0.75})


@pytest.mark.parametrize(
    ("problem", "kept", "broken"),
    [
        ("Find the remainder when $3^{20}$ is divided by $10^{5}$.", "99999", "100000"),
        ("What is the remainder when N is divided by 1,000?", "0", "1000"),
        ("Let A = 17. Report the answer modulo 5^7.", "78124", "78125"),
        ("Give the result modulo \\(99991\\).", "99990", "-1"),
        ("How many pairs (a, b) are there?", "0", "-3"),
        ("Find the number of subsets.", "12", "1/2"),
        (
            "It is m/n, where m and n are coprime positive integers. Find m+n.",
            "2",
            "1",
        ),
        ("Compute the remainder when 7 is divided by 5.", "2", "\\pi"),
    ],
)
def test_constraint_when_the_problem_names_one_then_it_is_checked(
    problem: str, kept: str, broken: str
) -> None:
    assert constraint_check(problem, answer(kept)) is True
    assert constraint_check(problem, answer(broken)) is False


@pytest.mark.parametrize(
    "problem",
    [
        PROBLEM.text,
        "The remainder of a number divided by 7 is 3. What is the number?",
        "What is the remainder when N is divided by 9^999?",
        "x" * 30_000,
    ],
)
def test_constraint_when_there_is_none_then_nothing_is_said(problem: str) -> None:
    assert constraint_check(problem, answer("123456")) is None


@given(st.text(max_size=200), st.text(max_size=20))
def test_constraint_when_texts_are_anything_then_it_does_not_raise(one: str, other: str) -> None:
    assert constraint_check(f"find the remainder {one} mod {other}", answer(other)) in {
        True,
        False,
        None,
    }


@pytest.mark.parametrize(
    ("output", "form", "found"),
    [
        ("42\n", "42", True),
        ("the answer is 42.", "42", True),
        ("1,000", "1000", True),
        ("042", "42", True),
        ("420", "42", False),
        ("42.5", "42", False),
        ("x42", "42", False),
        ("-42", "42", False),
        ("-42", "-42", True),
        ("1/2", "1/2", True),
        ("0.5", "1/2", True),
        ("10", "0", False),
        ("0", "0", True),
        ("", "0", False),
        ("{1, 2}", "\\{1,2\\}", False),
        ("(1, 2)", "(1,2)", True),
        ("sqrt(2) + 1", "sqrt(2)+1", True),
        ("pix", "pi", False),
    ],
)
def test_output_when_looked_through_then_only_the_answer_itself_counts(
    output: str, form: str, found: bool
) -> None:
    assert names(output, answer(form)) is found


def test_output_when_it_is_huge_then_its_end_is_looked_through() -> None:
    assert names("7 " * 200_000 + "42", answer("42"))
    assert not names("42 " + "7" * 200_000, answer("42"))
