"""Puts together what one cell gave from the messages of its kernel."""

from collections.abc import Mapping
from typing import Any

from tirkit.kernels.inside import NAMES_LIMIT, REPORT
from tirkit.kernels.output import HeadTail, cap_text, strip_ansi, strip_paths
from tirkit.kernels.traceback_text import trim_traceback
from tirkit.kernels.wire import Message
from tirkit.types import CodeResult, CodeStatus

_POLITE_EXITS = frozenset({"", "0", "None"})
"""`sys.exit()` with these ends a script that went well."""

_MOST_TRACEBACK_CHARS = 2**18
"""A traceback is cut to this before it is trimmed; a recursion error's is about a quarter."""


class Capture:
    """Collects one cell's messages in bounded memory. Every message is taken as forged.

    Args:
        cap: most characters kept of each text.
        private: the kernel's own folder, removed from paths.
    """

    def __init__(self, cap: int, private: str = "") -> None:
        self._cap = cap
        self._private = private
        self._streams = {name: HeadTail(cap) for name in ("stdout", "stderr", "value")}
        self._has_value = False
        self._error: str | None = None
        self._error_seen = False
        self._incomplete = False
        self.names: tuple[str, ...] | None = None
        """Names defined after the cell, if they changed."""

    def add(self, message: Message) -> None:
        """Take a message of the cell."""
        content = message.content
        match message.kind:
            case "stream":
                self._add_text(content.get("name"), content.get("text"))
            case "execute_result":
                self._has_value = True
                self._add_text("value", _data(content).get("text/plain"))
            case "display_data" | "update_display_data":
                self._add_display(_data(content))
            case "error":
                self._add_error(content)

    def close(self, reply: Mapping[str, Any], *, complete: bool) -> None:
        """Take what the reply says; it knows of errors that left no traceback.

        Args:
            reply: content of the reply; empty if there was none.
            complete: whether all output is known to have come.
        """
        self._incomplete = self._incomplete or not complete
        if not reply:
            self._error = self._error or "the kernel ended the cell without a reply"
        elif reply.get("status") != "ok" and not self._error_seen:
            said = f"{reply.get('ename', 'error')}: {reply.get('evalue', '')}"
            self._error, _ = cap_text(said.removesuffix(": "), self._cap)

    def result(self, status: CodeStatus, duration_seconds: float, note: str = "") -> CodeResult:
        """The cell's result.

        Args:
            status: how the cell ended as far as the caller knows; OK becomes ERROR if it raised.
            duration_seconds: how long it ran.
            note: said instead of a traceback where the kernel left none.
        """
        if status is CodeStatus.OK and self._error is not None:
            status = CodeStatus.ERROR
        stdout, stderr, value = (self._streams[name] for name in ("stdout", "stderr", "value"))
        return CodeResult(
            status=status,
            stdout=stdout.text,
            stderr=strip_paths(strip_ansi(stderr.text), self._private),
            value=value.text if self._has_value else None,
            error=self._error if self._error is not None else note or None,
            truncated=self._incomplete or any(text.truncated for text in self._streams.values()),
            duration_seconds=duration_seconds,
        )

    def _add_text(self, name: object, text: object) -> None:
        stream = self._streams.get(name) if isinstance(name, str) else None
        if stream is not None and isinstance(text, str):
            stream.add(text)

    def _add_display(self, data: Mapping[str, Any]) -> None:
        if REPORT in data:
            self._add_report(data[REPORT])
        elif isinstance(text := data.get("text/plain"), str):
            self._streams["stdout"].add(f"{text}\n")

    def _add_report(self, report: object) -> None:
        if not isinstance(report, dict):
            return
        cut = report.get("cut")
        for name, count in cut.items() if isinstance(cut, dict) else ():
            if name in self._streams and type(count) is int:
                self._streams[name].skip(count)
        names = report.get("names")
        if isinstance(names, list):
            words = [name for name in names if isinstance(name, str) and name.isidentifier()]
            self.names = tuple(words[-NAMES_LIMIT:])

    def _add_error(self, content: Mapping[str, Any]) -> None:
        self._error_seen = True
        if content.get("ename") == "SystemExit" and content.get("evalue") in _POLITE_EXITS:
            return
        lines = content.get("traceback")
        text = "\n".join(str(line) for line in lines) if isinstance(lines, list) else ""
        bounded, _ = cap_text(text, _MOST_TRACEBACK_CHARS)
        trimmed = trim_traceback(bounded, self._private)
        self._error, cut = cap_text(trimmed or str(content.get("ename")), self._cap)
        self._incomplete = self._incomplete or cut


def _data(content: Mapping[str, Any]) -> Mapping[str, Any]:
    data = content.get("data")
    return data if isinstance(data, dict) else {}
