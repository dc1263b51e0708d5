"""Live progress on a terminal, and plain lines where there is none."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from tirkit.display.escape import one_line
from tirkit.display.picture import cut
from tirkit.display.table import draw, finished_line, head_lines
from tirkit.display.view import View, finished
from tirkit.events import (
    AttemptFinished,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
    ProblemStarted,
)
from tirkit.types import Solution, Tally

_REFRESH_PER_SECOND = 2
"""Drawing takes 10 to 20 ms of the processor that the run works on."""
_PLAIN_SECONDS = 10.0
"""Where there is no terminal, a run over many problems tells of itself so often."""
_QUESTION_CHARS = 100


class ConsoleDisplay:
    """Shows what the attempts do while they do it; a context manager whose `listen` takes events.

    On a terminal it draws a live table that fits it. Of one problem it leaves a summary behind.
    Elsewhere it prints one line for each thing that matters: of one problem, its attempts; of
    many, the problems that are done, and every ten seconds how the run stands.

    Args:
        console: where to draw.
        problems: how many the whole run has; None if that is not known.
        view: what is drawn; None for one of its own, which is fed by `listen`.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        problems: int | None = None,
        view: View | None = None,
    ) -> None:
        self.console = console or Console()
        self.view = view or View(problems)
        self._live: Live | None = None
        self._seen = 0
        self._plain_due = time.monotonic() + _PLAIN_SECONDS

    @property
    def _many(self) -> bool:
        return (self.view.total or self._seen) > 1

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
        self._seen += isinstance(event, ProblemStarted)
        if not self._many:
            self._tell_of_one(event)
        elif self._live is None:
            self._tell_of_many(event)

    def say(self, notice: str) -> None:
        """Tell of something beside the run, such as that it is being stopped."""
        self.view.notice = notice
        if self._live is None:
            self._print(Text(one_line(notice)))

    def _tell_of_one(self, event: Event) -> None:
        match event:
            case ProblemStarted(problem=problem):
                line = Text(one_line(problem.id), style="bold")
                self._print(line.append(f"  {one_line(cut(problem.text, _QUESTION_CHARS))}"))
            case ProblemSettled(verdict=verdict, stop_reason=reason) if self._live is None:
                settled = f"{event.problem_id} settled: {verdict.answer} ({reason})"
                self._print(Text(f"  {one_line(settled)}"))
            case AttemptFinished(trajectory=done) if self._live is None:
                answer = f" → {done.answer}" if done.answer else ""
                self._print(Text(one_line(f"  {done.attempt_id}: {done.stop_reason}{answer}")))
            case ProblemFinished(solution=solution):
                self.console.print(summary(solution))
            case ProblemFailed():
                self._print(_given_up(event))

    def _tell_of_many(self, event: Event) -> None:
        if isinstance(event, ProblemFinished):
            self._print(Text(finished_line(finished(event.solution))))
        elif isinstance(event, ProblemFailed):
            self._print(_given_up(event))
        if time.monotonic() >= self._plain_due:
            self._plain_due = time.monotonic() + _PLAIN_SECONDS
            self._print(Text("; ".join(head_lines(self.view.picture(attempts=0)))))

    def _print(self, line: Text) -> None:
        self.console.print(line, highlight=False, soft_wrap=True)

    def _draw(self) -> RenderableType:
        return draw(self.view.picture(), self.console.width, self.console.height - 1)


def summary(solution: Solution) -> RenderableType:
    """The tally, answer, tokens and time of one solved problem."""
    verdict, usage, reference = solution.verdict, solution.usage, solution.problem.answer
    shown = Text("  ")
    if verdict.answer is None:
        shown.append("no answer", style="bold red")
    else:
        shown.append(f"answer {one_line(str(verdict.answer))}", style="bold green")
    if reference is not None:
        shown.append(f"  (reference {one_line(reference)})")
    shown.append(f"\n  tally {tally_line(verdict.tally)}")
    if verdict.tie_broken_by:
        shown.append(f"\n  tie broken by {one_line(verdict.tie_broken_by)}")
    shown.append(f"\n  stopped: {one_line(solution.stop_reason)}")
    return shown.append(
        f"\n  {len(solution.trajectories)} attempts, {usage.sampled_tokens} tokens sampled, "
        f"{usage.tool_tokens} appended, {usage.cells} cells, {solution.duration_seconds:.1f} s"
    )


def tally_line(tally: Tally) -> str:
    """A tally in one line, best first."""
    shown = [f"{one_line(str(entry.answer))} ×{entry.count}" for entry in tally.entries]
    if tally.silent:
        shown.append(f"no answer ×{tally.silent}")
    return ", ".join(shown) or "no votes"


def _given_up(event: ProblemFailed) -> Text:
    told = f"{event.problem_id}  given up: {cut(event.reason, _QUESTION_CHARS)}"
    return Text(one_line(told), style="red")
