"""Keeps the head and the tail of what a cell wrote, and says what was cut between them."""

import re

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?"  # colours and cursor moves
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|[@-Z\\^_]?)"
)
_PATH = re.compile(r"[~.]{0,2}/[^\s'\"():,<>]+")
_PACKAGES = re.compile(r".*/(?:site|dist)-packages/|.*/lib/python3\.\d+/")
_CELL_FILE = re.compile(r".*/ipykernel_\d+/\d+\.py")
_MOST_SKIPPED = 10**15
"""A kernel may claim any number; a marker stays short."""


def cut_marker(characters: int) -> str:
    """What stands where text was cut, on a line of its own."""
    return f"\n... [{characters} characters cut] ...\n"


class HeadTail:
    """A text of any length in bounded memory: its first and its last characters.

    Args:
        cap: most characters kept, at least 1; half of them from the head (the odd one too).
    """

    __slots__ = ("_head", "_head_cap", "_tail", "_tail_cap", "total")

    def __init__(self, cap: int) -> None:
        self._tail_cap = cap // 2
        self._head_cap = cap - self._tail_cap
        self._head = ""
        self._tail = ""
        self.total = 0
        """Characters written so far, the cut ones included."""

    def add(self, text: str) -> None:
        """Append text."""
        self.total += len(text)
        room = self._head_cap - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        if text and self._tail_cap:
            self._tail = (self._tail + text[-self._tail_cap :])[-self._tail_cap :]

    def skip(self, characters: int) -> None:
        """Count characters that were cut before they came here."""
        self.total += min(max(0, characters), _MOST_SKIPPED)

    def fit(self, cap: int) -> None:
        """Keep no more than `cap` characters from now on, 0 or more."""
        if not self.truncated:
            whole, self._tail = self._head + self._tail, ""
            if len(whole) <= cap:
                self._head = whole
                return
            self._head = self._tail = whole
        tail = min(cap // 2, len(self._tail))
        self._tail = self._tail[len(self._tail) - tail :]
        self._head = self._head[: cap - tail]

    @property
    def kept(self) -> int:
        """Characters there are of it."""
        return len(self._head) + len(self._tail)

    @property
    def truncated(self) -> bool:
        """Whether anything is missing from `text`."""
        return self.total > len(self._head) + len(self._tail)

    @property
    def text(self) -> str:
        """Head, the cut in words where there is one, and tail; always encodable as UTF-8."""
        cut = self.total - len(self._head) - len(self._tail)
        whole = self._head + (cut_marker(cut) if cut else "") + self._tail
        return whole.encode("utf-8", "replace").decode("utf-8")


def cap_text(text: str, cap: int) -> tuple[str, bool]:
    """Cut a text to `cap` characters and a marker; also says whether it was cut."""
    kept = HeadTail(cap)
    kept.add(text)
    return kept.text, kept.truncated


def strip_ansi(text: str) -> str:
    """Remove terminal escape sequences: colours, cursor moves, links."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def strip_paths(text: str, private: str = "") -> str:
    """Shorten host paths: library files to their import path, the cell's file to `cell`.

    Args:
        text: what the model is going to see.
        private: the kernel's own folder, removed where it is a prefix; "" for none.
    """
    text = _PATH.sub(_shorten, text)
    if private:
        text = text.replace(f"{private}/", "").replace(private, ".")
    return text


def _shorten(match: re.Match[str]) -> str:
    path = match[0]
    if _CELL_FILE.fullmatch(path):
        return "cell"
    # Anchored: a search from every place would take hours on a megabyte of slashes.
    folder = _PACKAGES.match(path)
    return path[folder.end() :] if folder else path
