"""Pictures for a notebook: votes as a bar, attempts as a timeline. No script, all text escaped.

Text takes the page's colour, and every other colour is of middle lightness: readable on dark and
light.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tirkit.display.escape import one_line
from tirkit.display.picture import Doing, Stretch
from tirkit.display.table import seconds_text

COLOURS = ("#3a9d5d", "#d9962b", "#7c6fd0", "#3b8fb8", "#c2577f", "#8a8f3c", "#b06a3b", "#5c7a8a")
"""Of answers, best first."""
OTHER, SILENT, RUNNING, KILLED = "#8a8a8a", "#8a8a8a66", "#8a8a8a2e", "#d0504a"
DOING = {
    Doing.READING: "#8fb3e066",
    Doing.WRITING: "#4f86d6",
    Doing.QUEUEING: "#a0a0a080",
    Doing.RUNNING_CODE: "#e08a2e",
}
_WIDTH = 720
_BAR_HEIGHT = 18
_LEFT, _RIGHT = 34, 130
_ROWS_AT_FULL_HEIGHT = 24
_ROW_HEIGHT, _LOW_ROW_HEIGHT = 13, 8
_AXIS_HEIGHT = 16
_LABEL_CHARS = 18
_OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
    'height="{height}" role="img" aria-label="{label}" style="max-width:100%;height:auto;'
    'display:block" font-family="sans-serif" font-size="{size}" fill="currentColor">'
)


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt of a timeline.

    Attributes:
        index: of the attempt.
        stretches: what it did when.
        end: when it ended, or now.
        label: what it answered, or how it ended.
        title: more of it, shown when pointed at.
        killed: whether it was stopped from outside or by a guard.
        colour: of the label; "" for the page's own.
    """

    index: int
    stretches: tuple[Stretch, ...]
    end: float
    label: str
    title: str = ""
    killed: bool = False
    colour: str = ""


def safe(text: str) -> str:
    """Hostile text as one line of HTML."""
    return escape(one_line(text))


def vote_bar(pieces: Sequence[tuple[str, int, str]], whole: int, width: int = _WIDTH) -> str:
    """Votes as a bar.

    Args:
        pieces: (what it is, count, colour), from the left.
        whole: the count that fills the bar, or more is there than that.
        width: in pixels.
    """
    whole = max(whole, sum(count for _, count, _ in pieces), 1)
    label = ", ".join(f"{name} ×{count}" for name, count, _ in pieces if count) or "no votes"
    drawn = [_open(width, _BAR_HEIGHT, f"votes: {label}")]
    drawn.append(_rect(0, 0, width, _BAR_HEIGHT, RUNNING))
    left = 0.0
    for name, count, colour in pieces:
        wide = width * count / whole
        if count:
            drawn.append(_rect(left, 0, max(wide - 1, 1), _BAR_HEIGHT, colour, f"{name} ×{count}"))
        left += wide
    return "".join(drawn) + "</svg>"


def timeline(rows: Sequence[Row], settled: float | None = None) -> str:
    """Attempts as lanes over time, in seconds.

    Args:
        rows: the attempts.
        settled: when the verdict was fixed; None if it is not, or not known.
    """
    height = _ROW_HEIGHT if len(rows) <= _ROWS_AT_FULL_HEIGHT else _LOW_ROW_HEIGHT
    whole = max([row.end for row in rows] + [settled or 0.0, 1e-3])
    scale = (_WIDTH - _LEFT - _RIGHT) / whole
    bottom = height * len(rows) + 2
    drawn = [_open(_WIDTH, bottom + _AXIS_HEIGHT, f"timeline of {len(rows)} attempts")]
    for place, row in enumerate(rows):
        drawn.extend(_lane(row, place * height, height, scale))
    if settled is not None:
        at = _LEFT + settled * scale
        line = f'x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{bottom}"'
        drawn.append(
            f'<line {line} stroke="{COLOURS[0]}" stroke-dasharray="3 2">'
            f"<title>settled after {seconds_text(settled)}</title></line>"
        )
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at, told = _LEFT + whole * share * scale, seconds_text(whole * share)
        drawn.append(_text(at, bottom + 12, told, 10, anchor=anchor, opacity="0.7"))
    return "".join(drawn) + "</svg>" + _legend(rows, settled)


def _legend(rows: Sequence[Row], settled: float | None) -> str:
    found = {stretch.doing for row in rows for stretch in row.stretches}
    marks = [(DOING[doing], "■", doing.value) for doing in Doing if doing in found]
    marks += [(KILLED, "✕", "stopped early")] if any(row.killed for row in rows) else []
    marks += [(COLOURS[0], "┆", "verdict")] if settled is not None else []
    shown = (f'<span style="color:{colour}">{mark}</span> {name}' for colour, mark, name in marks)
    return f'<div style="font-size:.8em">{" &nbsp; ".join(shown)}</div>'


def _lane(row: Row, top: int, height: int, scale: float) -> Iterator[str]:
    yield f"<g><title>{safe(f'attempt {row.index}: {row.title or row.label}')}</title>"
    size = min(height - 1, 10)
    yield _text(_LEFT - 4, top + height - 3, f"#{row.index}", size, anchor="end", opacity="0.7")
    for one in row.stretches:
        wide = max((one.end - one.start) * scale, 0.6)
        title = f"{one.doing} for {seconds_text(one.end - one.start)}"
        yield _rect(_LEFT + one.start * scale, top + 1, wide, height - 3, DOING[one.doing], title)
    at = _LEFT + row.end * scale + 3
    if row.killed:
        yield _text(at, top + height - 3, "✕", size, colour=KILLED)
        at += size
    label = row.label if len(row.label) <= _LABEL_CHARS else row.label[: _LABEL_CHARS - 1] + "…"
    yield _text(at, top + height - 3, label, size, colour=row.colour)
    yield "</g>"


def _open(width: int, height: int, label: str) -> str:
    return _OPEN.format(width=width, height=height, label=safe(label), size=10)


def _rect(
    left: float, top: float, width: float, height: float, colour: str, title: str = ""
) -> str:
    shape = f'x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height}" fill="{colour}"'
    return f"<rect {shape}><title>{safe(title)}</title></rect>" if title else f"<rect {shape}/>"


def _text(left: float, base: float, text: str, size: int, **style: str) -> str:
    colour = f' fill="{style["colour"]}"' if style.get("colour") else ""
    anchor = f' text-anchor="{style["anchor"]}"' if "anchor" in style else ""
    opacity = f' opacity="{style["opacity"]}"' if "opacity" in style else ""
    place = f'x="{left:.1f}" y="{base:.1f}" font-size="{size}"'
    return f"<text {place}{colour}{anchor}{opacity}>{safe(text)}</text>"
