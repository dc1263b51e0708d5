"""Measures a packed model on problems it never saw: with tools, without, and how it chooses."""

import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from statistics import fmean

from examples.training.draw import Kind, draw_testing, problem_of
from examples.training.family import Family
from examples.training.judged import Judged, judge_recorded
from examples.training.rows import is_right
from examples.training.sample import engine_for, sample
from examples.training.settings import EvaluateTerms
from tirkit.bench import BenchMetrics, Estimate, Measuring, measure, wilson
from tirkit.engines import Engine
from tirkit.engines.started_once import StartedOnce
from tirkit.records import RecordedRun
from tirkit.selection import parse_selector
from tirkit.selection.judges import parse_judge
from tirkit.types import CodeStatus, Solution, Trajectory

FIGURES_FILE = "figures.json"
TABLE_FILE = "figures.md"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one test set came to. Shares are with their 95 % intervals.

    Attributes:
        kind: what of it was never trained on.
        tier: of its problems; 0 for all tiers together.
        tools: whether code could be run.
        problems: measured.
        attempts: at each.
        pass_at_1: share of right attempts.
        selected: share of problems each selector has right, all attempts taken.
        turns: mean per attempt.
        cells: mean per attempt.
        sampled_tokens: mean per attempt.
        right_tokens: the same of right attempts; the mean of the problems' means, so that a model
            that solves more of the long ones does not seem longer. None if none is right.
        failed: attempts with a cell that raised.
        recovered: share of those that ended right.
        judged: how the model chooses.
    """

    kind: Kind
    tier: int
    tools: bool
    problems: int
    attempts: float
    pass_at_1: Estimate | None
    selected: dict[str, Estimate]
    turns: float
    cells: float
    sampled_tokens: float
    right_tokens: float | None
    failed: int
    recovered: Estimate | None
    judged: Judged | None = None


async def evaluate(
    pack: Path, families: Sequence[Family], terms: EvaluateTerms, directory: Path
) -> list[Figures]:
    """Sample all test sets and write the figures as JSON and as a table.

    Goes on where an earlier call ended.
    """
    found: list[Figures] = []
    async with (
        AsyncExitStack() as stack,
        StartedOnce(engine_for(pack, terms.sample, terms.engine), stack) as engine,
    ):
        for kind in terms.kinds:
            for tier in (1, 2, 3):
                found += await _measure_set(engine, families, kind, tier, terms, directory)
            found += _of_all_tiers(kind, terms, directory)
    rows = [asdict(one) for one in found]
    (directory / FIGURES_FILE).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (directory / TABLE_FILE).write_text(figures_table(found), encoding="utf-8")
    return found


async def _measure_set(
    engine: Engine,
    families: Sequence[Family],
    kind: Kind,
    tier: int,
    terms: EvaluateTerms,
    directory: Path,
) -> list[Figures]:
    number = terms.per_tier if kind == "parameters" else terms.others_per_tier
    drawn = draw_testing(families, tier, number, terms.sample.seed, kind)
    if not drawn:
        return []
    problems = [problem_of(one) for one in drawn]
    found = []
    for direct in (False, True) if terms.without_tools else (False,):
        out = directory / _folder(kind, tier, tools=not direct)
        await sample(engine, problems, terms.sample, out, direct=direct)
        judged = None
        if terms.judge and not direct:
            judge = parse_judge(terms.judge)
            judged = await judge_recorded(engine, out, judge, terms.sample.seed)
        found.append(figures_of([out], kind, tier, terms, judged, tools=not direct))
    return found


def _folder(kind: Kind, tier: int, *, tools: bool) -> str:
    return f"{kind}-tier{tier}-{'tools' if tools else 'direct'}"


def _of_all_tiers(kind: Kind, terms: EvaluateTerms, directory: Path) -> list[Figures]:
    """The tiers together, each with as many problems as it has."""
    found = []
    for tools in (True, False):
        folders = [directory / _folder(kind, tier, tools=tools) for tier in (1, 2, 3)]
        if some := [folder for folder in folders if folder.is_dir()]:
            found.append(figures_of(some, kind, 0, terms, tools=tools))
    return found


def figures_of(
    records: Sequence[Path],
    kind: Kind,
    tier: int,
    terms: EvaluateTerms,
    judged: Judged | None = None,
    *,
    tools: bool = True,
) -> Figures:
    """The figures of the recorded attempts of one or more runs; blocks."""
    how = Measuring(tuple(map(parse_selector, terms.selectors)))
    metrics = measure(_solutions(records), how)
    ended = [(one.problem, each) for one in _solutions(records) for each in one.trajectories]
    failed = [(problem, each) for problem, each in ended if _has_failed_cell(each)]
    right = sum(is_right(problem, each) for problem, each in failed)
    work = metrics.work
    return Figures(
        kind=kind,
        tier=tier,
        tools=tools,
        problems=metrics.problems,
        attempts=work.attempts / metrics.problems,
        pass_at_1=metrics.pass_at_1,
        selected=_with_all(metrics),
        turns=work.turns / work.attempts,
        cells=work.cells / work.attempts,
        sampled_tokens=work.sampled_tokens / work.attempts,
        right_tokens=_right_tokens(records),
        failed=len(failed),
        recovered=wilson(right, len(failed)) if failed else None,
        judged=judged,
    )


def _solutions(records: Sequence[Path]) -> Iterator[Solution]:
    return chain.from_iterable(RecordedRun(one).solutions() for one in records)


def _right_tokens(records: Sequence[Path]) -> float | None:
    means = []
    for one in _solutions(records):
        right = [each for each in one.trajectories if is_right(one.problem, each)]
        if right:
            means.append(fmean(each.usage.sampled_tokens for each in right))
    return fmean(means) if means else None


def _has_failed_cell(trajectory: Trajectory) -> bool:
    results = [turn.result for turn in trajectory.turns if turn.result is not None]
    return any(result.status is not CodeStatus.OK for result in results)


def _with_all(metrics: BenchMetrics) -> dict[str, Estimate]:
    """Each selector with as many attempts as there are."""
    return {name: by_k[max(by_k)] for name, by_k in metrics.selected.items() if by_k}


def figures_table(figures: Sequence[Figures]) -> str:
    """The figures as Markdown."""
    names = list(dict.fromkeys(name for one in figures for name in one.selected))
    head = ["unseen", "tier", "tools", "problems", "attempts", "pass@1", *names]
    head += ["turns", "cells", "tokens", "of right", "failed", "recovered"]
    lines = [head, ["---"] * len(head)]
    lines += [_line(one, names) for one in figures]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    judged = [one for one in figures if one.judged is not None]
    return table + ("\n" + _judged_table(judged) if judged else "")


def _line(one: Figures, names: Sequence[str]) -> list[str]:
    return [
        one.kind,
        str(one.tier or "all"),
        "yes" if one.tools else "no",
        str(one.problems),
        f"{one.attempts:.0f}",
        _told(one.pass_at_1),
        *(_told(one.selected.get(name)) for name in names),
        f"{one.turns:.2f}",
        f"{one.cells:.2f}",
        f"{one.sampled_tokens:.0f}",
        "" if one.right_tokens is None else f"{one.right_tokens:.0f}",
        str(one.failed),
        _told(one.recovered),
    ]


def _judged_table(figures: Sequence[Figures]) -> str:
    lines = [["unseen", "tier", "disagreed", "random pick", "majority", "judge", "judge alone"]]
    lines.append(["---"] * len(lines[0]))
    for one in figures:
        judged = one.judged
        assert judged is not None, "told only of sets that were judged"
        some = (judged.random_pick, judged.majority, judged.judge, judged.judge_alone)
        lines.append([one.kind, str(one.tier), str(judged.problems), *map(_told, some)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _told(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    value, low, high = (100 * one for one in (estimate.value, estimate.low, estimate.high))
    return f"{value:.1f} ({low:.1f}-{high:.1f})"
