"""A report's summary as Markdown, for an issue, a pull request or a README."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tirkit.display.escape import one_line
from tirkit.report.payload import Curve, Figure, FrontierPoint, ProblemLine, Summary

_SPECIAL = re.compile(r"[\\`*_{}\[\]()+!|~$&<>]|[@#](?=\w)|://|\bwww\.", re.IGNORECASE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "<span>$</span>"}
_BREAK = "<!-- -->"
"""Shows nothing, and ends what GitHub would make a mention, an issue or a link of."""
_MARKS = {True: "✓", False: "✗", None: ""}
_MOST_SETTING_CHARS = 120


def markdown(summary: Summary) -> str:
    """The summary as GitHub-flavoured Markdown: figures, problems, curves, stop rules, settings.

    Whatever a record holds is escaped: it shows as text, in one line, and neither marks up, links,
    mentions nor breaks a table.
    """
    return "\n".join(_lines(summary))


def escaped(text: str) -> str:
    """Text in one line that Markdown and HTML show as it is."""
    return _SPECIAL.sub(_shown, one_line(text))


def _shown(match: re.Match[str]) -> str:
    found = match[0]
    if found in _ENTITIES:
        return _ENTITIES[found]
    if found in {"@", "#"}:
        return found + _BREAK
    return f"{found[:-1]}{_BREAK}{found[-1]}" if len(found) > 1 else f"\\{found}"


def _lines(summary: Summary) -> Iterator[str]:
    yield f"# {escaped(summary.title)}"
    yield ""
    yield f"Made at {escaped(summary.made_at)}."
    for note in summary.notes:
        yield ""
        yield f"> {escaped(note)}"
    if summary.figures:
        yield from _section("Figures", _figures(summary.figures))
    yield from _section("Problems", _problems(summary.problems))
    if summary.curves:
        yield from _section("Accuracy against attempts", _curves(summary.curves))
    if summary.frontier:
        yield from _section("Stop rules", _frontier(summary.frontier))
    told = [(escaped(name), escaped(value)) for name, value in summary.facts]
    yield from _section("Run", _table(("what", "value"), told))
    if summary.settings:
        rows = [(escaped(name), _short(value)) for name, value in summary.settings]
        yield from _section("Settings", _table(("setting", "value"), rows))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from lines


def _figures(figures: Sequence[Figure]) -> Iterator[str]:
    rows = [
        (
            escaped(one.name),
            escaped(one.value),
            escaped(f"{one.low} – {one.high}" if one.low or one.high else ""),
            escaped(one.note),
        )
        for one in figures
    ]
    return _table(("figure", "value", "95 % interval", "what it is"), rows)


def _problems(lines: Sequence[ProblemLine]) -> Iterator[str]:
    rows = [
        (
            escaped(one.id),
            escaped(one.answer or "—"),
            escaped(one.reference or ""),
            _MARKS[one.correct],
            f"{one.finished} of {one.attempts}" if one.right is None else _right(one),
            f"{one.tokens:,}",
            f"{one.cells:,}",
            f"{one.errors:,}",
            f"{one.seconds:,.1f}",
            escaped(one.stop_reason),
        )
        for one in lines
    ]
    names = (
        "problem",
        "answer",
        "reference",
        "right",
        "attempts",
        "tokens",
        "cells",
        "errors",
        "seconds",
        "settled by",
    )
    return _table(names, rows, right=frozenset({5, 6, 7, 8}))


def _right(one: ProblemLine) -> str:
    return f"{one.right} right of {one.finished} finished of {one.attempts}"


def _curves(curves: Sequence[Curve]) -> Iterator[str]:
    ks = sorted({point.x for curve in curves for point in curve.points})
    rows = []
    for curve in curves:
        known = {point.x: point for point in curve.points}
        cells = [
            f"{100 * known[k].y:.1f} % ({100 * known[k].low:.0f}–{100 * known[k].high:.0f})"
            if k in known
            else ""
            for k in ks
        ]
        rows.append((escaped(curve.name), *cells))
    names = ("attempts", *(f"{k:g}" for k in ks))
    return _table(names, rows, right=frozenset(range(1, len(names))))


def _frontier(points: Sequence[FrontierPoint]) -> Iterator[str]:
    rows = [
        (
            f"**{escaped(one.name)}**" if one.is_run else escaped(one.name),
            f"{one.tokens:,.0f}",
            f"{100 * one.accuracy:.1f} % ({100 * one.low:.0f}–{100 * one.high:.0f})",
            "✓" if one.on_frontier else "",
        )
        for one in points
    ]
    names = ("rule", "tokens a problem", "accuracy", "on the frontier")
    return _table(names, rows, right=frozenset({1, 2}))


def _table(
    names: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()
) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield "|" + "|".join("---:" if at in right else "---" for at in range(len(names))) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _short(value: str) -> str:
    cut = value if len(value) <= _MOST_SETTING_CHARS else f"{value[:_MOST_SETTING_CHARS]}…"
    return escaped(cut)
