"""The picture of a run: what events add up to, whichever thread looks."""

import threading
from itertools import pairwise

import tests.display.made_runs as made
from tirkit.display import View
from tirkit.display.picture import MOST_FINISHED, MOST_PROBLEMS, Doing, cut
from tirkit.display.rate import Rate
from tirkit.display.view import is_right
from tirkit.events import (
    CodeFinished,
    CodeStarted,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
)
from tirkit.kernels import KernelStats
from tirkit.records import ProblemEntry
from tirkit.scheduler import ProblemStatus, SchedulerStatus
from tirkit.solver import SolverStatus
from tirkit.types import Answer, CodeResult, CodeStatus, Tally


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_attempt_when_it_writes_and_runs_code_then_its_time_is_told_apart() -> None:
    clock = Clock()
    view = View(clock=clock)
    for event in made.started("p", 1):
        view.take(event)
    clock.now = 101.0
    view.take(made.sampled("p", 0, "hm", tokens=3))
    clock.now = 103.0
    view.take(CodeStarted("p", "p#0", "1"))
    clock.now = 108.0
    result = CodeResult(CodeStatus.OK, stdout="42\n", queue_seconds=2.0)
    view.take(CodeFinished("p", "p#0", result))
    clock.now = 109.0
    (attempt,) = view.picture().open[0].attempts
    assert [(one.doing, one.start, one.end) for one in attempt.stretches] == [
        (Doing.READING, 0.0, 1.0),
        (Doing.WRITING, 1.0, 3.0),
        (Doing.QUEUEING, 3.0, 5.0),
        (Doing.RUNNING_CODE, 5.0, 8.0),
        (Doing.READING, 8.0, 9.0),
    ]
    assert (attempt.tokens, attempt.cells, attempt.seconds) == (3, 1, 9.0)
    assert attempt.tail == "hm → 42 "
    assert attempt.running


def test_totals_when_problems_come_and_go_then_add_up() -> None:
    clock = Clock()
    view = View(3, clock=clock)
    for event in [*made.started("p", 2, answer="42"), *made.started("q", 1)]:
        view.take(event)
    for _ in range(4):
        view.take(made.sampled("p", 0, tokens=5))
    votes = made.tally({"42": 1})
    view.take(made.ended("p", 1, "42", votes))
    clock.now = 102.0
    picture = view.picture()
    assert (picture.problems, picture.in_flight, picture.tokens) == (3, 2, 20)
    assert picture.tokens_per_second == 10.0
    assert [one.id for one in picture.open] == ["p", "q"]
    assert picture.open[0].votes == (("42", 1),)
    assert [attempt.running for attempt in picture.open[0].attempts] == [True, False]
    assert picture.open[1].attempts == ()
    assert (picture.many, picture.max_in_flight, picture.kernels) == (True, None, None)
    view.take(made.ended("p", 0, "42", made.tally({"42": 2})))
    view.take(ProblemSettled("p", made.solution().verdict, "all done"))
    view.take(ProblemFinished(made.solution()))
    after = view.picture()
    assert (after.done, after.right, after.graded, after.in_flight) == (1, 1, 1, 1)
    assert [(one.id, one.agreed, one.votes, one.tokens) for one in after.finished] == [
        ("p", 2, 2, 20)
    ]
    view.take(ProblemFailed("q", "the engine died"))
    assert view.picture().open == ()


def test_votes_when_the_verdict_is_fixed_then_count_no_more() -> None:
    view = View()
    for event in made.started("p", 2):
        view.take(event)
    view.take(made.ended("p", 0, "42", made.tally({"42": 1})))
    view.take(ProblemSettled("p", made.solution().verdict, "enough"))
    view.take(made.ended("p", 1, "7", Tally()))
    (problem,) = view.picture().open
    assert (problem.votes, problem.settled) == ((("42", 1),), "enough")


def test_solver_when_followed_then_its_cap_kernels_and_time_are_told() -> None:
    clock = Clock()
    view = View(clock=clock)
    asked = 0

    def status() -> SolverStatus:
        nonlocal asked
        asked += 1
        one = ProblemStatus("p", 1, 1, 1, 0, Tally(), 0, 2.0, 58.0, settled=False)
        return SolverStatus(SchedulerStatus(1, 64, (one,)), KernelStats(leased=3, waiting=2))

    view.follow(status)
    for event in [*made.started("p", 1), *(made.sampled("p", 0) for _ in range(100))]:
        view.take(event)
    picture = view.picture()
    assert picture.max_in_flight == 64
    assert picture.kernels is not None
    assert (picture.kernels.leased, picture.kernels.waiting) == (3, 2)
    assert picture.open[0].left_seconds == 58.0
    assert asked == 1, "asked again although no time has passed"
    clock.now += 1.0
    view.take(made.sampled("p", 0))
    assert asked == 2


def test_recorded_problems_when_they_were_also_seen_then_count_once() -> None:
    view = View(3)
    for event in made.started("p", 1, answer="42"):
        view.take(event)
    entries = [
        ProblemEntry(name, name, reference, Answer("42", "42"), 1.0, "", 1.0, ())
        for name, reference in (("p", "42"), ("q", "42"), ("r", "7"), ("s", None))
    ]
    view.count_recorded(entries)
    picture = view.picture()
    assert (picture.done, picture.right, picture.graded) == (3, 1, 2)


def test_picture_when_very_much_goes_on_then_is_bounded() -> None:
    view = View()
    for number in range(MOST_PROBLEMS + 10):
        for event in made.started(f"p{number}", 100):
            view.take(event)
    picture = view.picture()
    assert len(picture.open) == MOST_PROBLEMS
    assert picture.more_open == 10
    assert [len(one.attempts) for one in picture.open] == [16] + [0] * (MOST_PROBLEMS - 1)
    assert picture.in_flight == 100 * (MOST_PROBLEMS + 10)
    for _ in range(MOST_FINISHED + 3):
        view.take(ProblemFinished(made.solution()))
    assert len(view.picture().finished) == MOST_FINISHED


def test_picture_when_other_threads_take_events_then_is_whole() -> None:
    view = View()
    for event in made.started("p", 4):
        view.take(event)
    stop = threading.Event()

    def feed() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            for event in made.started(f"q{number}", 2):
                view.take(event)
            for index in range(2):
                view.take(made.ended(f"q{number}", index, "1", Tally()))
            view.problems.pop(f"q{number}")

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        pictures = [view.picture() for _ in range(300)]
    finally:
        stop.set()
        feeder.join()
    assert all(4 <= picture.in_flight <= 6 for picture in pictures)
    assert all(one.elapsed_seconds <= two.elapsed_seconds for one, two in pairwise(pictures))


def test_rate_when_time_passes_then_forgets() -> None:
    rate = Rate()
    assert rate.per_second(10.0) == 0.0
    rate.add(10.0, 100)
    assert rate.per_second(10.0) == 400.0
    assert rate.per_second(12.0) == 50.0
    for second in range(11, 31):
        rate.add(float(second), 100)
    assert rate.per_second(30.0) == 120.0
    assert rate.per_second(40.0) == 0.0


def test_answer_when_compared_with_its_reference_then_only_what_is_sure_is_told() -> None:
    assert is_right("1/2", "0.5") is True
    assert is_right("41", "42") is False
    assert is_right(None, "42") is False
    assert is_right("42", None) is None


def test_text_when_cut_then_is_one_line_of_bounded_length() -> None:
    assert cut(" a\n b ", 10) == "a b"
    assert cut("x" * 50, 10) == "x" * 9 + "…"
    assert len(cut(" " * 10_000 + "x", 10)) <= 10
