"""The page's first view in Chromium: every control by what it changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser

from tests.report.browser import DESKTOP, PHONE, Watched, opened
from tests.report.made_payload import made_summary
from tirkit.report.page import render_page
from tirkit.report.payload import ProblemLine

PROBLEMS, ATTEMPTS = 12, 12
SUMMARY, SECTIONS = made_summary(PROBLEMS, ATTEMPTS)
LINES = SUMMARY.problems


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("overview") / "report.html"
    path.write_text(render_page(SUMMARY, SECTIONS), encoding="utf-8")
    return path


async def _ids(watched: Watched) -> list[str]:
    return await watched.page.locator(".data tbody a").all_inner_texts()


async def test_facts_when_unfolded_then_engine_and_settings_are_there(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        assert await watched.count("#facts dd") == 0

        await watched.page.click("#facts > summary")
        await watched.page.click("#settings > summary")
        await watched.page.click("#figure-notes > summary")

        assert "vllm:Qwen/Qwen3-8B" in await watched.text("#facts .pairs")
        assert "group.setting_39" in await watched.text("#settings .pairs")
        assert "Right attempts." in await watched.text("#figure-notes")
        assert "95 %: 52.0 % to 64.1 %" in await watched.text(".figures")


async def test_search_when_typed_then_it_finds_by_name_text_and_answer(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        await watched.page.keyboard.press("/")
        await watched.page.keyboard.type("MADE-03")
        assert await _ids(watched) == ["made-03"]
        assert await watched.text(".found") == f"1 of {PROBLEMS} problems"

        await watched.page.fill("#search", "$n = 847$")
        assert await _ids(watched) == ["made-07"]
        await watched.page.fill("#search", str(LINES[5].reference))
        assert "made-05" in await _ids(watched)

        await watched.page.keyboard.press("Escape")
        assert len(await _ids(watched)) == PROBLEMS


FILTERS: tuple[tuple[str, Callable[[ProblemLine], bool]], ...] = (
    ("right", lambda one: one.correct is True),
    ("wrong", lambda one: one.answer is not None and one.correct is False),
    ("silent", lambda one: one.answer is None),
    ("errors", lambda one: one.errors > 0),
    ("timeouts", lambda one: one.timeouts > 0),
    ("killed", lambda one: one.attempts > one.finished),
)


async def test_filters_when_pressed_then_they_keep_theirs_and_say_how_many(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        for value, test in FILTERS:
            await watched.page.click('[data-value="all"]')
            button = watched.page.locator(f'[data-value="{value}"]')
            await button.click()

            wanted = [one.id for one in LINES if test(one)]
            assert wanted, value
            assert await _ids(watched) == wanted
            assert await button.get_attribute("aria-pressed") == "true"
            assert await button.locator(".count").inner_text() == str(len(wanted))
            if value in ("errors", "timeouts", "killed"):
                await button.click()


COLUMNS: tuple[tuple[str, Callable[[ProblemLine], Any]], ...] = (
    ("id", lambda one: one.id),
    ("confidence", lambda one: one.confidence),
    ("right", lambda one: (one.right or 0) / max(1, one.finished)),
    ("silent", lambda one: one.silent),
    ("attempts", lambda one: one.attempts),
    ("tokens", lambda one: one.tokens),
    ("saved_tokens", lambda one: one.saved_tokens),
    ("cells", lambda one: one.cells),
    ("errors", lambda one: one.errors),
    ("timeouts", lambda one: one.timeouts),
    ("seconds", lambda one: one.seconds),
    ("stop_reason", lambda one: one.stop_reason),
    ("place", lambda one: one.key),
)


async def test_headings_when_pressed_twice_then_rows_rise_and_fall_by_them(
    chromium: Browser, file: Path
) -> None:
    by_id = {one.id: one for one in LINES}
    async with opened(chromium, file) as watched:
        for key, value in COLUMNS:
            seen = {}
            for _ in range(2):
                await watched.page.click(f'[data-sort="{key}"]')
                head = watched.page.locator(f'th:has([data-sort="{key}"])')
                way = await head.get_attribute("aria-sort")
                seen[way] = [value(by_id[one]) for one in await _ids(watched)]
            assert seen["ascending"] == sorted(map(value, LINES))
            assert seen["descending"] == sorted(map(value, LINES), reverse=True)


async def test_missing_answers_when_sorted_either_way_then_they_come_last(
    chromium: Browser, file: Path
) -> None:
    silent = {one.id for one in LINES if one.answer is None}
    async with opened(chromium, file) as watched:
        for _ in range(2):
            await watched.page.click('[data-sort="answer"]')
            assert set((await _ids(watched))[-len(silent) :]) == silent


async def test_curves_when_walked_pointed_at_or_hidden_then_the_readout_follows(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        chart = watched.page.locator(".frame").first
        await chart.focus()
        await watched.page.keyboard.press("Home")
        assert (await watched.text(".readout")).startswith("1 attempt: majority 60.0 %")
        await watched.page.keyboard.press("ArrowRight")
        assert (await watched.text(".readout")).startswith("2 attempts: majority 70.0 %")

        box = await chart.bounding_box()
        assert box is not None
        await watched.page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 100)
        assert (await watched.text(".readout")).startswith(f"{ATTEMPTS} attempts: majority")

        lines = await watched.count(".frame .line")
        await watched.page.click('.legend button:has-text("majority")')
        assert await watched.count(".frame .line") == lines - 1
        assert (await watched.text(".readout")).startswith(f"{ATTEMPTS} attempts: confidence")

        await watched.page.click("text=The same as a table >> nth=0")
        assert "60.0 % (48 % to 70 %)" in await watched.text("details[open] table")


async def test_frontier_when_walked_or_pointed_at_then_it_names_the_rule(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        chart = watched.page.locator(".frame").nth(1)
        readout = watched.page.locator(".readout").nth(1)
        await chart.focus()
        await watched.page.keyboard.press("End")
        assert (await readout.inner_text()).startswith(SUMMARY.frontier[-1].name)
        for _ in range(5):
            await watched.page.keyboard.press("ArrowLeft")
        assert "this run" in await readout.inner_text()
        assert await chart.locator(".run").count() == 1

        await chart.locator(".spot").first.hover(force=True)
        assert (await readout.inner_text()).startswith(SUMMARY.frontier[0].name)
        await watched.page.click("text=The same as a table >> nth=1")
        assert SUMMARY.frontier[3].name in await watched.text("details[open] table")


async def test_rows_when_walked_and_opened_then_the_way_back_is_the_same(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        for key in ("j", "j", "ArrowDown", "k"):
            await watched.page.keyboard.press(key)
        await watched.page.keyboard.press("Enter")
        await watched.at("#p1")
        await watched.page.wait_for_selector("h2:has-text('made-01')")
        await watched.page.keyboard.press("Escape")
        await watched.page.wait_for_selector(".overview")
        focused = await watched.page.evaluate("document.activeElement.textContent")
        assert focused == "made-01"

        await watched.page.locator(".data tbody tr").nth(4).locator(".begin").click()
        await watched.at("#p4")
        await watched.page.go_back()
        await watched.page.wait_for_selector(".overview")


async def test_theme_when_turned_then_colours_turn_and_it_is_remembered(
    chromium: Browser, file: Path
) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    async with opened(chromium, file, scheme="dark") as watched:
        assert await watched.page.evaluate(paper) == "rgb(18, 20, 23)"
        assert await watched.text("#theme") == "Light"
        await watched.page.keyboard.press("t")
        assert await watched.page.evaluate(paper) == "rgb(246, 247, 248)"
        await watched.page.reload()
        await watched.page.wait_for_selector(".overview")
        assert await watched.page.evaluate(paper) == "rgb(246, 247, 248)"
        await watched.page.click("#theme")
        assert await watched.page.evaluate(paper) == "rgb(18, 20, 23)"


async def test_help_when_asked_for_then_it_opens_and_closes(chromium: Browser, file: Path) -> None:
    async with opened(chromium, file) as watched:
        dialog = watched.page.locator("#help")
        await watched.page.keyboard.press("?")
        assert await dialog.is_visible()
        await watched.page.keyboard.press("j")
        assert await watched.count("tr:focus-within") == 0
        await watched.page.keyboard.press("Escape")
        assert not await dialog.is_visible()
        await watched.page.click("#keys")
        await dialog.locator("button").click()
        assert not await dialog.is_visible()


async def test_skip_link_when_used_then_the_content_has_the_focus(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        await watched.page.keyboard.press("Tab")
        await watched.page.keyboard.press("Enter")
        assert await watched.page.evaluate("document.activeElement.id") == "main"


async def test_phone_when_sorted_by_its_list_then_cards_follow_and_show_the_value(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file, size=PHONE) as watched:
        cell = watched.page.locator('td[data-label="Cells"]').first
        assert not await cell.is_visible()
        await watched.page.select_option("label.only-phone select", "cells down")
        most = max(LINES, key=lambda one: one.cells)
        assert (await _ids(watched))[0] == most.id
        assert await cell.is_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_views_when_shown_then_none_is_wider_than_the_window_and_text_is_legible(
    chromium: Browser, file: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    async with opened(chromium, file, size=size, scheme=scheme) as watched:
        for address in ("", "#p1", "#p1/a2"):
            await watched.go(address)
            assert await watched.overflow() <= 0
        assert await watched.page.evaluate(_LEAST_CONTRAST) >= 4.5


_LEAST_CONTRAST = """() => {
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const light = (colour) => {
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const parts = [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3).map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const probe = document.body.appendChild(document.createElement('i'));
  const value = (name) => {
    probe.style.setProperty('color', `var(--${name})`);
    return light(getComputedStyle(probe).color);
  };
  const ratios = ['ink', 'muted', 'accent', 'right', 'wrong'].flatMap((ink) =>
    ['paper', 'sheet', 'sunk'].map((paper) => {
      const [a, b] = [value(ink), value(paper)].sort((one, two) => two - one);
      return (a + 0.05) / (b + 0.05);
    }));
  probe.remove();
  return Math.min(...ratios);
}"""


async def test_print_when_laid_out_then_controls_are_left_out(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file) as watched:
        await watched.page.emulate_media(media="print")
        assert not await watched.page.locator("#theme").is_visible()
        assert await watched.page.locator(".data").is_visible()
