"""The display: a live table on a terminal, plain lines elsewhere; hostile text stays text."""

import io

from rich.console import Console

import tirkit
from tirkit.display import ConsoleDisplay
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, GenerateRequest, Problem

TURNS = ["[bold]Hm[/]\n```python\nprint(6*7)\n```\n", "So [/red] it is \\boxed{42}."]
KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="[red]42\n"))


def script(request: GenerateRequest) -> Recording:
    place = RequestPlace.of(request.request_id)
    assert place is not None
    return Recording.from_text(TURNS[place.turn])


async def shown(*, terminal: bool, frames: list[str] | None = None) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, color_system=None)
    with ConsoleDisplay(console) as display:

        def listen(event: object) -> None:
            display.listen(event)  # type: ignore[arg-type]
            if frames is not None:
                with console.capture() as capture:
                    console.print(display._draw())
                frames.append(capture.get())

        async with tirkit.Solver(
            ReplayEngine(script), kernels=KERNELS, attempts=3, stop="after_attempts(3)"
        ) as solver:
            problem = Problem("What is [b]6 * 7[/b]?", id="p[1]", answer="42")
            await solver.solve(problem, listener=listen)
    return out.getvalue()


async def test_display_when_there_is_no_terminal_then_it_prints_what_matters() -> None:
    text = await shown(terminal=False)
    assert "p[1]  What is [b]6 * 7[/b]?" in text
    assert "p[1]#0: answered → 42" in text
    assert "answer 42  (reference 42)" in text
    assert "tally 42 ×3" in text
    assert "3 cells" in text


async def test_display_when_on_a_terminal_then_it_shows_what_attempts_do() -> None:
    frames: list[str] = []
    await shown(terminal=True, frames=frames)
    live = "".join(frames)
    assert "running code" in live
    assert "writing" in live
    assert "[bold]Hm[/]" in live
    assert "→ [red]42" in live
    assert "answered 42" in live
