"""The console script."""

import typer

from tirkit.cli.bench import bench
from tirkit.cli.doctor import doctor
from tirkit.cli.exec import exec_
from tirkit.cli.export import export
from tirkit.cli.frontier import frontier
from tirkit.cli.grade import grade
from tirkit.cli.presets import presets
from tirkit.cli.replay import replay
from tirkit.cli.report import report
from tirkit.cli.road import road
from tirkit.cli.show import show
from tirkit.cli.solve import solve
from tirkit.cli.vote import vote
from tirkit.cli.watch import watch

app = typer.Typer(
    name="tirkit",
    help="Language models that solve mathematics with code.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(solve)
app.command()(bench)
app.command("exec")(exec_)
app.command()(grade)
app.command()(presets)
app.command()(replay)
app.command()(report)
app.command()(show)
app.command()(vote)
app.command()(watch)
app.command()(frontier)
app.command()(export)
app.command()(road)
app.command()(doctor)


def main() -> None:
    """Run the command line."""
    app()
