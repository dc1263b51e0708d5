"""Frontier charts as a self-contained page and as a picture."""

import importlib
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any

from tirkit.bench.estimates import Estimate
from tirkit.errors import MissingExtra
from tirkit.lab.chart import HEIGHT, SECONDS, TOKENS, WIDTH, Chart
from tirkit.lab.points import Point

_SCALE = 2
"""Pixels of the picture per pixel of the chart: sharp on dense screens."""
_STYLE = """body{font:14px system-ui,sans-serif;margin:2rem auto;max-width:1000px;color:#222}
svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:13px}
td,th{padding:.25rem .5rem;border-bottom:1px solid #e4e4e4;text-align:right;white-space:nowrap}
td:first-child,th:first-child{text-align:left;white-space:normal}tr.best{font-weight:600}
small{color:#666}"""
_COLUMNS = ("candidate", "right, %", "gain, points", "tokens", "saved, %", "seconds")


class SvgPen:
    """Draws as SVG elements."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """A line through some points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
        )

    def dot(self, x: float, y: float, radius: float, colour: str, told: str) -> None:
        """A circle that tells more under the pointer."""
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}">'
            f"<title>{escape(told)}</title></circle>"
        )

    def text(self, x: float, y: float, text: str, colour: str, size: int, anchor: str) -> None:
        """A line of text."""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" '
            f'text-anchor="{anchor}" dominant-baseline="middle">{escape(text)}</text>'
        )

    def svg(self) -> str:
        """The element."""
        body = "".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" role="img">{body}</svg>'
        )


class PngPen:
    """Draws with Pillow, charts one below the other.

    Args:
        charts: how many.

    Raises:
        MissingExtra: Pillow is not installed.
    """

    def __init__(self, charts: int) -> None:
        try:
            self._fonts: Any = importlib.import_module("PIL.ImageFont")
            drawing = importlib.import_module("PIL.ImageDraw")
            images = importlib.import_module("PIL.Image")
        except ImportError as error:
            raise MissingExtra("pillow", "plots") from error
        size = (WIDTH * _SCALE, HEIGHT * _SCALE * charts)
        self._image = images.new("RGB", size, "white")
        self._draw = drawing.Draw(self._image)
        self._down = 0

    def next_chart(self) -> None:
        """Go on below."""
        self._down += HEIGHT

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """A line through some points."""
        places = [self._at(x, y) for x, y in points]
        self._draw.line(places, fill=colour, width=round(width * _SCALE))

    def dot(self, x: float, y: float, radius: float, colour: str, told: str) -> None:  # noqa: ARG002
        """A circle."""
        (across, down), reach = self._at(x, y), radius * _SCALE
        box = (across - reach, down - reach, across + reach, down + reach)
        self._draw.ellipse(box, fill=colour)

    def text(self, x: float, y: float, text: str, colour: str, size: int, anchor: str) -> None:
        """A line of text; characters the font lacks are shown as boxes."""
        side = {"start": "l", "middle": "m", "end": "r"}[anchor]
        font = self._fonts.load_default(size * _SCALE)
        self._draw.text(self._at(x, y), text, fill=colour, font=font, anchor=f"{side}m")

    def png(self) -> bytes:
        """The picture."""
        out = BytesIO()
        self._image.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * _SCALE, (y + self._down) * _SCALE


def frontier_html(points: Sequence[Point], title: str) -> str:
    """A page with both charts and the table; it loads nothing from anywhere."""
    charts = []
    for cost in (TOKENS, SECONDS):
        pen = SvgPen()
        Chart(points, cost).draw(pen)
        charts.append(pen.svg())
    head = "".join(f"<th>{escape(name)}</th>" for name in _COLUMNS)
    rows = "".join(map(_row, points))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{''.join(charts)}"
        f"<table><tr>{head}</tr>{rows}</table>"
        "<p><small>Intervals are 95 % bootstrap intervals over problems and orders. Bold: no other "
        "candidate is as right for fewer tokens. Gain and savings are against the full vote."
        "</small></p></html>"
    )


def frontier_png(points: Sequence[Point]) -> bytes:
    """Both charts as a picture.

    Raises:
        MissingExtra: Pillow is not installed.
    """
    pen = PngPen(2)
    Chart(points, TOKENS).draw(pen)
    pen.next_chart()
    Chart(points, SECONDS).draw(pen)
    return pen.png()


def _row(point: Point) -> str:
    cells = (
        _interval(point.accuracy, 100, "{:.1f}"),
        _interval(point.gain, 100, "{:+.1f}"),
        _interval(point.tokens, 1, "{:,.0f}"),
        _interval(point.saved, 100, "{:.0f}"),
        _interval(point.seconds, 1, "{:,.0f}"),
    )
    name = escape(point.name)
    if point.left_out:
        name += f" <small>without {escape(point.left_out)}</small>"
    style = ' class="best"' if point.best else ""
    return f"<tr{style}><td>{name}</td>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _interval(estimate: Estimate, scale: float, form: str) -> str:
    value, low, high = (
        form.format(scale * one) for one in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} <small>({low} to {high})</small>"
