"""Solutions, trajectories and pictures as HTML: well formed, no script, all text escaped."""

import math
from dataclasses import replace
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import given

import tests.display.made_runs as made
from tests.records.factory import trajectories
from tirkit.display import View, as_html, as_text
from tirkit.display.lanes import origin, trajectory_stretches
from tirkit.display.live_html import picture_html, picture_text
from tirkit.display.picture import Doing
from tirkit.events import ProblemFinished
from tirkit.types import Answer, Problem, Solution, StopReason, Tally, Trajectory, Turn

VOID = {"br", "hr", "img", "meta", "link", "input"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails where tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(html: str) -> Page:
    page = Page(html)
    assert not {"script", "style", "iframe", "a", "img", "b2"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not {"href", "src", "srcdoc", "xlink:href"} & page.attributes
    return page


def test_solution_when_shown_then_tells_answer_votes_and_what_attempts_did() -> None:
    html = as_html(made.solution())
    page = checked(html)
    for told in ("42 (right; reference 42)", "confidence 67%", "3 attempts", "What is 6 * 7?",
                 "42 ×2", "no answer ×1", "timeline of 3 attempts", "running code for 3.0 s",
                 "queueing for 1.0 s", "settled after 9.0 s"):  # fmt: skip
        assert told in page.text, told
    assert page.tags.count("svg") == 2
    lines = as_text(made.solution()).splitlines()
    assert lines[0] == "p: answer 42 (right; reference 42), confidence 67%"
    assert len(lines) == 3


def test_solution_when_it_has_many_attempts_then_is_short_all_the_same() -> None:
    many = made.solution(attempts=1000)
    assert len(as_html(many)) < 150_000
    assert "… and 936 more" in as_html(many)
    assert len(as_text(many)) < 500
    assert repr(many) == "<Solution 'p': 42, confidence 1.00, 1000 attempts>"
    assert len(repr(many.trajectories[0])) < 200


def test_trajectory_when_shown_then_turns_are_folded_but_the_last() -> None:
    html = as_html(made.attempt())
    page = checked(html)
    assert "turn 1: 3 tokens, 2.0 s; code ok after 3.0 s" in page.text
    assert "out\n" in page.text
    assert html.count("<details open") == 1
    assert html.index("turn 2") > html.index("<details open")
    assert as_text(made.attempt()).startswith("p#0: answered → 42, 2 turns")


def hostile_trajectory() -> Trajectory:
    bad = made.HOSTILE
    turn = Turn(bad * 3_000, 0, 1, bad, note=bad, given=bad)
    return made.attempt(
        attempt_id=bad, problem_id=bad, engine=bad, stop_detail=bad, prompt_text=bad,
        turns=(turn,) * 20, answer=Answer(bad, bad), stop_reason=StopReason.GUARD,
    )  # fmt: skip


def hostile_solution() -> Solution:
    bad = made.HOSTILE
    votes = made.tally({bad: 2, "</svg>": 1})
    verdict = replace(made.solution().verdict, answer=Answer(bad, bad), tally=votes, reason=bad)
    problem = Problem(bad, bad, answer=bad)
    return Solution(problem, verdict, (hostile_trajectory(),) * 3, bad, math.nan)


@pytest.mark.parametrize("shown", [hostile_solution(), hostile_trajectory()], ids=["all", "one"])
def test_hostile_text_when_shown_then_is_text(shown: Solution | Trajectory) -> None:
    html = as_html(shown)
    page = checked(html)
    assert "<script>alert(1)</script>" in page.text
    for acting in ("\x1b", "\x07", "\u202e"):
        assert acting not in html
        assert acting not in as_text(shown)
    assert len(html) < 600_000
    assert "tex2jax_ignore" in html


@given(trajectories())
def test_trajectory_when_it_is_nonsense_then_is_shown_nevertheless(shown: Trajectory) -> None:
    checked(as_html(shown))
    solution = replace(made.solution(), trajectories=(shown, shown))
    checked(as_html(solution))
    assert "\x1b" not in as_text(shown) + as_text(solution)


def test_picture_when_one_problem_is_open_then_shows_its_attempts() -> None:
    view = View()
    for event in made.started(made.HOSTILE, 64, answer=made.HOSTILE):
        view.take(event)
    view.take(made.sampled(made.HOSTILE, 1, made.HOSTILE))
    view.take(made.ended(made.HOSTILE, 0, made.HOSTILE, made.tally({made.HOSTILE: 1})))
    page = checked(picture_html(view.picture(64)))
    assert page.text.count("attempt ") >= 64
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in picture_text(view.picture())


def test_picture_when_there_are_many_problems_then_shows_a_table() -> None:
    view = View(50)
    for number in range(40):
        for event in made.started(f"p{number}", 4):
            view.take(event)
    view.take(ProblemFinished(made.solution()))
    page = checked(picture_html(view.picture()))
    assert "1/50 problems done" in page.text
    assert "… and 20 more problems at work" in page.text
    assert page.tags.count("tr") == 22
    assert picture_text(view.picture()).splitlines()[-1].startswith("p  right: 42")


def test_lanes_when_taken_from_a_record_then_are_what_happened() -> None:
    assert [(one.doing, one.start, one.end) for one in trajectory_stretches(made.attempt())] == [
        (Doing.WRITING, 0.5, 2.5),
        (Doing.QUEUEING, 2.5, 3.5),
        (Doing.RUNNING_CODE, 3.5, 6.5),
        (Doing.WRITING, 6.5, 10.5),
    ]
    untimed = tuple(replace(turn, began_seconds=None) for turn in made.attempt().turns)
    told = trajectory_stretches(replace(made.attempt(), turns=untimed), 1.0)
    assert [(one.start, one.end) for one in told] == [(1, 3), (3, 4), (4, 7), (7, 11)]
    assert origin([made.attempt(5), made.attempt(2)]) == 1_790_000_002.0
    assert origin([]) == 0.0


def test_code_when_it_ran_while_the_model_wrote_then_ends_before_the_next_turn() -> None:
    first, second = made.attempt().turns
    at_once = replace(made.attempt(), turns=(first, replace(second, began_seconds=4.5)))
    code = cast("list[object]", [
        (one.start, one.end)
        for one in trajectory_stretches(at_once)
        if one.doing is Doing.RUNNING_CODE
    ])  # fmt: skip
    assert code == [(1.5, 4.5)]


def test_solution_when_nothing_was_answered_then_says_so() -> None:
    silent = replace(made.solution().verdict, answer=None, tally=Tally(), confidence=0.0)
    shown = replace(made.solution(), verdict=silent, trajectories=())
    assert "no answer (wrong; reference 42)" in as_text(shown)
    assert "no votes" in checked(as_html(shown)).text
