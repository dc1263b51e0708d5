"""What a re-run has found, counted."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from tirkit.bench.rerun.difference import Difference, Group
from tirkit.bench.rerun.run import RerunTrace

_MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A cell that differs, for a person to look at.

    Attributes:
        id: of its trace.
        attempt: of its trace.
        cell: number of the cell in its trace, from 1.
        difference: its class.
        detail: the exception, else both outputs.
    """

    id: str
    attempt: int
    cell: int
    difference: str
    detail: str


@dataclass(slots=True)
class RerunSummary:
    """What a re-run has found so far.

    Attributes:
        traces: run again, the ones of an earlier run included.
        earlier: how many of them were found in the file of an earlier run.
        cells: of these traces.
        run: cells that were run now.
        seconds: wall time of this run.
        kernel_seconds: what the cells took in their kernels, summed up.
        counts: cells by class.
        examples: the first that differ.
    """

    traces: int = 0
    earlier: int = 0
    cells: int = 0
    run: int = 0
    seconds: float = 0.0
    kernel_seconds: float = 0.0
    counts: Counter[Difference] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def add(self, found: RerunTrace) -> None:
        """Count a trace that was run."""
        self.traces += 1
        for number, cell in enumerate(found.cells, 1):
            self.cells += 1
            if cell.result is not None:
                self.run += 1
                self.kernel_seconds += cell.result.duration_seconds
            self.counts[cell.compared.difference] += 1
            kind = cell.compared.difference
            if kind.group is Group.DIFFERS and len(self.examples) < _MOST_EXAMPLES:
                trace = found.trace
                example = Example(trace.id, trace.attempt, number, kind.value, cell.detail)
                self.examples.append(example)

    def add_earlier(self, differences: list[Difference]) -> None:
        """Count a trace of an earlier run by the classes of its cells."""
        self.traces += 1
        self.earlier += 1
        self.cells += len(differences)
        self.counts.update(differences)

    def of_group(self, group: Group) -> int:
        """Cells whose class is of a group."""
        return sum(count for kind, count in self.counts.items() if kind.group is group)

    @property
    def cells_per_second(self) -> float | None:
        """Cells run in this run, over its wall time; None before any."""
        return self.run / self.seconds if self.run and self.seconds > 0 else None

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON values; classes that did not occur are left out."""
        return {
            "traces": self.traces,
            "earlier": self.earlier,
            "cells": self.cells,
            "run": self.run,
            "seconds": round(self.seconds, 3),
            "kernel_seconds": round(self.kernel_seconds, 3),
            "cells_per_second": self.cells_per_second,
            **{group.value.replace(" ", "_"): self.of_group(group) for group in Group},
            "classes": [
                {
                    "name": kind.value,
                    "group": kind.group.value,
                    "cells": self.counts[kind],
                    "meaning": kind.meaning,
                }
                for kind in Difference
                if self.counts[kind]
            ],
            "examples": [asdict(one) for one in self.examples],
        }
