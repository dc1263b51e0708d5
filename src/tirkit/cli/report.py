"""`tirkit report`: a recorded run as one page, as Markdown, as CSV or as JSON."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from tirkit.cli import options
from tirkit.cli.errors import exit_codes
from tirkit.errors import ConfigError, RecordError
from tirkit.report import (
    MOST_MB,
    RunReport,
    attempts_csv,
    json_pieces,
    markdown,
    problems_csv,
    write_html,
)

_PAGE = "report.html"
_STDOUT = Path("-")


class Form(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MD = "md"
    CSV = "csv"
    JSON = "json"


class Rows(StrEnum):
    """What a row of a CSV file is."""

    ATTEMPTS = "attempts"
    PROBLEMS = "problems"


def report(
    directory: Annotated[Path, typer.Argument(help="A run's folder.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file; else report.html in DIR, or stdout."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="What to write.")] = Form.HTML,
    rows: Annotated[
        Rows, typer.Option("--rows", help="With --format csv: what a row is.")
    ] = Rows.ATTEMPTS,
    most_mb: Annotated[
        float,
        typer.Option("--max-mb", help="Largest page, in MB; long traces are cut until it fits."),
    ] = MOST_MB,
    title: Annotated[str, typer.Option("--title", help="Of the report; else DIR's name.")] = "",
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Show a run in one HTML file that needs no network, as Markdown, as CSV or as JSON."""
    with exit_codes():
        made = _opened(directory, title)
        if form is not Form.HTML:
            if show:
                raise ConfigError("--open is for pages: leave --format out")
            _write(out or _STDOUT, _pieces(made, form, rows))
            return
        if most_mb <= 0:
            raise ConfigError(f"--max-mb is {most_mb:g}: it must be above 0")
        page = out or directory / _PAGE
        if page == _STDOUT:
            raise ConfigError("a page goes to a file: name it with --out")
        told = write_html(made, page, most_mb)
        if not quiet:
            for note in told.notes:
                print(f"note: {note}", file=sys.stderr)
            print(page)
        if show:
            typer.launch(page.resolve().as_uri())


def _opened(directory: Path, title: str) -> RunReport:
    """The run, wrong use where there is none."""
    try:
        return RunReport(directory, title=title)
    except RecordError as error:
        if directory.is_dir() and (directory / "records.jsonl").exists():
            raise
        raise ConfigError(str(error)) from error


def _pieces(made: RunReport, form: Form, rows: Rows) -> Iterable[str]:
    if form is Form.MD:
        return (markdown(made.summary()), "\n")
    if form is Form.JSON:
        return json_pieces(made.summary(), made.sections())
    return attempts_csv(made) if rows is Rows.ATTEMPTS else problems_csv(made.summary())


def _write(path: Path, pieces: Iterable[str]) -> None:
    if path == _STDOUT:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace", newline="")
        sys.stdout.writelines(pieces)
        return
    try:
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
