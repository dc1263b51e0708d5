"""Live progress on a terminal, and plain lines where there is none."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tirkit.display.view import AttemptView, ProblemView, View
from tirkit.events import AttemptFinished, Event, ProblemFinished, ProblemSettled, ProblemStarted
from tirkit.types import Solution, Tally

_MOST_ROWS = 16
"""Attempts shown at once; more would not fit a terminal."""
_REFRESH_PER_SECOND = 5
_COLUMNS_CHARS = 44
"""What the columns before the text take, with a long reason to have ended."""
_LEAST_TEXT_CHARS = 16


class ConsoleDisplay:
    """Shows what the attempts do while they do it; a context manager whose `listen` takes events.

    On a terminal it draws a live table and leaves a summary of each problem behind; elsewhere it
    prints one line for each thing that matters.

    Args:
        console: where to draw.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self.view = View()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(
                get_renderable=self._draw,
                console=self.console,
                refresh_per_second=_REFRESH_PER_SECOND,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def listen(self, event: Event) -> None:
        """Take one event."""
        self.view.take(event)
        match event:
            case ProblemStarted(problem=problem):
                self._print(f"[bold]{escape(problem.id)}[/]  {escape(_line(problem.text, 100))}")
            case ProblemSettled(verdict=verdict, stop_reason=reason) if self._live is None:
                settled = f"{event.problem_id} settled: {verdict.answer} ({reason})"
                self._print(f"  {escape(settled)}")
            case AttemptFinished(trajectory=done) if self._live is None:
                answer = f" → {done.answer}" if done.answer else ""
                self._print(f"  {escape(done.attempt_id)}: {done.stop_reason}{escape(answer)}")
            case ProblemFinished(solution=solution):
                self.console.print(summary(solution))

    def _print(self, markup: str) -> None:
        self.console.print(markup, highlight=False, soft_wrap=True)

    def _draw(self) -> RenderableType:
        room = max(self.console.width - _COLUMNS_CHARS, _LEAST_TEXT_CHARS)
        return Group(*(_problem(problem, room) for problem in self.view.problems.values()))


def summary(solution: Solution) -> RenderableType:
    """The tally, answer, tokens and time of one solved problem."""
    verdict, usage = solution.verdict, solution.usage
    answer = escape(str(verdict.answer)) if verdict.answer else "[red]no answer[/]"
    lines = [
        f"  [bold green]answer {answer}[/]" + _graded(solution),
        f"  tally {escape(tally_line(verdict.tally))}",
        f"  stopped: {escape(solution.stop_reason)}",
        (
            f"  {len(solution.trajectories)} attempts, {usage.sampled_tokens} tokens sampled, "
            f"{usage.tool_tokens} appended, {usage.cells} cells, {solution.duration_seconds:.1f} s"
        ),
    ]
    if verdict.tie_broken_by:
        lines.insert(2, f"  tie broken by {escape(verdict.tie_broken_by)}")
    return Text.from_markup("\n".join(lines))


def tally_line(tally: Tally) -> str:
    """A tally in one line, best first."""
    shown = [f"{entry.answer} ×{entry.count}" for entry in tally.entries]
    if tally.silent:
        shown.append(f"no answer ×{tally.silent}")
    return ", ".join(shown) or "no votes"


def _graded(solution: Solution) -> str:
    reference = solution.problem.answer
    return "" if reference is None else f"  (reference {escape(reference)})"


def _problem(problem: ProblemView, room: int) -> RenderableType:
    title = escape(f"{problem.problem.id}: {tally_line(problem.tally)}")
    table = Table(title=title, title_justify="left", box=None, expand=True)
    for name, style in (("#", "cyan"), ("doing", "yellow"), ("tokens", ""), ("cells", "")):
        table.add_column(name, style=style, no_wrap=True)
    table.add_column("text", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    attempts = sorted(problem.attempts.values(), key=lambda attempt: not attempt.running)
    for attempt in attempts[:_MOST_ROWS]:
        table.add_row(*_row(attempt, room))
    return table


def _row(attempt: AttemptView, room: int) -> tuple[str, ...]:
    doing = attempt.doing + (f" {attempt.answer}" if attempt.answer else "")
    tail = attempt.tail.replace("\n", "⏎")[-room:]
    return (
        str(attempt.index),
        escape(doing),
        str(attempt.tokens),
        str(attempt.cells),
        escape(tail),
    )


def _line(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
