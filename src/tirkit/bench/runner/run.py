"""Runs a benchmark so that it can be killed at any moment and gone on with."""

from collections.abc import Sequence
from pathlib import Path

from tirkit.bench.metrics import BenchMetrics, ProblemMetrics, measure_problem
from tirkit.bench.runner.halt import Halt
from tirkit.bench.runner.lend import LentEngines
from tirkit.bench.runner.one import OneRun, measuring
from tirkit.bench.runner.terms import BenchOutcome, BenchRun
from tirkit.bench.runner.watch import Beside, Watch
from tirkit.config import Settings
from tirkit.errors import ConfigError
from tirkit.events import Listener, ignore
from tirkit.records import RecordedRun
from tirkit.types import Problem


async def run_bench(
    run: BenchRun,
    problems: Sequence[Problem],
    *,
    listener: Listener = ignore,
    beside: Beside | None = None,
    halt: Halt | None = None,
) -> BenchMetrics:
    """Solve what is not solved yet, record it, and measure all of it.

    Problems with the same text and domain are solved once and count each. Finished attempts of an
    interrupted run count as they are. Where nothing is left to do the engine is not started. A
    solution is measured and let go when it is recorded.

    Args:
        run: what runs and where it is recorded.
        problems: in the order of the report; earlier ones are served first.
        listener: hears what happens, for the problems that are worked on now.
        beside: runs beside the problems, with the solver.
        halt: may end the run early; then what is settled is measured.

    Raises:
        ConfigError: the records were made with other settings or of other problems, or nothing
            is settled.
        RecordError: the records are damaged, in use or cannot be written.
        EngineError, KernelError: no attempt at some problem could go on; the others were worked
            on and recorded, unless several failed in a row.
    """
    [outcome] = await run_benches([run], problems, listener=listener, beside=beside, halt=halt)
    if outcome.failures:
        raise outcome.failures[0][1]
    if outcome.metrics is None:
        raise ConfigError("nothing to measure: no problem was settled")
    return outcome.metrics


async def run_benches(
    runs: Sequence[BenchRun],
    problems: Sequence[Problem],
    *,
    listener: Listener = ignore,
    beside: Beside | None = None,
    halt: Halt | None = None,
) -> list[BenchOutcome]:
    """Run one benchmark after the other on the same engine, which is started once if at all.

    Args:
        runs: with their own settings and directories.
        problems: as for `run_bench`, and so are the others.
        listener: hears what happens.
        beside: runs beside the problems, with the solver.
        halt: may end the runs early.

    Returns:
        How each run ended that began; none begins once one was stopped or had failures.

    Raises:
        ConfigError: there is no problem, or as `run_bench`.
        RecordError: as `run_bench`.
        EngineError: the engine could not be started.
    """
    if not problems:
        raise ConfigError("there is no problem to solve")
    halt = halt or Halt()
    benches: list[OneRun] = []
    with halt.scope:
        async with LentEngines() as engines:
            for run in runs:
                benches.append(OneRun(run, problems, halt))
                await benches[-1].run(engines, Watch(listener, beside))
                if halt.finishing or benches[-1].failures:
                    break
    return [bench.outcome() for bench in benches]


def measure_recorded(directory: Path, settings: Settings) -> list[ProblemMetrics]:
    """Measure a recorded run as one with `settings` is; blocks.

    Raises:
        RecordError: there are no records, or they are damaged.
    """
    how = measuring(settings)
    return [measure_problem(solution, how) for solution in RecordedRun(directory).solutions()]
