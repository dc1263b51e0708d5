"""A live display in one output of a notebook.

Only what every front end knows is used: HTML with inline SVG and text beside it, updated by a
display id. So JupyterLab, VS Code and nbclient show it alike, without an extension.
"""

import contextvars
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tirkit.display.console import ConsoleDisplay
from tirkit.display.html import MOST_ROWS, solution_html, solution_text
from tirkit.display.live_html import picture_html, picture_text
from tirkit.display.view import View
from tirkit.events import Event, ProblemFinished
from tirkit.types import Solution

_UPDATE_SECONDS = 0.25
_IDLE_SECONDS = 1.0
"""Where nothing happens, the clock in the output moves so often."""
_END_SECONDS = 5.0
_LOG = logging.getLogger("tirkit.display")


class NotebookDisplay:
    """Shows a run in one output of a notebook; a context manager whose `listen` takes events.

    The output is updated at most four times a second, from a thread of its own. Outside a notebook
    it is a `ConsoleDisplay`.

    Args:
        problems: how many the whole run has; None if that is not known.
        view: what is drawn; None for one of its own.
    """

    def __init__(self, problems: int | None = None, *, view: View | None = None) -> None:
        self.view = view or View(problems)
        self._solution: Solution | None = None
        self._solved = 0
        self._console: ConsoleDisplay | None = None
        self._stack = ExitStack()
        self._changed = True

    def __enter__(self) -> Self:
        if in_notebook():
            self._stack.enter_context(_Output(self._bundle, self._take_changed))
        else:
            self._console = ConsoleDisplay(view=self.view)
            self._stack.enter_context(self._console)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._changed = True
        self._stack.close()

    def listen(self, event: Event) -> None:
        """Take one event."""
        if self._console is not None:
            self._console.listen(event)
            return
        self.view.take(event)
        if isinstance(event, ProblemFinished):
            self._solved += 1
            self._solution = event.solution if self._solved == 1 else None
        self._changed = True

    def _take_changed(self) -> bool:
        changed, self._changed = self._changed, False
        return changed

    def _bundle(self) -> dict[str, str]:
        solution = self._solution
        if solution is not None and not self.view.problems and (self.view.total or 1) == 1:
            return {"text/html": solution_html(solution), "text/plain": solution_text(solution)}
        picture = self.view.picture(MOST_ROWS)
        return {"text/html": picture_html(picture), "text/plain": picture_text(picture)}


class _Output:
    """One output that is made anew from time to time, by a thread."""

    def __init__(self, bundle: Callable[[], dict[str, str]], changed: Callable[[], bool]) -> None:
        self._bundle, self._changed = bundle, changed
        self._end = Flag()
        self._thread = Thread(target=self._keep, name="tirkit notebook display", daemon=True)

    def __enter__(self) -> Self:
        from IPython.display import DisplayHandle  # noqa: PLC0415 - only where it is loaded

        made: Any = DisplayHandle  # not typed in IPython
        self._handle = made()
        self._handle.display(self._bundle(), raw=True)
        # Front ends match outputs to the cell by what the context of the cell's thread holds.
        self._context = contextvars.copy_context()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join(_END_SECONDS)
        self._update()

    def _keep(self) -> None:
        idle = 0.0
        while not self._end.wait(_UPDATE_SECONDS):
            idle += _UPDATE_SECONDS
            if self._changed() or idle >= _IDLE_SECONDS:
                idle = 0.0
                if not self._update():
                    return

    def _update(self) -> bool:
        try:
            self._context.copy().run(self._handle.update, self._bundle(), raw=True)
        except Exception:  # noqa: BLE001 - a picture must not end the run; logged
            _LOG.exception("the notebook's output could not be updated")
            return False
        return True


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    shell = _shell()
    return shell is not None and getattr(shell, "kernel", None) is not None


def _shell() -> Any:  # noqa: ANN401 - an IPython shell, or None
    # Never imported for this: where nobody has, there is no notebook.
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
