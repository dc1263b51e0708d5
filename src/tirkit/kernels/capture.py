"""Puts together what one cell gave, from its streams and its kernel's reply."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from tirkit.kernels.inside.cells import NAMES_LIMIT, REQUEST
from tirkit.kernels.output import HeadTail, cap_text, strip_ansi, strip_paths
from tirkit.kernels.traceback_text import trim_traceback
from tirkit.types import CodeImage, CodeResult, CodeStatus

_POLITE_EXITS = frozenset({"", "0", "None"})
"""`sys.exit()` with these ends a script that went well."""

_MOST_TRACEBACK_CHARS = 2**18
"""A traceback is cut to this before it is trimmed; a recursion error's is about a quarter."""

_MOST_COUNTED = 10**9
"""A kernel may claim any number."""


class Capture:
    """Collects one cell's output in bounded memory. Everything a kernel says may be forged.

    Args:
        cap: most characters kept of each text.
        total_cap: most kept of all texts together; None for no such cap.
        private: the kernel's own folder, removed from paths.
        keep_images: most images kept.
    """

    def __init__(
        self, cap: int, private: str = "", keep_images: int = 0, total_cap: int | None = None
    ) -> None:
        self._cap = cap
        self._total_cap = total_cap
        self._private = private
        self._keep_images = keep_images
        self._streams = {name: HeadTail(cap) for name in ("stdout", "stderr")}
        self._value: HeadTail | None = None
        self._error: str | None = None
        self._error_cut = False
        self._polite = False  # whether the cell ended itself by an exit that means success
        self._images = self._forks = 0
        self.undefined: tuple[str, ...] = ()
        """Names the code defines further down than it came."""
        self._kept: list[CodeImage] = []
        self._peak_mb: float | None = None
        self.names: tuple[str, ...] | None = None
        """Names defined after the cell, if they changed."""

    def add_text(self, name: str, text: str) -> None:
        """Take text of stdout or stderr."""
        self._streams[name].add(text)

    def add_reply(self, content: Mapping[str, Any]) -> bool:
        """Take the reply to the cell, or to a part of it; False if it failed."""
        report = content.get(REQUEST)
        if isinstance(report, dict):
            self._add_report(report)
        failed = content.get("status") != "ok"
        if failed and self._error is None and not self._polite:
            said = f"{content.get('ename', 'error')}: {content.get('evalue', '')}"
            self._error, _ = cap_text(said.removesuffix(": "), self._cap)
        return not failed

    def refuse(self, reason: str) -> None:
        """The cell, or a part of it, is not run."""
        self._error = reason

    def result(self, status: CodeStatus, duration_seconds: float, note: str = "") -> CodeResult:
        """The cell's result.

        Args:
            status: how the cell ended as far as the caller knows; OK becomes ERROR if it raised.
            duration_seconds: how long it ran.
            note: said instead of a traceback where the kernel left none.
        """
        if status is CodeStatus.OK and self._error is not None:
            status = CodeStatus.ERROR
        stdout, stderr = (self._streams[name] for name in ("stdout", "stderr"))
        value = self._value
        self._fit_together()
        return CodeResult(
            status=status,
            stdout=stdout.text,
            stderr=strip_paths(strip_ansi(stderr.text), self._private),
            value=value.text if value else None,
            error=self._error if self._error is not None else note or None,
            truncated=self._error_cut
            or stdout.truncated
            or stderr.truncated
            or (value is not None and value.truncated),
            undefined_names=self.undefined,
            images=self._images,
            kept_images=tuple(self._kept),
            peak_memory_mb=self._peak_mb,
            forks=self._forks,
            duration_seconds=duration_seconds,
        )

    def _fit_together(self) -> None:
        """Keep to the cap on all texts: first the error, then the value, stdout, stderr."""
        if self._total_cap is None:
            return
        left = self._total_cap - len(self._error or "")
        for text in (self._value, *self._streams.values()):
            if text is not None:
                text.fit(max(0, left))
                left -= text.kept

    def _add_report(self, report: Mapping[str, Any]) -> None:
        if isinstance(text := report.get("value"), str):
            self._value = HeadTail(self._cap)
            self._value.add(text)
        cut = report.get("cut")
        counts = cut if isinstance(cut, dict) else {}
        for name, stream in (*self._streams.items(), ("value", self._value)):
            if stream is not None:
                stream.skip(_count(counts.get(name)))
        self._images += _count(report.get("images"))
        self._forks += _count(report.get("forks"))
        peak = report.get("peak_mb")
        if isinstance(peak, int | float) and 0 < peak < _MOST_COUNTED:
            self._peak_mb = float(peak)
        self._keep(report.get("kept_images"))
        if isinstance(names := report.get("names"), list):
            self.names = _words(names)
        if isinstance(names := report.get("undefined"), list):
            self.undefined = _words(names)
        if isinstance(error := report.get("error"), dict):
            self._add_error(error)

    def _keep(self, images: object) -> None:
        for image in images if isinstance(images, list) else ():
            match image:
                case [str(kind), str(data)] if len(self._kept) < self._keep_images:
                    try:
                        raw = base64.b64decode(data, validate=True)
                    except (binascii.Error, ValueError):
                        raw = data.encode("utf-8", "replace")  # SVG is text
                    self._kept.append(CodeImage(kind, raw))

    def _add_error(self, error: Mapping[str, Any]) -> None:
        if error.get("name") == "SystemExit" and error.get("value") in _POLITE_EXITS:
            self._polite = True
            self.undefined = ()
            return
        bounded, _ = cap_text(str(error.get("traceback", "")), _MOST_TRACEBACK_CHARS)
        trimmed = trim_traceback(bounded, self._private)
        self._error, cut = cap_text(trimmed or str(error.get("name")), self._cap)
        self._error_cut = self._error_cut or cut


def _words(names: list[object]) -> tuple[str, ...]:
    words = [name for name in names if isinstance(name, str) and name.isidentifier()]
    return tuple(words[-NAMES_LIMIT:])


def _count(value: object) -> int:
    return min(max(value, 0), _MOST_COUNTED) if type(value) is int else 0
