"""Who looks on while `tirkit bench` works: the terminal, `tirkit watch` by a file, a scraper."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import anyio.to_thread

from tirkit.bench import BenchRun
from tirkit.cli.signals import Say, say
from tirkit.display import ConsoleDisplay, View
from tirkit.display.live_file import LiveFile
from tirkit.events import Listener, heard_by
from tirkit.records import ProblemEntry, RecordedRun
from tirkit.solver import Solver
from tirkit.telemetry import PrometheusEvents
from tirkit.types import Problem


class BenchLook:
    """One picture of all runs, drawn on the terminal if asked and written beside the records.

    Args:
        runs: in their order.
        problems: of each of them.
        show: whether it is drawn.
        port: metrics are served on it to Prometheus; None for nowhere.
    """

    def __init__(
        self,
        runs: Sequence[BenchRun],
        problems: Sequence[Problem],
        *,
        show: bool,
        port: int | None = None,
    ) -> None:
        self._runs = runs
        self._view = View(len(problems) * len(runs))
        self._display = ConsoleDisplay(view=self._view) if show else None
        self._port = port
        self._metrics = None if port is None else _metrics(self._view)
        first = runs[0].out
        self.file = LiveFile(first if len(runs) == 1 else first.parent, self._view, held=True)
        """Tells whoever watches of all runs; entered around them, begun by the first one."""
        domain = runs[0].settings.answer_domain()
        self._keys = {problem.with_domain(domain).content_hash for problem in problems}
        self._counted: set[Path] = set()

    @property
    def listener(self) -> Listener:
        """What hears the runs' events."""
        shown = self._view.take if self._display is None else self._display.listen
        return shown if self._metrics is None else heard_by(shown, self._metrics.listen)

    @property
    def say(self) -> Say:
        """Tells a notice to the person who looks on."""
        return say if self._display is None else self._display.say

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw and serve as long as the body runs.

        Raises:
            ConfigError: the port cannot be had.
        """
        with ExitStack() as stack:
            if self._metrics is not None and self._port is not None:
                port = stack.enter_context(self._metrics.served(self._port))
                say(f"metrics are served at http://127.0.0.1:{port}/metrics")
            if self._display is not None:
                stack.enter_context(self._display)
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


def _metrics(view: View) -> PrometheusEvents:
    metrics = PrometheusEvents()
    for name in ("leased", "waiting", "starting"):
        metrics.watch(
            f"kernels_{name}",
            f"Kernels or leases that are {name}",
            partial(_kernels, view, name),
        )
    return metrics


def _kernels(view: View, name: str) -> float:
    kernels = view.picture(attempts=0).kernels
    return float(getattr(kernels, name)) if kernels is not None else 0.0
