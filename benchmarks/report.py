"""A table for people and JSON for machines, with the machine and the date beside the figures."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

import tirkit

RESULTS = Path(__file__).parent / "results"


@dataclass
class Report:
    """One benchmark's table.

    Attributes:
        name: of the benchmark; names its JSON file.
        columns: headings, units included.
        rows: the figures.
        targets: what the figures were asked to reach, and whether they did.
    """

    name: str
    columns: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    targets: list[tuple[str, bool]] = field(default_factory=list)

    def target(self, text: str, *, met: bool) -> None:
        """State what was asked and whether it was reached."""
        self.targets.append((text, met))

    def publish(self) -> None:
        """Print the table and write it as JSON."""
        console = Console()
        table = Table(title=f"{self.name} ({machine()})", title_justify="left")
        for column in self.columns:
            table.add_column(column, justify="right")
        for row in self.rows:
            table.add_row(*(shown(value) for value in row))
        console.print(table)
        for text, met in self.targets:
            console.print(f"  {'reached' if met else 'MISSED'}: {text}", highlight=False)
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        path.write_text(
            json.dumps(
                {
                    "name": self.name,
                    "machine": machine(),
                    "date": time.strftime("%Y-%m-%d"),
                    "tirkit": tirkit.__version__,
                    "columns": list(self.columns),
                    "rows": [list(row) for row in self.rows],
                    "targets": [{"text": text, "met": met} for text, met in self.targets],
                },
                indent=1,
            )
        )
        console.print(f"  written to {path.relative_to(RESULTS.parents[1])}", highlight=False)


def machine() -> str:
    """Processors, interpreter and system, without the machine's name."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release().split('-')[0]}"
    )


def shown(value: object) -> str:
    """A figure with three significant digits."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
