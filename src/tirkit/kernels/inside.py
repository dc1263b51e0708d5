"""Runs inside a kernel, before any cell: what makes a stock ipykernel fit for tirkit.

Only the text of this file and of `tap` goes to the kernel, into one namespace, so neither may
import tirkit at run time. Together they cap each cell's output at the source, so that a flood
never reaches the parent; capture what is written to the file descriptors; keep output of an
earlier cell's threads out of later cells; and tell the parent which names are defined.
"""

import asyncio
import builtins
import contextvars
import ctypes
import os
import select
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tirkit.kernels.tap import Tap, encodable  # noqa: TC004 - in a kernel, both share one namespace

Foreign = Any
"""An object of IPython or ipykernel, which ship no types for it."""

REPORT = "application/vnd.tirkit.cell+json"
"""Data type of the message that ends a cell: characters cut, names defined."""

NAMES_LIMIT = 64
"""Most names told; the latest ones, as a star import brings hundreds."""

_NAME_CHARS = 80
_DISPLAYS_PER_CELL = 100
_CUT_LINE = "\n  [traceback cut here]\n"
_PR_SET_PDEATHSIG = 1

_COLOUR_VARIABLES = ("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR")
"""Set by ipykernel, which takes its reader for a notebook."""


class CellReport:
    """Follows the cells of one shell and reports at the end of each.

    Args:
        shell: the kernel's InteractiveShell.
        limit: see `Tap`.
    """

    def __init__(self, shell: Foreign, limit: int) -> None:
        self._shell = shell
        self._limit = limit
        self._taps = {"stdout": Tap(sys.stdout, 1, limit), "stderr": Tap(sys.stderr, 2, limit)}
        self._libc = ctypes.CDLL(None)
        self._known: frozenset[str] = frozenset()
        self._told: list[str] = []
        self._displays = 0
        self._value_cut = 0
        self._source = ""
        threading.Thread(target=self._follow_pipes, name="tirkit", daemon=True).start()

    def install(self) -> None:
        """Hook into the shell; names defined by now are not told."""
        shell = self._shell
        # IPython would keep all output of all cells in memory.
        shell._tee = record_nothing  # noqa: SLF001
        self._known = frozenset(shell.user_ns)
        shell.display_formatter.active_types = ["text/plain"]
        shell.displayhook.quiet = self._ends_with_semicolon
        shell.displayhook.register_hook(self._cap_display)
        shell.display_pub.register_hook(self._cap_display)
        shell._showtraceback = partial(self._show_error, shell._showtraceback)  # noqa: SLF001
        shell.kernel.do_execute = partial(self._cap_reply, shell.kernel.do_execute)
        shell.events.register("pre_execute", self._begin)
        shell.events.register("pre_run_cell", self._remember_source)
        shell.events.register("post_execute", self._finish)

    def _begin(self) -> None:
        self._value_cut = self._displays = 0
        for tap in self._taps.values():
            tap.begin()

    def _remember_source(self, info: Foreign) -> None:
        self._source = info.raw_cell or ""

    def _finish(self) -> None:
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
        self._libc.fflush(None)
        self._shell.history_manager.outputs.clear()
        report: dict[str, Any] = {}
        cut = {name: count for name, tap in self._taps.items() if (count := tap.finish())}
        if self._value_cut:
            cut["value"] = self._value_cut
        if cut:
            report["cut"] = cut
        names = [
            name
            for name in list(self._shell.user_ns)
            if name not in self._known and not name.startswith("_") and len(name) <= _NAME_CHARS
        ][-NAMES_LIMIT:]
        if names != self._told:
            report["names"] = self._told = names
        if report:
            self._shell.display_pub.publish({REPORT: report})

    def _ends_with_semicolon(self) -> bool:
        return bool(self._shell.displayhook.semicolon_at_end_of_expression(self._source))

    def _cap_display(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Pass on text alone, short and not too often; None drops the message."""
        data = message.get("content", {}).get("data", {})
        text = data.get("text/plain")
        if REPORT in data:
            return message
        self._displays += 1
        if text is None or self._displays > _DISPLAYS_PER_CELL:
            self._value_cut += len(text or "")
            return None
        message["content"]["data"] = {"text/plain": self._capped(encodable(text))}
        return message

    def _capped(self, text: str) -> str:
        cut = len(text) - 2 * self._limit
        if cut <= 0:
            return text
        self._value_cut += cut
        return text[: self._limit] + text[-self._limit :]

    def _show_error(
        self, show: Foreign, kind: type, error: BaseException, lines: list[str]
    ) -> None:
        text = encodable("".join(lines))
        if len(text) > self._limit:
            half = self._limit // 2
            text = f"{text[:half]}{_CUT_LINE}{text[-half:]}"
        show(kind, encodable(str(error))[: self._limit], [text])

    async def _cap_reply(self, execute: Foreign, *args: object, **options: object) -> Foreign:
        """Keep the reply small; the traceback has gone out on its own."""
        reply = await execute(*args, **options)
        if "evalue" in reply:
            reply["evalue"], reply["traceback"] = encodable(reply["evalue"])[: self._limit], []
        return reply

    def _follow_pipes(self) -> None:
        poller = select.poll()
        pipes = {tap.pipe: tap for tap in self._taps.values()}
        for pipe in pipes:
            poller.register(pipe, select.POLLIN)
        while True:
            for pipe, _ in poller.poll():
                pipes[pipe].drain()


def record_nothing(channel: str) -> AbstractContextManager[None]:
    """Stand in for the recorder IPython puts on a stream during each cell."""
    del channel
    return nullcontext()


def leave(status: object = None) -> None:
    """Stand in for `exit` and `quit`: end the cell, not the kernel."""
    raise SystemExit(status)


def inherit_context() -> None:
    """Let threads carry the header of the cell that started them."""
    start = threading.Thread.start

    def start_in_context(thread: threading.Thread) -> None:
        run: Callable[[], None] = thread.run
        thread.run = partial(contextvars.copy_context().run, run)  # type: ignore[method-assign]
        start(thread)

    threading.Thread.start = start_in_context  # type: ignore[method-assign, assignment]


def die_with_parent() -> None:
    """Ask Linux to kill this process when the parent goes, also by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def wake_loop_on_signals() -> None:
    """Let an interrupt reach a cell that awaits: without it the loop sleeps on (ipykernel 7.4)."""
    # Any handler makes asyncio write every signal's number, also SIGINT's, to its wake-up socket.
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, int)


def replace_exits(shell: Foreign) -> None:
    """Keep `exit` and `quit` from stopping the kernel, which IPython's own do."""
    for name in ("exit", "quit"):
        shell.user_ns[name] = leave
        setattr(builtins, name, leave)


def prepare(shell: Foreign, limit: int, startup_code: str) -> None:
    """Make this kernel ready for its first cell.

    Raises:
        Exception: whatever the start-up code raises.
    """
    die_with_parent()
    wake_loop_on_signals()
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    os.environ["TERM"] = "dumb"
    for name in _COLOUR_VARIABLES:
        os.environ.pop(name, None)
    report = CellReport(shell, limit)
    inherit_context()
    replace_exits(shell)
    exec(startup_code, shell.user_ns)  # noqa: S102 - the settings' own code
    report.install()
