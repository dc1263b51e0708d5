"""A report as Markdown."""

import re
from dataclasses import replace

import pytest

from tests.report.made_run import made_solutions, write_run
from tirkit.report import RunReport, markdown
from tirkit.report.markdown import escaped
from tirkit.report.payload import Summary


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    directory = write_run(tmp_path_factory.mktemp("run"), made_solutions(3, 6, words=10))
    return RunReport(directory, title="A run", made_at="2026-01-01T00:00:00+00:00").summary()


def tables(text: str) -> list[list[str]]:
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return [lines for lines in blocks if lines[0].startswith("|")]


def test_markdown_when_made_then_every_table_is_even(summary: Summary) -> None:
    text = markdown(summary)
    assert text.startswith("# A run\n")
    heads = ["Figures", "Problems", "Accuracy against attempts", "Stop rules", "Run", "Settings"]
    assert re.findall("^## (.*)", text, re.MULTILINE) == heads
    found = tables(text)
    assert len(found) == len(heads)
    for lines in found:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
        assert len(widths) == 1, lines[0]
    problems = found[1]
    assert [line.split(" | ")[0] for line in problems[2:]] == [
        f"| {one.id}" for one in summary.problems
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("a|b\nc", "a\\|b␤c"),
        ("![x](javascript:1)", "\\!\\[x\\]\\(javascript:1\\)"),
        ("**b** `c` $d$", "\\*\\*b\\*\\* \\`c\\` <span>$</span>d<span>$</span>"),
        ("@all #12 a@", "@<!-- -->all #<!-- -->12 a@"),
        ("http://a.b www.a.b", "http:/<!-- -->/a.b www<!-- -->.a.b"),
        ("\x1b[31m\u202e", "␛\\[31m&lt;U\\+202E&gt;"),
        ("12/7", "12/7"),
    ],
)
def test_text_when_hostile_then_it_shows_as_it_is(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_markdown_when_a_problem_is_hostile_then_its_line_holds_no_markup(
    summary: Summary,
) -> None:
    line = replace(summary.problems[0], id="<img src=x onerror=alert(1)>\n| a |", answer="[a](b)")
    text = markdown(replace(summary, problems=(line,)))
    assert "<img" not in text
    assert "[a](b)" not in text
    assert len(tables(text)[1]) == 3


def test_markdown_when_nothing_is_settled_then_notes_say_so(summary: Summary) -> None:
    bare = replace(summary, figures=(), curves=(), frontier=(), notes=("no problem is settled",))
    assert "> no problem is settled" in markdown(bare)
