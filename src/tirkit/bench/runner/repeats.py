"""The same benchmark several times with other seeds, and how far the figures differ."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tirkit.bench.estimates import bootstrap
from tirkit.bench.metrics import BenchMetrics, ProblemMetrics
from tirkit.bench.runner.terms import BenchRun, has_records
from tirkit.errors import ConfigError
from tirkit.records.reader import RECORDS_FILE

_FOLDER = "seed-"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over several repeats.

    Attributes:
        values: of each repeat, in their order.
        mean: of the values of the problems' means over the repeats.
        spread: standard deviation between the repeats; None of a single one.
        low: lower end of the pooled 95 % interval.
        high: upper end.
    """

    values: tuple[float, ...]
    mean: float
    spread: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RepeatedMetrics:
    """How good several repeats were together. A figure is None where nothing was graded.

    The pooled interval resamples problems (bootstrap), each with its mean over the repeats: repeats
    tell the same problems again, so they narrow what chance in the attempts adds and not what the
    choice of the problems does.

    Attributes:
        seeds: of the repeats.
        repeats: figures of each.
        pass_at_1: share of right attempts.
        maj_at_k: share of problems whose verdict is right.
        no_answer: share of problems whose verdict has no answer.
    """

    seeds: tuple[int, ...]
    repeats: tuple[BenchMetrics, ...]
    pass_at_1: Figure | None
    maj_at_k: Figure | None
    no_answer: Figure


def repeat_runs(run: BenchRun, repeats: int) -> list[BenchRun]:
    """A run as often as asked, with seeds that count up from its own; one stays as it is.

    Each of several has its own directory `seed-N` in that of the run.

    Raises:
        ConfigError: `repeats` is below 1, or the directory holds a single run where several are
            asked or the other way round.
    """
    if repeats < 1:
        raise ConfigError(f"repeats is {repeats}: it must be at least 1")
    if repeats == 1:
        if any(run.out.glob(f"{_FOLDER}*/{RECORDS_FILE}")):
            raise ConfigError(f"{run.out} holds repeats: give --repeats, or use another --out")
        return [run]
    if has_records(run):
        raise ConfigError(f"{run.out} holds a single run: use another --out for repeats")
    first = run.settings.seed
    return [
        replace(
            run,
            settings=run.settings.model_copy(update={"seed": seed}),
            out=run.out / f"{_FOLDER}{seed}",
        )
        for seed in range(first, first + repeats)
    ]


def refuse_records(runs: Iterable[BenchRun]) -> None:
    """Take new directories only.

    Raises:
        ConfigError: one of them holds records.
    """
    for run in runs:
        if has_records(run):
            raise ConfigError(
                f"{run.out} holds records: leave --no-resume out to go on with them, or use "
                "another --out"
            )


def sum_up_repeats(seeds: Sequence[int], repeats: Sequence[BenchMetrics]) -> RepeatedMetrics:
    """Put the figures of repeats together.

    Raises:
        ConfigError: there is none.
    """
    if not repeats:
        raise ConfigError("nothing to measure: no repeat has a settled problem")
    no_answer = _figure(repeats, lambda row: float(row.answer is None))
    assert no_answer is not None, "a repeat without a problem"
    return RepeatedMetrics(
        seeds=tuple(seeds),
        repeats=tuple(repeats),
        pass_at_1=_figure(repeats, _share_right),
        maj_at_k=_figure(repeats, lambda row: None if row.correct is None else float(row.correct)),
        no_answer=no_answer,
    )


def _share_right(row: ProblemMetrics) -> float | None:
    return row.right / row.finished if row.right is not None and row.finished else None


def _figure(
    repeats: Iterable[BenchMetrics], value: Callable[[ProblemMetrics], float | None]
) -> Figure | None:
    """The figure with one value per problem and repeat; None where no problem has one."""
    by_problem: defaultdict[str, list[float]] = defaultdict(list)
    values: list[float] = []
    for repeat in repeats:
        told = [(row.problem_id, value(row)) for row in repeat.rows]
        found = [(name, one) for name, one in told if one is not None]
        for name, one in found:
            by_problem[name].append(one)
        if found:
            values.append(math.fsum(one for _, one in found) / len(found))
    if not values:
        return None
    pooled = bootstrap([statistics.fmean(each) for each in by_problem.values()])
    spread = statistics.stdev(values) if len(values) > 1 else None
    return Figure(tuple(values), pooled.value, spread, pooled.low, pooled.high)
