"""Runs inside a kernel, before any cell: what makes a stock ipykernel fit for tirkit.

Only the text of this file goes to the kernel, so it must not import tirkit. It caps each cell's
output at the source, so that a flood never reaches the parent; captures what is written to the
file descriptors; keeps output of an earlier cell's threads out of later cells; and tells the
parent which names are defined.
"""

import builtins
import codecs
import contextvars
import ctypes
import os
import select
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

Foreign = Any
"""An object of IPython or ipykernel, which ship no types for it."""

REPORT = "application/vnd.tirkit.cell+json"
"""Data type of the message that ends a cell: characters cut, names defined."""

NAMES_LIMIT = 64
"""Most names told; the latest ones, as a star import brings hundreds."""

_NAME_CHARS = 80
_PIPE_BYTES = 65536
_READS_PER_DRAIN = 4
_PR_SET_PDEATHSIG = 1

_COLOUR_VARIABLES = ("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR")
"""Set by ipykernel, which takes its reader for a notebook."""


class Tap:
    """A standard stream and its file descriptor, written through one budget per cell.

    Args:
        stream: ipykernel's OutStream; its `write` is replaced.
        descriptor: 1 or 2.
        limit: characters passed on at once, and characters of the tail kept for the end.
    """

    def __init__(self, stream: Foreign, descriptor: int, limit: int) -> None:
        self._stream = stream
        # The class's own: IPython has put a recording one in its place during this very cell.
        self._forward = partial(type(stream).write, stream)
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lock = threading.RLock()
        self.pipe, writer = os.pipe()
        os.set_blocking(self.pipe, False)
        # The extra writer stays open: the pipe must not end when a cell closes descriptor 1.
        os.dup2(writer, descriptor)
        stream.fileno = lambda: descriptor
        os.register_at_fork(after_in_child=self._renew_lock)
        self.begin()

    def begin(self) -> None:
        """A new cell: the whole budget again."""
        with self._lock:
            self._stream.write = self.write
            self._cell = self._stream.parent_header.get("msg_id")
            self._sent = 0
            self._tail = ""
            self._held = 0

    def write(self, text: object) -> int:
        """Stand in for the stream's own `write`; what the descriptor got before comes first."""
        if not isinstance(text, str):
            return int(self._forward(text))  # raises the stream's own TypeError
        with self._lock:
            self.drain()
            # A thread of an earlier cell still carries that cell's header.
            if self._stream.parent_header.get("msg_id") == self._cell:
                self._pass_on(text)
        return len(text)

    def drain(self) -> None:
        """Pass on what stands in the pipe."""
        with self._lock:
            for _ in range(_READS_PER_DRAIN):
                try:
                    data = os.read(self.pipe, _PIPE_BYTES)
                except BlockingIOError:
                    return
                self._pass_on(self._decoder.decode(data))

    def finish(self) -> int:
        """Pass on the tail that was held back and tell how many characters were cut."""
        with self._lock:
            self.drain()
            cut = self._held - len(self._tail)
            if self._tail:
                self._forward(self._tail)
            self._tail, self._held = "", 0
            return cut

    def _pass_on(self, text: str) -> None:
        room = max(0, self._limit - self._sent)
        head, rest = text[:room], text[room:]
        if head:
            self._forward(head)
            self._sent += len(head)
        if rest:
            self._held += len(rest)
            self._tail = (self._tail + rest[-self._limit :])[-self._limit :]

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()


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
        self._value_cut = 0
        self._source = ""
        threading.Thread(target=self._follow_pipes, name="tirkit", daemon=True).start()

    def install(self) -> None:
        """Hook into the shell; names defined by now are not told."""
        shell = self._shell
        # IPython would keep all output of all cells in memory.
        shell._tee = nullcontext  # noqa: SLF001
        self._known = frozenset(shell.user_ns)
        shell.display_formatter.active_types = ["text/plain"]
        shell.displayhook.quiet = self._ends_with_semicolon
        shell.displayhook.register_hook(self._cap_display)
        shell.display_pub.register_hook(self._cap_display)
        shell._showtraceback = partial(self._show_error, shell._showtraceback)  # noqa: SLF001
        shell.events.register("pre_execute", self._begin)
        shell.events.register("pre_run_cell", self._remember_source)
        shell.events.register("post_execute", self._finish)

    def _begin(self) -> None:
        self._value_cut = 0
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

    def _cap_display(self, message: dict[str, Any]) -> dict[str, Any]:
        data = message.get("content", {}).get("data", {})
        text = data.get("text/plain")
        if REPORT not in data:
            message["content"]["data"] = {} if text is None else {"text/plain": self._capped(text)}
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
        limit = self._limit
        short = [line if len(line) <= limit else f"{line[:limit]} ..." for line in lines]
        show(kind, str(error)[:limit], short)

    def _follow_pipes(self) -> None:
        poller = select.poll()
        pipes = {tap.pipe: tap for tap in self._taps.values()}
        for pipe in pipes:
            poller.register(pipe, select.POLLIN)
        while True:
            for pipe, _ in poller.poll():
                pipes[pipe].drain()


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
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    os.environ["TERM"] = "dumb"
    for name in _COLOUR_VARIABLES:
        os.environ.pop(name, None)
    report = CellReport(shell, limit)
    inherit_context()
    replace_exits(shell)
    exec(startup_code, shell.user_ns)  # noqa: S102 - the settings' own code
    report.install()
