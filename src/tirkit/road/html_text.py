"""HTML as plain text: what a reader sees, formulas as LaTeX."""

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from tirkit.road.mathml import Formula

_TAG = re.compile(r"""</?[a-zA-Z](?:[^'"<>]|"[^"]{0,4096}"|'[^']{0,4096}'){0,8192}+>""")
"""A whole tag; anything else with a `<` is text, or no part of the text."""
_UNSEEN = frozenset(
    (
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "canvas",
        "title",
        "nav",
        "select",
        "button",
    )
)
_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")

Attributes = Sequence[tuple[str, str | None]]


def text_of_html(page: str) -> str:
    r"""The text of a page.

    Scripts, styles, navigation and what is hidden from readers are left out. Kept as LaTeX between
    dollars are MathML (its TeX annotation where it has one), `<script type="math/tex">`, and the
    `alt` text of images, which forums render formulas to. Never raises on malformed pages; takes
    time in proportion to their length.
    """
    reader = _Reader()
    reader.feed(_tidied(page))
    reader.close()
    return reader.text()


def _tidied(page: str) -> str:
    """The page without comments and declarations, with every `<` that begins no tag written out.

    The parser of the standard library looks through the rest of the page for the end of each
    construct that has none: quadratic, and pages are hostile.
    """
    parts: list[str] = []
    at = 0
    while (begun := page.find("<", at)) >= 0:
        parts.append(page[at:begun])
        if page.startswith("<!--", begun):
            end = page.find("-->", begun + 4)
            at = len(page) if end < 0 else end + 3
        elif page.startswith(("<!", "<?"), begun):
            end = page.find(">", begun)
            at = len(page) if end < 0 else end + 1
        elif tag := _TAG.match(page, begun):
            parts.append(tag[0])
            at = tag.end()
        else:
            parts.append("&lt;")
            at = begun + 1
    return "".join([*parts, page[at:]])


class _Reader(HTMLParser):
    """Gathers the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unseen = ""
        """The element that is left out now, and how many of its name are open inside."""
        self._inside = 0
        self._script: str | None = None
        """What a formula in a script is put between."""
        self._formula: Formula | None = None

    def text(self) -> str:
        """What was gathered, white space in good order."""
        if self._formula is not None:
            self._parts.append(self._formula.latex())
        return _LINES.sub("\n", _BLANKS.sub(" ", "".join(self._parts))).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if self._unseen == "p" and tag in _BLOCKS:
            self._unseen = ""  # a paragraph ends where the next block begins
        if self._unseen:
            self._inside += tag == self._unseen
        elif self._formula is not None:
            self._formula.begin(tag, _value(attrs, "encoding").casefold())
        elif tag == "math":
            self._formula = Formula()
        elif tag == "script" and _value(attrs, "type").casefold().startswith("math/tex"):
            self._script = "$$" if "display" in _value(attrs, "type") else "$"
        elif tag not in _VOID and (tag in _UNSEEN or _is_hidden(attrs)):
            self._unseen, self._inside = tag, 1
        elif tag == "img":
            self._parts.append(_image(attrs))
        elif tag in _BLOCKS:
            self._parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that says it is empty; the slash counts in formulas and scripts alone."""
        self.handle_starttag(tag, attrs)
        if self._formula is not None or tag in {"script", "style"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if self._unseen:
            self._inside -= tag == self._unseen
            if not self._inside:
                self._unseen = ""
        elif self._formula is not None:
            if tag == "math":
                self._parts.append(self._formula.latex())
                self._formula = None
            else:
                self._formula.end(tag)
        elif tag == "script":
            self._script = None
        elif tag in _BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Characters."""
        if self._unseen:
            return
        if self._formula is not None:
            self._formula.text(data)
        elif self._script is not None:
            self._parts.append(f"{self._script}{html.unescape(data).strip()}{self._script}")
        else:
            self._parts.append(data)


def _value(attrs: Attributes, name: str) -> str:
    return next((value for key, value in attrs if key == name and value), "")


def _is_hidden(attrs: Attributes) -> bool:
    return (
        any(key == "hidden" for key, _ in attrs)
        or _value(attrs, "aria-hidden").casefold() == "true"
        or _HIDDEN.search(_value(attrs, "style")) is not None
    )


def _image(attrs: Attributes) -> str:
    """The alternative text of an image: of a rendered formula it is the formula."""
    shown = _value(attrs, "alt").strip()
    if "latex" in _value(attrs, "class").casefold() and shown and "$" not in shown:
        return shown if shown.startswith(("\\[", "\\(", "[")) else f"${shown}$"
    return shown
