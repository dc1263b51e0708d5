"""What `tirkit replay` has found, for people."""

from rich.console import Console
from rich.table import Table

from tirkit.bench.rerun import Difference, Group, RerunSummary
from tirkit.display import one_line


def show_rerun(summary: RerunSummary) -> None:
    """The classes as a table, the first that differ, and how fast it was."""
    console = Console(highlight=False, markup=False, emoji=False)
    table = Table("class", "cells", "meaning", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for group in Group:
        for kind in Difference:
            if kind.group is group and summary.counts[kind]:
                style = "red" if group is Group.DIFFERS else None
                table.add_row(kind.value, str(summary.counts[kind]), kind.meaning, style=style)
    console.print(table)
    for one in summary.examples:
        console.print(
            f"  {one_line(one.id)}, attempt {one.attempt}, cell {one.cell}: {one.difference}: "
            f"{one_line(one.detail)}",
            soft_wrap=True,
        )
    console.print(rerun_line(summary), soft_wrap=True)


def rerun_line(summary: RerunSummary) -> str:
    """All of it on one line."""
    earlier = f" ({summary.earlier} of an earlier run)" if summary.earlier else ""
    speed = summary.cells_per_second
    rate = f", {speed:.1f} cells a second" if speed is not None else ""
    return (
        f"{summary.traces} traces{earlier}, {summary.cells} cells: "
        f"{summary.of_group(Group.AGREES)} agree, {summary.of_group(Group.DIFFERS)} differ, "
        f"{summary.of_group(Group.NOT_COMPARED)} not compared; {summary.seconds:.1f} s{rate}"
    )
