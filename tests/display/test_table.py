"""The live table fits its terminal, whatever goes on, and hostile text stays text."""

import io
import unicodedata

import pytest
from rich.console import Console

import tests.display.made_runs as made
from tirkit.display import ConsoleDisplay, View, draw
from tirkit.display.table import count_text, seconds_text
from tirkit.events import ProblemFinished
from tirkit.types import Problem, Tally


def shown(view: View, width: int = 100, height: int = 30) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(draw(view.picture(), width, height))
    return capture.get().splitlines()


def busy(problems: int, attempts: int = 64) -> View:
    view = View(problems + 10)
    for number in range(problems):
        for event in made.started(f"p{number}", attempts, answer="42"):
            view.take(event)
        view.take(made.ended(f"p{number}", 0, "42", made.tally({"42": 3, "7": 2}, silent=1)))
        view.take(made.sampled(f"p{number}", 1, "so I think"))
    for _ in range(5):
        view.take(ProblemFinished(made.solution()))
    return view


@pytest.mark.parametrize("problems", [0, 1, 2, 10, 100])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 60), (60, 12), (40, 8)])
def test_table_when_the_terminal_is_small_then_it_fits(
    problems: int, width: int, height: int
) -> None:
    lines = shown(busy(problems), width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert "problems done" in lines[0]


def test_table_when_there_are_many_problems_then_tells_of_each_and_of_all() -> None:
    view = busy(4)
    view.notice = "finishing 4 problems"
    text = "\n".join(shown(view, 120, 40))
    assert "5/14 problems done · 4 at work · 5 left · right so far 5 of 5" in text
    assert "252 attempts in flight" in text
    assert "finishing 4 problems" in text
    assert "6+63/64" in text
    assert "42 ×3" in text
    assert "✓ 42" in text
    assert "p0: " in text
    assert "so I think" in text


def test_table_when_not_all_problems_fit_then_the_others_are_counted() -> None:
    text = "\n".join(shown(busy(100), 100, 20))
    drawn = sum(f"p{number} " in text for number in range(100))
    assert f"… and {100 - drawn} more problems at work" in text


def test_table_when_texts_are_hostile_then_they_do_nothing() -> None:
    view = View()
    asked = Problem(made.HOSTILE, made.HOSTILE, answer=made.HOSTILE)
    first, second = made.started("x", 1)
    for name in ("", "2"):
        problem = Problem(asked.text, asked.id + name, asked.answer)
        view.take(type(first)(problem, 1))  # type: ignore[call-arg, arg-type]
        view.take(type(second)(problem.id, f"{problem.id}#0", 0))  # type: ignore[call-arg, arg-type]
        view.take(made.sampled(problem.id, 0, made.HOSTILE))
    votes = made.tally({made.HOSTILE: 1})
    view.take(made.ended(asked.id, 0, made.HOSTILE, votes))
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    with console.capture() as capture:
        console.print(draw(view.picture(), 200, 50))
    text = capture.get()
    assert "\x1b[31m<script>" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    kinds = {unicodedata.category(char) for char in text if char not in "\n\x1b"}
    assert not kinds & {"Cc", "Cf"}
    assert "<script>alert(1)</script>" in text
    assert "[bold]" in text


def test_console_when_there_is_no_terminal_then_many_problems_take_a_line_each() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, color_system=None)
    with ConsoleDisplay(console, problems=3) as display:
        for event in [*made.started("p", 64), *made.started("q", 64)]:
            display.listen(event)
        for index in range(64):
            display.listen(made.ended("p", index, "42", Tally()))
        display.listen(ProblemFinished(made.solution()))
        display.say("finishing \x1b[2J")
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("p  right: 42 (reference 42), 2 of 2 votes, 3 attempts")
    assert lines[1] == "finishing ␛[2J"
    assert len(lines) == 2


def test_numbers_when_shown_then_are_short() -> None:
    assert [count_text(n) for n in (0, 9999, 12_345, 4_100_000, 10**15)] == [
        "0", "9999", "12.3k", "4.1M", "1000.0T",
    ]  # fmt: skip
    assert [seconds_text(s) for s in (0.0, 99.9, 187.4, 3723)] == [
        "0.0 s", "99.9 s", "3:07", "1:02:03",
    ]  # fmt: skip
