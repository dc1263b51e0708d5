"""The page and the picture of a frontier."""

import re
import sys
import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from PIL import Image

from tests.lab.test_points import GIVEN, trials
from tirkit.errors import MissingExtra
from tirkit.lab import Frontier, Point, frontier_html, frontier_png
from tirkit.lab.chart import HEIGHT, TOKENS, WIDTH, Chart
from tirkit.lab.paper import SvgPen

HOSTILE = "<script>alert(1)</script> & \"'"


def points() -> list[Point]:
    return Frontier([*GIVEN, trials(HOSTILE, 0.9, 400)]).points()


def test_page_when_made_then_it_stands_alone() -> None:
    page = frontier_html(points(), HOSTILE)
    assert "<script" not in page
    assert page.count("<svg") == 2
    links = set(re.findall(r"https?://[^\"'<> ]+", page))
    assert links == {"http://www.w3.org/2000/svg"}  # the name of a language, not an address
    assert not re.search(r"\b(src|href)=|@import|url\(", page)
    for name in ("cheap", "good", "full vote"):
        assert page.count(name) >= 2


def test_chart_when_drawn_then_marks_lie_on_the_paper_in_order() -> None:
    pen = SvgPen()
    Chart(points(), TOKENS).draw(pen)
    circles = ET.fromstring(pen.svg()).findall(".//{*}circle")
    marks = {}
    for circle in circles:
        told = circle.findtext("{*}title") or ""
        assert 0 <= float(circle.attrib["cx"]) <= WIDTH
        assert 0 <= float(circle.attrib["cy"]) <= HEIGHT
        marks[told.partition(":")[0]] = float(circle.attrib["cx"]), float(circle.attrib["cy"])
    assert marks["cheap"][0] < marks["good"][0] < marks["full vote"][0]
    assert marks["good"][1] < marks["cheap"][1]  # higher up


def test_chart_when_all_points_are_one_then_it_is_drawn() -> None:
    pen = SvgPen()
    Chart(Frontier(GIVEN[:1]).points(), TOKENS).draw(pen)
    assert "full vote" in pen.svg()


def test_picture_when_made_then_it_is_a_png_with_both_charts() -> None:
    with Image.open(BytesIO(frontier_png(points()))) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2 * WIDTH, 4 * HEIGHT)
        halves = [(0, 0, 2 * WIDTH, 2 * HEIGHT), (0, 2 * HEIGHT, 2 * WIDTH, 4 * HEIGHT)]
        for half in halves:
            colours = picture.crop(half).getcolors(1 << 20)
            assert colours is not None
            assert len(colours) > 10


def test_picture_when_pillow_is_missing_then_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "PIL.ImageFont", None)
    with pytest.raises(MissingExtra, match=r"tirkit\[plots\]"):
        frontier_png(points())
