"""Another run beside the one that was benched."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from tirkit.bench import BenchOutcome, BenchRun
from tirkit.bench.compare import Difference, RunComparison, compare_runs
from tirkit.bench.runner import measure_recorded
from tirkit.display import one_line
from tirkit.errors import ConfigError
from tirkit.records import RecordedRun
from tirkit.types import Problem

_SHOWN_IDS = 12


class OtherRun:
    """A directory of records to compare with, opened before anything runs.

    Of repeats, each run is compared with the one of the same seed below the directory; where that
    holds a single run, all are compared with it.

    Args:
        directory: of the other run or its repeats.
        runs: what is compared.
        problems: that are asked.

    Raises:
        ConfigError: there are no records, they are those of the runs themselves, or of other
            problems.
        RecordError: they are damaged.
    """

    def __init__(
        self, directory: Path, runs: Sequence[BenchRun], problems: Sequence[Problem]
    ) -> None:
        domain = runs[0].settings.answer_domain()
        asked = {problem.with_domain(domain).content_hash for problem in problems}
        self._places = [_place(directory, run, several=len(runs) > 1) for run in runs]
        for place in dict.fromkeys(self._places):
            # Told before hours of work.
            if asked.isdisjoint(RecordedRun(place).problems):
                raise ConfigError(f"{place} has settled none of these problems: nothing to compare")

    def compared(self, outcomes: Sequence[BenchOutcome]) -> Iterator[RunComparison]:
        """The comparison of each run that has settled problems.

        Raises:
            ConfigError: the runs share no problem.
            RecordError: the records are damaged.
        """
        for place, outcome in zip(self._places, outcomes, strict=False):
            if outcome.metrics is not None:
                others = measure_recorded(place, outcome.run.settings)
                yield compare_runs(outcome.metrics.rows, others)


def comparison_table(comparison: RunComparison) -> Table:
    """What two runs differ in, one figure a line."""
    table = Table(title=f"compared over {comparison.problems} problems", title_justify="left")
    for name in ("", "this run", "other", "difference", "p", "better/same/worse"):
        table.add_column(name, justify="right" if name else "left")
    shares = {"right verdicts": comparison.verdict, "right attempts": comparison.attempts}
    for name, share in shares.items():
        if share is not None:
            table.add_row(name, *_cells(share, 100, " %"))
    table.add_row("tokens", *_cells(comparison.tokens, 1, ""))
    table.add_row("seconds", *_cells(comparison.seconds, 1, ""))
    ids = {"gained": comparison.gained, "lost": comparison.lost, "regraded": comparison.regraded}
    notes = [f"{name}: {_listed(each)}" for name, each in ids.items() if each]
    alone = len(comparison.only_ours), len(comparison.only_other)
    if any(alone):
        notes.append(f"not compared: {alone[0]} problems of this run, {alone[1]} of the other")
    table.caption = "\n".join(notes) or None
    return table


def _cells(figure: Difference, scale: float, unit: str) -> tuple[str, ...]:
    gap = figure.difference
    return (
        f"{scale * figure.ours:.1f}{unit}",
        f"{scale * figure.other:.1f}{unit}",
        f"{scale * gap.value:+.1f} ({scale * gap.low:+.1f} to {scale * gap.high:+.1f})",
        f"{figure.p_value:.3f}" + ("" if figure.is_real else " (chance)"),
        f"{figure.wins}/{figure.ties}/{figure.losses}",
    )


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN_IDS} more" if len(ids) > _SHOWN_IDS else ""
    return one_line(", ".join(ids[:_SHOWN_IDS])) + more


def _place(directory: Path, run: BenchRun, *, several: bool) -> Path:
    beside = directory / run.out.name
    place = beside if several and beside.is_dir() else directory
    if place.resolve() == run.out.resolve():
        raise ConfigError(f"{place} is what is benched: compare with another run")
    if not (place / "records.jsonl").is_file():
        held = sorted(one.name for one in place.glob("seed-*") if one.is_dir())
        hint = f": name one of its runs, as {place / held[0]}" if held else ""
        raise ConfigError(f"{place} holds no records to compare with{hint}")
    return place
