"""What a benchmark runs, and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tirkit.bench.metrics import BenchMetrics
from tirkit.config import Settings
from tirkit.engines import Engine
from tirkit.errors import TirkitError
from tirkit.kernels import KernelSource
from tirkit.records import RecordWriter
from tirkit.records.reader import RECORDS_FILE
from tirkit.types import Problem

_NOT_COMPARED = {"kernels", "max_in_flight"}
"""Settings of the machine, not of the experiment: a run may be gone on with elsewhere."""


@dataclass(frozen=True, slots=True)
class BenchRun:
    """What runs and where it is recorded.

    Attributes:
        engine: not entered.
        settings: of every problem.
        out: directory of the records; made if it does not exist.
        kernels: an entered pool to share; None for one of the run's own.
        told: JSON values for the head of the records, such as the name of the dataset; never
            secrets.
    """

    engine: Engine
    settings: Settings
    out: Path
    kernels: KernelSource | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def recorded_settings(self) -> dict[str, Any]:
        """What a run must share with the one it goes on with."""
        settings = self.settings.model_dump(mode="json", exclude=_NOT_COMPARED)
        return {"engine": self.engine.name, **settings}

    def writer(self, problems: Sequence[Problem]) -> RecordWriter:
        """What writes the run's records, not entered.

        Args:
            problems: that are asked, as they are put.
        """
        facts = {"problems": len(problems), "problems_hash": list_hash(problems)}
        return RecordWriter(
            self.out,
            self.recorded_settings(),
            beside=self.settings.model_dump(mode="json", include=_NOT_COMPARED),
            facts={**self.told, **facts},
        )


@dataclass(frozen=True, slots=True)
class BenchOutcome:
    """How a run ended.

    Attributes:
        run: what ran.
        metrics: of the problems that are settled; None if none is.
        problems: how many were asked.
        left: those of them that are not settled.
        failures: problem ids and why no attempt at them could go on; they are tried again when
            the run is gone on with.
        stopped: whether somebody asked it to end before it was done.
    """

    run: BenchRun
    metrics: BenchMetrics | None
    problems: int
    left: int = 0
    failures: tuple[tuple[str, TirkitError], ...] = ()
    stopped: bool = False


def has_records(run: BenchRun) -> bool:
    """Whether something is recorded in the run's directory."""
    try:
        return (run.out / RECORDS_FILE).stat().st_size > 0
    except OSError:
        return False


def list_hash(problems: Iterable[Problem]) -> str:
    """SHA-256 (hex) of a list of problems: their content hashes in order."""
    return sha256("\n".join(problem.content_hash for problem in problems).encode()).hexdigest()
