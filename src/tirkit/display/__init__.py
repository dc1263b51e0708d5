"""Shows a run while it runs, and what it left."""

from tirkit.display.console import ConsoleDisplay, summary, tally_line
from tirkit.display.escape import one_line, visible
from tirkit.display.html import as_html, as_text
from tirkit.display.notebook import NotebookDisplay
from tirkit.display.picture import Picture
from tirkit.display.spans import Span, Writer, spans
from tirkit.display.table import draw
from tirkit.display.trajectory import coloured, plain, summary_line
from tirkit.display.view import View

__all__ = (
    "ConsoleDisplay",
    "NotebookDisplay",
    "Picture",
    "Span",
    "View",
    "Writer",
    "as_html",
    "as_text",
    "coloured",
    "draw",
    "one_line",
    "plain",
    "spans",
    "summary",
    "summary_line",
    "tally_line",
    "visible",
)
