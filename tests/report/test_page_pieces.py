"""The page as text: what it carries, how it is packed, what it allows."""

import base64
import hashlib
import html
import json
import math
import re
import zlib
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from tests.report.made_payload import made_summary
from tirkit.report.page import page_pieces, render_page, section_bytes
from tirkit.report.page.page import SCRIPTS, STYLES
from tirkit.report.payload import Part, PartKind, ProblemSection, Summary, plain

SHARE_OF_SCRIPT_AND_STYLE_BYTES = 120_000


@pytest.fixture(scope="module")
def made() -> tuple[Summary, list[ProblemSection]]:
    return made_summary(2, 4)


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed, wbits=-zlib.MAX_WBITS))


def _between(page: str, begin: str, end: str) -> str:
    return page.split(begin, 1)[1].split(end, 1)[0]


def test_section_when_unpacked_then_it_is_the_payload_up_to_rounding(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    section = made[1][0]

    unpacked = _unpacked(section_bytes(section))

    wanted = plain(section)
    assert unpacked["text"] == section.text
    assert unpacked["attempts"][1]["turns"][0]["parts"][0]["text"] == (
        section.attempts[1].turns[0].parts[0].text
    )
    assert unpacked["settled_at"] == pytest.approx(section.settled_at, abs=1e-3)
    assert unpacked.keys() == wanted.keys()
    assert len(unpacked["attempts"]) == len(wanted["attempts"])


def test_page_when_rendered_then_every_section_stands_in_it_behind_the_script(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    page = render_page(*made)

    found = re.findall(
        r'<script type="application/octet-stream" id="section-(\d+)">([^<]+)</script>', page
    )
    assert [int(key) for key, _ in found] == [0, 1]
    assert _unpacked(base64.b64decode(found[1][1]))["key"] == 1
    assert page.index("<script>") < page.index('id="section-0"')


def test_page_when_in_pieces_then_they_are_the_page(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    summary, sections = made

    pieces = list(page_pieces(summary, iter(sections)))

    assert len(pieces) == len(sections) + 2
    assert "".join(pieces) == render_page(summary, sections)


def test_numbers_json_cannot_write_when_packed_then_they_are_null(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    section = made[1][0]
    part = Part(PartKind.TEXT, "x", (-math.inf, math.nan, -0.123456))
    turn = replace(section.attempts[0].turns[0], parts=(part,))
    attempt = replace(section.attempts[0], turns=(turn,), sure=math.nan)

    unpacked = _unpacked(section_bytes(replace(section, attempts=(attempt,))))

    assert unpacked["attempts"][0]["sure"] is None
    assert unpacked["attempts"][0]["turns"][0]["parts"][0]["sure"] == [None, None, -0.1235]


def test_lone_surrogates_when_rendered_then_the_page_has_utf8(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    summary, sections = made
    broken = replace(sections[0], text="a\ud800b")

    page = render_page(replace(summary, title="t\udfff", notes=("n\udc80",)), [broken])

    assert page.encode()
    assert _unpacked(section_bytes(broken))["text"] == "a\ud800b"


def test_markup_in_the_summary_when_rendered_then_it_closes_nothing(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    summary, _ = made
    bad = "</script></title><script>alert(1)</script><!--"

    page = render_page(replace(summary, title=bad, notes=(bad,)), [])

    assert "alert(1)</script>" not in page
    inline = _between(page, '<script type="application/json" id="summary">', "</script>")
    assert json.loads(inline)["notes"] == [bad]
    assert html.unescape(_between(page, "<title>", "</title>")) == bad


def test_policy_when_rendered_then_it_allows_this_script_and_style_alone(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    page = render_page(*made)

    policy = _between(page, 'http-equiv="Content-Security-Policy" content="', '"')
    rules = dict(one.split(" ", 1) for one in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for name, begin, end in (
        ("script-src", "<script>", "</script>"),
        ("style-src", "<style>", "</style>"),
    ):
        digest = hashlib.sha256(_between(page, begin, end).encode()).digest()
        assert rules[name] == f"'sha256-{base64.b64encode(digest).decode()}'"


def test_page_when_rendered_then_it_names_no_address_but_namespaces(
    made: tuple[Summary, list[ProblemSection]],
) -> None:
    page = render_page(*made)

    assert set(re.findall(r"https?://[^\s\"'`]+", page)) == {"http://www.w3.org/2000/svg"}


def test_script_and_style_when_joined_then_they_are_all_there_and_small() -> None:
    folder = files("tirkit.report.page")
    there = {one.name for one in folder.iterdir() if one.name.endswith((".js", ".css"))}

    assert there == {*SCRIPTS, *STYLES}
    sizes = [len(folder.joinpath(name).read_bytes()) for name in there]
    assert sum(sizes) < SHARE_OF_SCRIPT_AND_STYLE_BYTES


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_when_read_then_no_text_can_become_markup_or_code(name: str) -> None:
    script = files("tirkit.report.page").joinpath(name).read_text(encoding="utf-8")

    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    assert re.findall(banned, script) == []
