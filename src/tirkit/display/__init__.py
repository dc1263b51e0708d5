"""Shows a run while it runs."""

from tirkit.display.console import ConsoleDisplay, summary, tally_line
from tirkit.display.view import AttemptView, ProblemView, View

__all__ = ("AttemptView", "ConsoleDisplay", "ProblemView", "View", "summary", "tally_line")
