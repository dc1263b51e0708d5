"""Who looks on while `tirkit bench` works: the terminal, and a file for `tirkit watch`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import anyio.to_thread

from tirkit.bench import BenchRun
from tirkit.cli.signals import Say, say
from tirkit.display import ConsoleDisplay, View
from tirkit.display.live_file import LiveFile
from tirkit.events import Listener
from tirkit.records import ProblemEntry, RecordedRun
from tirkit.solver import Solver
from tirkit.types import Problem


class BenchLook:
    """One picture of all runs, drawn on the terminal if asked and written beside the records.

    Args:
        runs: in their order.
        problems: of each of them.
        show: whether it is drawn.
    """

    def __init__(
        self, runs: Sequence[BenchRun], problems: Sequence[Problem], *, show: bool
    ) -> None:
        self._runs = runs
        self._view = View(len(problems) * len(runs))
        self._display = ConsoleDisplay(view=self._view) if show else None
        first = runs[0].out
        self.file = LiveFile(first if len(runs) == 1 else first.parent, self._view, held=True)
        """Tells whoever watches of all runs; entered around them, begun by the first one."""
        domain = runs[0].settings.answer_domain()
        self._keys = {problem.with_domain(domain).content_hash for problem in problems}
        self._counted: set[Path] = set()

    @property
    def listener(self) -> Listener:
        """What hears the runs' events."""
        return self._view.take if self._display is None else self._display.listen

    @property
    def say(self) -> Say:
        """Tells a notice to the person who looks on."""
        return say if self._display is None else self._display.say

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw as long as the body runs."""
        if self._display is None:
            yield
        else:
            with self._display:
                yield

    async def beside(self, run: BenchRun, solver: Solver) -> None:
        """Tell of a run what its solver says and what was settled before."""
        self._view.follow(solver.status)
        self.file.begin()
        for one in self._runs[: self._runs.index(run) + 1]:
            if one.out not in self._counted:
                self._counted.add(one.out)
                self._view.count_recorded(await anyio.to_thread.run_sync(self._settled, one.out))

    def _settled(self, directory: Path) -> list[ProblemEntry]:
        entries = RecordedRun(directory).problems
        return [entry for key, entry in entries.items() if key in self._keys]
