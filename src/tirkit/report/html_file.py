"""Writes a report as one HTML file of bounded size."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tirkit.errors import ConfigError
from tirkit.report.build import Caps, Fit, RunReport
from tirkit.report.page import page_pieces, section_bytes
from tirkit.report.payload import Summary

MOST_MB = 5.0
"""Of 10^6 bytes: what a mail or a chat takes, and a phone opens at once."""
_NOTES_BYTES = 2_000
"""Kept free for notes on what was left out."""


def write_html(report: RunReport, path: Path, most_mb: float = MOST_MB) -> Summary:
    """Write the page, long traces cut so that it is no larger than asked.

    The file is there whole or not at all. The run is read twice, or three times where the first
    guess at the length of traces was too high.

    Args:
        report: what to show.
        path: of the file.
        most_mb: largest size, in MB of 10^6 bytes.

    Raises:
        RecordError: a row is damaged.
        ConfigError: the run does not fit, or the file cannot be written.
    """
    most = int(most_mb * 1e6)
    fit = Fit(report.problem_count, most, section_bytes)
    summary = report.summary(fit.add)
    bare = sum(len(piece.encode()) for piece in page_pieces(summary, ()))
    tries = (
        _written(report, summary, caps, path, most) for caps in fit.caps(most - bare - _NOTES_BYTES)
    )
    return next(told for told in tries if told is not None)


def _written(
    report: RunReport, summary: Summary, caps: Caps, path: Path, most_bytes: int
) -> Summary | None:
    """The summary as it was written; None if the page would have been too large."""
    notes = (*summary.notes, *_left_out(caps, report.directory))
    told = replace(summary, notes=notes)
    return told if _write(path, page_pieces(told, report.sections(caps)), most_bytes) else None


def _left_out(caps: Caps, directory: Path) -> Iterator[str]:
    whole = f"tirkit show {directory.name} --problem ID --attempt NUMBER shows one whole"
    if caps.trace_chars == 0:
        yield f"the texts of traces are left out to keep the page small: {whole}"
    elif caps.trace_chars is not None:
        yield (
            f"of traces with more than {caps.trace_chars:,} characters the middle of their longest "
            f"pieces is left out, thinking first, to keep the page small: {whole}"
        )
    if caps.attempts is not None:
        yield f"only the first attempts of each problem are shown, at most {caps.attempts}: {whole}"


def _write(path: Path, pieces: Iterable[str], most_bytes: int) -> bool:
    """Write the pieces, or nothing if they are too long together."""
    partial, fits = path.with_name(path.name + ".partial"), True
    try:
        with partial.open("wb") as file:
            for piece in pieces:
                file.write(piece.encode("utf-8", "replace"))
                if not (fits := file.tell() <= most_bytes):
                    break
        if fits:
            partial.replace(path)
        else:
            partial.unlink()
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return fits
