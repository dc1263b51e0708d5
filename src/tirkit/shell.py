"""Lets solutions and trajectories show themselves in IPython; loads the display only for that."""

import sys
from typing import Any

_SHOWN = {"Solution": "tirkit.types.solution", "Trajectory": "tirkit.types.trajectory"}


def show_in_ipython() -> None:
    """Register with the IPython shell of this process, if it has one."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    for name, module in _SHOWN.items():
        formatters["text/html"].for_type_by_name(module, name, _html)
        formatters["text/plain"].for_type_by_name(module, name, _pretty)


def _html(value: Any) -> str:  # noqa: ANN401 - what is shown
    from tirkit.display.html import as_html  # noqa: PLC0415 - loaded when something is shown

    return as_html(value)


def _pretty(value: Any, printer: Any, cycle: bool) -> None:  # noqa: ANN401, FBT001 - IPython's
    from tirkit.display.html import as_text  # noqa: PLC0415 - loaded when something is shown

    del cycle
    first, *rest = as_text(value).splitlines()
    printer.text(first)
    for line in rest:
        printer.break_()
        printer.text(line)
