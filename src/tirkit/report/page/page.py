"""Puts a report into one HTML file: template, style, script, summary and packed sections.

The page asks for nothing: its policy allows the script and the style it carries, by their hashes,
and images written into it. Its script makes every element from text, so markup in a record stays
text; the policy's trusted types make the browser refuse anything else.
"""

import base64
import hashlib
import html
import json
import math
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from tirkit.report.payload import ProblemSection, Summary, plain

SCRIPTS = (
    "dom.js",
    "format.js",
    "python.js",
    "plot.js",
    "curves.js",
    "frontier.js",
    "votes.js",
    "lanes.js",
    "table.js",
    "overview.js",
    "attempts.js",
    "problem.js",
    "trace.js",
    "sections.js",
    "main.js",
)
"""In the order they stand in the page; they share one function's scope."""

STYLES = ("page.css", "tables.css", "plots.css", "trace.css")

_DIGITS = 4


def render_page(summary: Summary, sections: Iterable[ProblemSection]) -> str:
    """The whole page as text, to be written as UTF-8.

    Args:
        summary: what is shown at once.
        sections: of its problems; a problem without one says so when it is opened.
    """
    return "".join(page_pieces(summary, sections))


def page_pieces(summary: Summary, sections: Iterable[ProblemSection]) -> Iterator[str]:
    """The page piece by piece, one section in memory at a time.

    The summary and the script come before the sections: the browser shows the page while it
    still reads the rest.
    """
    script, style = _joined(SCRIPTS), _joined(STYLES)
    before, after = _read("page.html").split("$sections")
    title = html.escape(_encodable(summary.title))
    yield Template(before).substitute(
        policy=_policy(script, style),
        title=title,
        style=style,
        script=script,
        summary=_json(summary).replace("<", "\\u003c"),
    )
    for section in sections:
        packed = base64.b64encode(section_bytes(section)).decode("ascii")
        yield (
            f'<script type="application/octet-stream" id="section-{section.key:d}">'
            f"{packed}</script>\n"
        )
    yield after


def section_bytes(section: ProblemSection) -> bytes:
    """A section as JSON in UTF-8, packed as a raw deflate stream."""
    squeezer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    return squeezer.compress(_json(section).encode()) + squeezer.flush()


def _json(value: Summary | ProblemSection) -> str:
    text = json.dumps(
        _plain_numbers(plain(value)), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    # A lone surrogate has no UTF-8; written as its escape it is the same JSON string.
    return text.encode("utf-8", "backslashreplace").decode()


def _plain_numbers(value: Any) -> Any:  # noqa: ANN401 - JSON values to JSON values
    """Rounds floats to what can be seen; those JSON cannot write become null."""
    match value:
        case float():
            if not math.isfinite(value):
                return None
            return round(value, _DIGITS) if abs(value) >= 1 else float(f"{value:.{_DIGITS}g}")
        case list():
            return [_plain_numbers(one) for one in value]
        case dict():
            return {name: _plain_numbers(one) for name, one in value.items()}
        case _:
            return value


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _joined(names: tuple[str, ...]) -> str:
    texts = "\n".join(_read(name) for name in names)
    if names is STYLES:
        return f"\n{texts}"
    return f'\n"use strict";\n(() => {{\n{texts}}})();\n'


def _policy(script: str, style: str) -> str:
    def allowed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed(script)}",
            f"style-src {allowed(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
