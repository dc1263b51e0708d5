"""Shows a run while it runs."""

from tirkit.display.console import ConsoleDisplay, summary, tally_line
from tirkit.display.escape import one_line, visible
from tirkit.display.spans import Span, Writer, spans
from tirkit.display.trajectory import coloured, plain, summary_line
from tirkit.display.view import View

__all__ = (
    "ConsoleDisplay",
    "Span",
    "View",
    "Writer",
    "coloured",
    "one_line",
    "plain",
    "spans",
    "summary",
    "summary_line",
    "tally_line",
    "visible",
)
