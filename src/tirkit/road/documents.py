"""Documents from files: JSONL, HTML and plain text, none of which is trusted."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tirkit.bench.jsonl import open_bytes, parse_object, read_lines
from tirkit.errors import ConfigError
from tirkit.road.html_text import text_of_html
from tirkit.road.rows import Document, Dropped, Outcome, Row, Rows, dropped, kept, words
from tirkit.road.settings import DocumentSettings
from tirkit.road.stage import Desk, PlainStage

_MOST_BYTES = 4_000_000
"""Of a page or text; what is longer is no post."""
_PAGES = frozenset({".html", ".htm", ".xhtml"})
_TEXTS = frozenset({".txt", ".md"})
_JSONL = frozenset({".jsonl", ".jsonl.gz"})
_TEXT_FIELDS = ("html", "text", "body", "content", "post")
_REPLIES = ("posts", "replies", "comments")
_MARKUP = re.compile(
    r"</(?:p|div|span|a|b|i|em|strong|li|td|math|script|body)\s*>|<br\s*/?>", re.IGNORECASE
)
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DEEPEST = 8
"""Replies to replies that are followed."""


class DocumentsStage(PlainStage):
    """Reads files into documents.

    Of a JSONL row the text stands under `html`, `text`, `body`, `content` or `post`, that of
    answers under `posts`, `replies` or `comments`, and a name under `id`. Text with markup is read
    as HTML. A line that is no such row is counted and passed over.

    Args:
        paths: of files whose names end in .jsonl (also .gz), .html, .htm, .xhtml, .txt or .md, and
            of folders that hold some.
        settings: which documents are taken.

    Raises:
        ConfigError: a path is not there, or there is no such file.
    """

    name = "documents"

    def __init__(self, paths: Sequence[Path], settings: DocumentSettings) -> None:
        self._files = [file for path in paths for file in _files(path)]
        self._settings = settings
        if not self._files:
            raise ConfigError("there is no document: name .jsonl, .html, .txt or .md files")

    def identity(self) -> Mapping[str, Any]:
        """The files' names and contents."""
        return {
            "files": [[file.name, _digest(file)] for file in self._files],
            **self._settings.model_dump(mode="json"),
        }

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """One document after the other."""
        del rows, desk
        taken: set[str] = set()
        seen: dict[tuple[str, ...], str] = {}
        for place, given, text in self._texts():
            name = _name(given or place, taken)
            if isinstance(text, Dropped):
                yield Outcome(dropped=(text,))
                continue
            plain = _CONTROL.sub("", text.encode("utf-8", "replace").decode()).strip()
            why = self._refusal(plain)
            same = () if why else tuple(words(plain))
            if not why and same in seen:
                yield dropped(name, "same_text", seen[same])
            elif why:
                yield dropped(name, why)
            else:
                seen[same] = name
                yield kept(Document(id=name, source=place, text=plain))

    def _refusal(self, text: str) -> str:
        if not text:
            return "no_text"
        if len(text) < self._settings.least_chars:
            return "short_document"
        return "long_document" if len(text) > self._settings.most_chars else ""

    def _texts(self) -> Iterator[tuple[str, str, str | Dropped]]:
        """Place, given name and text of each."""
        for file in self._files:
            if _ending(file) in _JSONL:
                yield from _rows(file)
            else:
                yield file.name, file.stem, _whole(file)


def _rows(file: Path) -> Iterator[tuple[str, str, str | Dropped]]:
    for line in read_lines(file):
        place = f"{file.name}:{line.number}"
        try:
            row = parse_object(line.data)
        except ConfigError as error:
            yield place, "", Dropped(place, "malformed_line", str(error)[:300])
            continue
        given = row.get("id")
        name = str(given)[:100] if isinstance(given, str | int) else ""
        if len(line.data) > _MOST_BYTES:
            yield place, name, Dropped(place, "large_document")
        else:
            yield place, name, "\n\n".join(_said(row, 0)).strip()


def _said(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """The texts of a row, those of its replies behind."""
    if isinstance(value, str):
        yield text_of_html(value) if _MARKUP.search(value) else value
    elif isinstance(value, list) and depth < _DEEPEST:
        for one in value:
            yield from _said(one, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        yield from _own(value)
        for field in _REPLIES:
            if isinstance(value.get(field), list):
                yield from _said(value[field], depth + 1)


def _own(row: Row) -> Iterator[str]:
    for field in _TEXT_FIELDS:
        text = row.get(field)
        if isinstance(text, str) and text.strip():
            yield text_of_html(text) if field == "html" or _MARKUP.search(text) else text
            return


def _whole(file: Path) -> str | Dropped:
    with open_bytes(file) as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        return Dropped(file.name, "large_document")
    text = data.decode("utf-8-sig", "replace")
    if "\0" in text or text.count("\ufffd") * 20 > len(text):
        return Dropped(file.name, "not_text")
    return text_of_html(text) if _ending(file) in _PAGES else text


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = sorted(one for one in path.rglob("*") if _is_read(one) and one.is_file())
        if not inside:
            raise ConfigError(f"{path} holds no .jsonl, .html, .txt or .md file")
        return inside
    if not path.is_file():
        raise ConfigError(f"cannot read {path}: there is no such file")
    if not _is_read(path):
        raise ConfigError(f"cannot read {path}: its name must end in .jsonl, .html, .txt or .md")
    return [path]


def _is_read(path: Path) -> bool:
    return _ending(path) in _JSONL | _PAGES | _TEXTS and not path.name.startswith(".")


def _ending(path: Path) -> str:
    ending = "".join(path.suffixes[-2:]).casefold()
    return ending if ending in _JSONL else path.suffix.casefold()


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror or error}") from error


def _name(given: str, taken: set[str]) -> str:
    """A name of harmless characters that no other document has."""
    base = _UNFIT.sub("-", given).strip("-.")[:60] or "document"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
