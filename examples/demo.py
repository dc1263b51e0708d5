"""Solve twelve problems with tirkit-nano, the small model that comes with tirkit.

Run by `make demo`. Nothing but this machine's processor is needed, and nothing is fetched. The
model was trained on problems like these, never on these numbers; its card tells how it does on all
of its test problems.
"""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import anyio
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tirkit.bench import BenchRun, load_problems, run_bench
from tirkit.config import load_settings
from tirkit.display import ConsoleDisplay
from tirkit.engines import engine_from_name
from tirkit.errors import TirkitError
from tirkit.records import RecordedRun
from tirkit.report import RunReport, write_html
from tirkit.types import CodeStatus, Solution, StopReason, Trajectory

PROBLEMS = Path(__file__).with_name("demo.jsonl")
"""Of each tier: one cell; cells that build on one another; a plan, a check, or a mended error."""

INTRODUCTION = (
    "[bold]tirkit[/]: {attempts} attempts at each of {problems} problems, each with a Jupyter "
    "kernel of its own, {in_flight} at a time. The model is tirkit-nano: some million parameters, "
    "trained from nothing on two processor cores (examples/training). It knows these kinds of "
    "problems and no others."
)
SWITCH = """\
The same with a model that can do other mathematics:
  [bold]pip install "tirkit\\[vllm]" && tirkit solve --engine vllm:Qwen/Qwen3-8B "…"[/]
  [bold]tirkit solve --engine openai:http://127.0.0.1:8000 "…"[/]"""


async def main(console: Console) -> None:
    settings = load_settings("nano")
    problems = load_problems(PROBLEMS)
    engine = engine_from_name("local", parallel=settings.max_in_flight)
    out = Path("runs") / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    told = {"attempts": settings.attempts, "in_flight": settings.max_in_flight}
    console.print(INTRODUCTION.format(problems=len(problems), **told))
    started = time.monotonic()
    with ConsoleDisplay(console, problems=len(problems)) as display:
        await run_bench(BenchRun(engine, settings, out), problems, listener=display.listen)
    seconds = time.monotonic() - started
    solutions = await anyio.to_thread.run_sync(lambda: [*RecordedRun(out).solutions()])
    console.print(table_of(solutions))
    console.print(summary(solutions, seconds))
    page = out / "report.html"
    await anyio.to_thread.run_sync(write_html, RunReport(out), page)
    console.print(f"Every attempt with its code, output and votes: [bold]{page}[/]")
    console.print(SWITCH)


def table_of(solutions: Sequence[Solution]) -> Table:
    """A row for each problem: its answer, how the votes fell, and what became of the attempts."""
    table = Table("problem", "answer", "", "votes", "attempts", "killed", "failed", "recovered")
    for solution in solutions:
        votes = ", ".join(
            f"{escape(str(entry.answer))} ×{entry.count}"
            for entry in solution.verdict.tally.entries[:3]
        )
        table.add_row(
            solution.problem.id,
            str(solution.answer),
            "[green]✓[/]" if is_right(solution) else f"[red]not {solution.problem.answer}[/]",
            votes,
            str(len(solution.trajectories)),
            str(sum(one.stop_reason is StopReason.CANCELLED for one in solution.trajectories)),
            str(sum(map(has_failed_cell, solution.trajectories))),
            str(sum(map(has_recovered, solution.trajectories))),
        )
    return table


def summary(solutions: Sequence[Solution], seconds: float) -> str:
    """The run in a sentence."""
    right = sum(map(is_right, solutions))
    attempts = [one for solution in solutions for one in solution.trajectories]
    cells = sum(turn.result is not None for one in attempts for turn in one.turns)
    recovered = sum(map(has_recovered, attempts))
    return (
        f"{right} of {len(solutions)} right in {seconds:.0f} s with the model's start; {cells} "
        f"cells in {len(attempts)} attempts, {recovered} of which answered after an error."
    )


def is_right(solution: Solution) -> bool:
    return str(solution.answer) == solution.problem.answer


def has_failed_cell(attempt: Trajectory) -> bool:
    results = [turn.result for turn in attempt.turns if turn.result is not None]
    return any(result.status is not CodeStatus.OK for result in results)


def has_recovered(attempt: Trajectory) -> bool:
    return has_failed_cell(attempt) and attempt.stop_reason is StopReason.ANSWERED


if __name__ == "__main__":
    try:
        anyio.run(main, Console())
    except TirkitError as error:
        sys.exit(f"demo: {error}")
