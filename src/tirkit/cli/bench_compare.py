"""Another run beside the one that was benched."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tirkit.bench import BenchOutcome, BenchRun
from tirkit.bench.compare import RunComparison, compare_runs
from tirkit.bench.runner import measure_recorded
from tirkit.errors import ConfigError
from tirkit.records import RecordedRun
from tirkit.types import Problem


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
