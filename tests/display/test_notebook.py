"""Solutions show themselves in a real kernel, and the live display keeps to one output."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import tests.display.made_runs as made
from tirkit.display import NotebookDisplay, View
from tirkit.display import notebook as notebook_module
from tirkit.events import ProblemFinished, ProblemStarted

WORDS = """
import tirkit
from tirkit.display import NotebookDisplay
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, Problem

TURNS = ["Hm <b>\\x1b[31m</b>\\n```python\\n6*7\\n```\\n", "So it is \\\\boxed{42}."]
engine = ReplayEngine(
    lambda request: Recording.from_text(TURNS[int(request.request_id[-1])], delay_seconds=0.02)
)
options = {"kernels": FakeKernelSource(lambda _: CodeResult(CodeStatus.OK, stdout="42"))}
options |= {"attempts": 3, "stop": "after_attempts(3)"}
problem = Problem("What is <script>6 * 7</script>?", "p", answer="42")
"""
BLOCKING = """
with NotebookDisplay() as display:
    solution = tirkit.solve(problem, engine, listener=display.listen, **options)
"""
IN_LOOP = """
async with tirkit.Solver(engine, **options) as solver:
    with NotebookDisplay(problems=2) as display:
        display.view.follow(solver.status)
        asked = [problem, Problem("Other?", "q")]
        found = await solver.solve_all(asked, listener=display.listen)
"""


async def executed(*cells: str) -> list[list[Any]]:
    """The outputs of each cell, run in a kernel of its own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    await client.async_execute()
    return [cell.outputs for cell in notebook.cells]


async def test_solution_when_it_ends_a_cell_then_shows_itself_as_html_and_text() -> None:
    outputs = await executed(
        WORDS, "solution = tirkit.solve(problem, engine, **options)\nsolution",
        "solution.trajectories[0]", "[solution]",
    )  # fmt: skip
    (whole,), (one,), (listed,) = outputs[1:]
    assert whole["data"]["text/plain"].startswith("p: answer 42 (right; reference 42)")
    html = whole["data"]["text/html"]
    assert html.count("<svg") == 2
    assert "&lt;script&gt;6 * 7&lt;/script&gt;" in html
    assert "<script" not in html
    assert one["data"]["text/plain"].startswith("p#0: answered → 42, 2 turns")
    assert "&lt;b&gt;␛[31m" in one["data"]["text/html"]
    assert "confidence 100%" in listed["data"]["text/plain"]
    assert "text/html" not in listed["data"]


@pytest.mark.parametrize("cell", [BLOCKING, IN_LOOP], ids=["blocking", "in the loop"])
async def test_display_when_a_run_works_then_one_output_is_updated_to_its_end(cell: str) -> None:
    (_, (output,)) = await executed(WORDS, cell)
    assert output["output_type"] == "display_data"
    html, text = output["data"]["text/html"], output["data"]["text/plain"]
    if cell is BLOCKING:
        assert text.startswith("p: answer 42 (right; reference 42)")
        assert "timeline of 3 attempts" in html
    else:
        assert text.startswith("2/2 problems done")
        assert "✓ 42" in html
        assert "/64 attempts in flight" in text


async def test_display_when_the_run_fails_then_the_error_leaves_the_block() -> None:
    cell = """
try:
    with NotebookDisplay() as display:
        raise ValueError("the run")
except ValueError as error:
    print(error)
"""
    (_, outputs) = await executed(WORDS, cell)
    assert [output["output_type"] for output in outputs] == ["display_data", "stream"]
    assert outputs[1]["text"] == "the run\n"


def test_display_when_there_is_no_notebook_then_it_is_plain_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not notebook_module.in_notebook()
    with NotebookDisplay() as display:
        for event in made.started("p", 1, answer="42"):
            display.listen(event)
        display.listen(ProblemFinished(made.solution()))
    shown = capsys.readouterr().out
    assert "answer 42  (reference 42)" in shown
    assert "<div" not in shown


class Handle:
    """What IPython gives to update an output by."""

    def __init__(self) -> None:
        self.bundles: list[dict[str, str]] = []

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)

    display = update


def test_display_when_events_flood_then_the_output_is_updated_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handle = Handle()
    monkeypatch.setattr(notebook_module, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.DisplayHandle", lambda: handle)
    with NotebookDisplay() as display:
        for event in [*made.started("p", 2), *(made.sampled("p", 0) for _ in range(5_000))]:
            display.listen(event)
    assert 2 <= len(handle.bundles) <= 8
    assert "5000 tokens" in handle.bundles[-1]["text/plain"]


def test_display_when_the_front_end_is_gone_then_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handle = Handle()
    monkeypatch.setattr(notebook_module, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.DisplayHandle", lambda: handle)
    with NotebookDisplay(view=View()) as display:
        handle.update = broken  # type: ignore[method-assign]
        display.listen(ProblemStarted(made.solution().problem, 1))
    assert "could not be updated" in caplog.text


def broken(bundle: dict[str, str], *, raw: bool) -> None:
    raise OSError("the front end is gone")


def test_tirkit_when_imported_outside_ipython_then_loads_no_display() -> None:
    code = "import sys, tirkit; sys.exit(any(n in sys.modules for n in ('IPython', 'rich')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_terminal_of_ipython_when_a_solution_is_shown_then_it_is_short(tmp_path: Path) -> None:
    code = "import tirkit, tests.display.made_runs as made\ndisplay(made.solution(64))"
    shown = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("p: answer 42")
    assert len(shown.stdout) < 600
