"""The page with hostile or damaged data in Chromium: text stays text, damage is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.report.browser import opened
from tests.report.made_payload import made_summary
from tirkit.report.page import render_page
from tirkit.report.payload import Part, PartKind, Votes

HOSTILE = (
    "</script></style></title></textarea><script>window.caught = 1</script>"
    '<img src=x onerror="window.caught = 2"><svg onload="window.caught = 3">'
    '<a href="javascript:window.caught = 4">click</a><iframe srcdoc="<script>1</script>">'
    "<!-- ]]> ${window.caught = 5} {{7*7}} &lt;b&gt; &amp; "
    "\u2028\u2029\u202e\u2066gnp.exe\u2069\u200f\ufeff\x00\x07\x1b[31mred\x1b]8;;http://x\x07\x9b"
    "\ud800 __proto__ constructor"
)
SEEN = (
    "<script>window.caught = 1</script>",
    '<img src=x onerror="window.caught = 2">',
    "‹U+2028›‹U+2029›‹U+202E›‹U+2066›gnp.exe‹U+2069›‹U+200F›‹U+FEFF›␀␇␛[31mred␛]8;;http://x␇‹U+009B›",
    "‹U+D800› __proto__",
    "&lt;b&gt; &amp;",
)


def _poisoned(value: Any) -> Any:
    """The same payload with hostile text behind every text of a record."""
    if isinstance(value, PartKind) or value is None:
        return value
    if isinstance(value, str):
        return HOSTILE if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_poisoned(one) for one in value)
    names = getattr(value, "__slots__", None)
    if names is None or isinstance(value, int | float):
        return value
    return replace(value, **{name: _poisoned(getattr(value, name)) for name in names})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    summary, sections = made_summary(2, 6)
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    page = render_page(_poisoned(summary), [_poisoned(one) for one in sections])
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)], ids=["phone", "desktop"])
async def test_hostile_texts_when_everything_is_opened_then_they_are_text(
    chromium: Browser, hostile: Path, size: tuple[int, int]
) -> None:
    async with opened(chromium, hostile, size=size) as watched:
        page = watched.page
        for address in ("", "#p0", "#p0/a0"):
            await watched.go(address)
            for details in await page.locator("main details").all():
                await details.evaluate("one => one.unfold ? one.unfold() : (one.open = true)")
            for frame in await page.locator(".frame").all():
                await frame.focus()
                await page.keyboard.press("ArrowRight")
                await page.keyboard.press("ArrowDown")
            text = await page.evaluate("document.querySelector('main').textContent")
            for seen in SEEN:
                assert seen in text
            assert not set(text) & set("\u2028\u2029\u202e\u2066\x00\x07\x1b\x9b")
            assert await page.evaluate("window.caught") is None
            assert await watched.count("main script, main img, main iframe, [onerror]") == 0
            links = "[...document.links].every(one => one.getAttribute('href').startsWith('#'))"
            assert await page.evaluate(links)
            assert await watched.overflow() <= 0


async def test_markup_when_put_in_by_force_then_the_policy_refuses(
    chromium: Browser, hostile: Path
) -> None:
    async with opened(chromium, hostile) as watched:
        said = await watched.page.evaluate(
            "() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } "
            "catch (error) { return error.name } }"
        )
        assert said == "TypeError"
        watched.complaints.clear()  # the refusal itself


async def test_code_when_coloured_then_its_text_is_the_code(
    chromium: Browser, tmp_path: Path
) -> None:
    code = (
        "'" * 3
        + "open\n"
        + 'x = r"\\" + f\'{y!r}\' # c\n@dec\ndéf = 0x1F + 1_000.5e-3j; "unended\n'
        "class A: pass\r\n\ttab\n𝒙 = '𝒚'\n" + "(" * 2000 + '"' * 999
    )
    summary, sections = made_summary(1, 1)
    attempt = sections[0].attempts[0]
    turn = replace(attempt.turns[0], parts=(Part(PartKind.CODE, code),))
    attempt = replace(attempt, turns=(turn,))
    path = tmp_path / "report.html"
    sections = [replace(sections[0], attempts=(attempt,))]
    path.write_text(render_page(summary, sections), encoding="utf-8", newline="\n")

    async with opened(chromium, path, "#p0/a0") as watched:
        shown = await watched.page.locator(".part.code code").text_content()
        assert shown == code.replace("\r\n", "\n")


async def test_shading_when_letters_have_two_units_then_none_is_cut(
    chromium: Browser, tmp_path: Path
) -> None:
    summary, sections = made_summary(1, 1)
    attempt = sections[0].attempts[0]
    part = Part(PartKind.TEXT, "𝒙𝒚𝒛𝒘𝒗", (-0.1, -1.0, -2.0))
    attempt = replace(attempt, turns=(replace(attempt.turns[0], parts=(part,)),))
    path = tmp_path / "report.html"
    path.write_text(
        render_page(summary, [replace(sections[0], attempts=(attempt,))]), encoding="utf-8"
    )

    async with opened(chromium, path, "#p0/a0") as watched:
        assert "".join(await watched.page.locator(".part.text span").all_text_contents()) == (
            "𝒙𝒚𝒛𝒘𝒗"
        )


async def test_damage_when_met_then_it_is_told_and_the_rest_works(
    chromium: Browser, tmp_path: Path
) -> None:
    summary, sections = made_summary(3, 2)
    page = render_page(summary, sections[:2])
    begin = page.index('id="section-1">') + len('id="section-1">')
    path = tmp_path / "report.html"
    path.write_text(page[:begin] + "AAAA" + page[begin + 400 :], encoding="utf-8")

    async with opened(chromium, path, "#p2") as watched:
        assert "no section" in await watched.text("main")
        for address, told in (
            ("#p1", "cannot be shown"),
            ("#p99", "no such problem"),
            ("#p0/a99", "no such attempt"),
        ):
            await watched.page.evaluate("to => { location.hash = to }", address)
            await watched.until(
                "told => document.querySelector('main').textContent.includes(told)", told
            )
        await watched.page.keyboard.press("Escape")
        await watched.page.wait_for_selector(".overview")
        await watched.page.evaluate("location.hash = '#p0/a1'")
        await watched.page.wait_for_selector(".trace")


async def test_empty_run_when_shown_then_nothing_is_drawn(
    chromium: Browser, tmp_path: Path
) -> None:
    summary, _ = made_summary(1, 1)
    bare = replace(
        summary, problems=(), curves=(), frontier=(), figures=(), notes=(), facts=(), settings=()
    )
    path = tmp_path / "report.html"
    path.write_text(render_page(bare, []), encoding="utf-8")

    async with opened(chromium, path) as watched:
        assert await watched.text(".found") == "0 of 0 problems"
        assert await watched.count(".frame") == 0


async def test_problem_without_attempts_or_reference_when_opened_then_it_is_shown(
    chromium: Browser, tmp_path: Path
) -> None:
    summary, sections = made_summary(2, 3)
    line = replace(
        summary.problems[0], reference=None, correct=None, right=None, answer="7",
        votes=(Votes("7", 1, 1.0, None),), attempts=0, finished=0, id="",
    )  # fmt: skip
    section = replace(sections[0], moments=(), attempts=(), metadata=(), prompt="", verdict="")
    path = tmp_path / "report.html"
    summary = replace(summary, problems=(line, summary.problems[1]))
    path.write_text(render_page(summary, [section, sections[1]]), encoding="utf-8")

    async with opened(chromium, path, "#p0") as watched:
        assert "not graded" in await watched.text(".verdict")
        assert (await watched.text("h2")).split() == ["?", "not", "graded", "problem", "1"]
        assert await watched.count(".frame") == 0


async def test_many_problems_when_listed_then_the_rest_comes_on_request(
    chromium: Browser, tmp_path: Path
) -> None:
    summary, _ = made_summary(1, 1)
    lines = tuple(replace(summary.problems[0], key=i, id=f"p{i}") for i in range(450))
    path = tmp_path / "report.html"
    path.write_text(render_page(replace(summary, problems=lines), []), encoding="utf-8")

    async with opened(chromium, path) as watched:
        assert await watched.count(".data tbody tr") == 200
        await watched.page.click("text=Show 200 more")
        assert await watched.count(".data tbody tr") == 400
        await watched.page.click("text=Show 50 more")
        assert await watched.count(".data tbody tr") == 450
        assert not await watched.page.locator(".more").is_visible()


@pytest.mark.bench
async def test_first_paint_when_30_problems_have_64_attempts_then_it_is_under_a_second(
    chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_page(*made_summary(30, 64)), encoding="utf-8")
    paints = []
    for _ in range(5):
        async with opened(chromium, path) as watched:
            await watched.until("performance.getEntriesByType('paint').length")
            script = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            paints.append(await watched.page.evaluate(script))
            assert await watched.count("*") < 3000
    assert sorted(paints)[2] < 1000, paints
