"""`tirkit solve`: one problem."""

import json
import sys
from contextlib import ExitStack
from typing import Annotated

import anyio
import typer

from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.config import Settings, preset_for
from tirkit.display import ConsoleDisplay
from tirkit.engines import Engine, engine_from_name
from tirkit.events import Listener, ignore
from tirkit.records import solution_row
from tirkit.solver import Solver
from tirkit.types import Problem, Solution


def solve(
    problem: Annotated[str, typer.Argument(help="The question, or - to read it from stdin.")],
    engine: options.EngineName = "local",
    preset: options.Preset = None,
    config: options.ConfigFile = None,
    attempts: options.Attempts = None,
    sets: options.Sets = None,
    engine_sets: options.EngineSets = None,
    confinement: options.Confinement = None,
    answer: Annotated[str | None, typer.Option(help="Reference answer, shown beside.")] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Solve one problem and print the answer with its votes."""
    with exit_codes():
        settings = options.read_settings(
            preset or preset_for(engine), config, attempts, sets, confinement
        )
        text = sys.stdin.read() if problem == "-" else problem
        asked = Problem(text, answer=answer)
        parts = engine_from_name(engine, **options.read_pairs("--engine-set", engine_sets))
        solution = _run(asked, parts, settings, show=not (quiet or as_json))
        if as_json:
            print(json.dumps(solution_row(solution), ensure_ascii=False))
        elif quiet:
            print(solution.answer if solution.answer is not None else "no answer")
    if solution.answer is None:
        raise typer.Exit(WORK_FAILED)


def _run(problem: Problem, engine: Engine, settings: Settings, *, show: bool) -> Solution:
    async def run(listener: Listener) -> Solution:
        async with Solver(engine, settings=settings) as solver:
            return await solver.solve(problem, listener=listener)

    with ExitStack() as stack:
        listener = stack.enter_context(ConsoleDisplay()).listen if show else ignore
        return anyio.run(run, listener)
