"""A problem and a trace in Chromium: every control by what it changes."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.report.browser import Watched, opened
from tests.report.made_payload import made_summary
from tirkit.report.page import render_page
from tirkit.report.payload import AttemptShown, Part, PartKind, TurnShown

SUMMARY, SECTIONS = made_summary(4, 20)
NEEDLE = "hypergeometric"
KEY = 1
ATTEMPTS = SECTIONS[KEY].attempts


def _with_needle(attempt: AttemptShown) -> AttemptShown:
    turn = TurnShown((Part(PartKind.THINKING, f"a {NEEDLE.title()} sum"),), 5, 0.1, answer="7")
    return replace(attempt, turns=(*attempt.turns, turn))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    section = SECTIONS[KEY]
    attempts = (*section.attempts[:3], _with_needle(section.attempts[3]), *section.attempts[4:])
    sections = list(SECTIONS)
    sections[KEY] = replace(section, attempts=attempts)
    path = tmp_path_factory.mktemp("problem") / "report.html"
    path.write_text(render_page(SUMMARY, sections), encoding="utf-8")
    return path


async def _listed(watched: Watched) -> list[int]:
    names = await watched.page.locator(".data tbody a").all_inner_texts()
    return [int(name.removeprefix("#")) for name in names]


async def test_problem_when_opened_then_question_prompt_and_verdict_are_told(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file, f"#p{KEY}") as watched:
        assert await watched.text(".question") == SECTIONS[KEY].text
        assert SECTIONS[KEY].verdict in await watched.text(".verdict")
        assert "integers from 0 to 999" in await watched.text(".verdict")
        await watched.page.click("text=About this problem")
        assert "made up" in await watched.text(".panel details[open] dl")
        await watched.page.click("#prompt > summary")
        assert (await watched.text("#prompt pre")).startswith("<|system|>Reason")


async def test_votes_when_shown_then_bar_and_table_agree_with_the_line(
    chromium: Browser, file: Path
) -> None:
    line = SUMMARY.problems[KEY]
    async with opened(chromium, file, f"#p{KEY}") as watched:
        assert await watched.page.locator(".share").first.locator("rect").count() == len(line.votes)
        first = await watched.page.locator(".votes tbody tr").first.inner_text()
        assert line.votes[0].answer in first
        assert str(line.votes[0].count) in first


async def test_votes_over_time_when_walked_then_each_moment_is_read_and_opens_its_attempt(
    chromium: Browser, file: Path
) -> None:
    moments = SECTIONS[KEY].moments
    async with opened(chromium, file, f"#p{KEY}") as watched:
        chart = watched.page.locator(".frame").first
        await chart.focus()
        await watched.page.keyboard.press("End")
        said = await watched.text(".readout")
        assert f"attempt {moments[-1].attempt} finished" in said
        answer, votes = moments[-1].votes[0]
        assert f"{answer}: {votes}" in said
        assert "seconds" in await chart.inner_text()
        assert await chart.locator(".settled").count() == 1

        await watched.page.select_option("#vote-axis", "tokens")
        assert "tokens of finished attempts" in await chart.inner_text()
        assert await chart.locator(".settled").count() == 0
        await watched.page.select_option("#vote-axis", "attempts")
        await chart.focus()
        await watched.page.keyboard.press("Home")
        await watched.page.keyboard.press("ArrowRight")
        assert f"attempt {moments[1].attempt} finished" in await watched.text(".readout")
        await watched.page.keyboard.press("Enter")
        await watched.at(f"#p{KEY}/a{moments[1].attempt}")


async def test_lanes_when_walked_then_each_stretch_is_read_and_the_attempt_opens(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file, f"#p{KEY}") as watched:
        chart = watched.page.locator(".frame").nth(1)
        readout = watched.page.locator(".readout").nth(1)
        await chart.focus()
        await watched.page.keyboard.press("ArrowDown")
        assert (await readout.inner_text()).startswith("Attempt 0: from")
        await watched.page.keyboard.press("ArrowRight")
        assert "generation from" in await readout.inner_text()
        for kind in ("generate", "code", "queue"):
            assert await chart.locator(f".lane.{kind}").count() >= 1
        assert await chart.locator(".lane.killed").count() >= 1

        await watched.page.select_option("#lane-order", "end")
        await chart.focus()
        await watched.page.keyboard.press("ArrowDown")
        first = min(ATTEMPTS, key=lambda one: (one.start + one.seconds, one.index))
        assert (await readout.inner_text()).startswith(f"Attempt {first.index}:")
        await watched.page.keyboard.press("Enter")
        await watched.at(f"#p{KEY}/a{first.index}")


async def test_lane_when_clicked_then_its_attempt_opens(chromium: Browser, file: Path) -> None:
    async with opened(chromium, file, f"#p{KEY}") as watched:
        chart = watched.page.locator(".frame").nth(1)
        name = chart.locator(".lane-name", has_text="6").first
        await name.click(force=True)
        await watched.at(f"#p{KEY}/a6")


async def test_attempts_when_filtered_then_those_are_kept(chromium: Browser, file: Path) -> None:
    answer = next(one.answer for one in ATTEMPTS if one.answer is not None)
    async with opened(chromium, file, f"#p{KEY}") as watched:
        page = watched.page
        await page.select_option("#by-answer", f"={answer}")
        assert await _listed(watched) == [one.index for one in ATTEMPTS if one.answer == answer]
        await page.select_option("#by-answer", "")
        await page.select_option("#by-reason", "cancelled")
        killed = [one.index for one in ATTEMPTS if one.killed]
        assert await _listed(watched) == killed
        assert await watched.text(".found") == f"{len(killed)} of {len(ATTEMPTS)} attempts"
        await page.select_option("#by-reason", "")
        await page.click('[data-value="killed"]')
        assert await _listed(watched) == killed
        await page.click('[data-value="killed"]')
        await page.click('[data-value="right"]')
        assert await _listed(watched) == [one.index for one in ATTEMPTS if one.correct]
        await page.click('[data-value="all"]')
        await page.keyboard.press("/")
        await page.keyboard.type(NEEDLE)
        assert await _listed(watched) == [3]


async def test_attempts_when_sorted_then_next_goes_in_that_order(
    chromium: Browser, file: Path
) -> None:
    order = sorted(ATTEMPTS, key=lambda one: -one.sampled)
    async with opened(chromium, file, f"#p{KEY}") as watched:
        await watched.page.click('[data-sort="sampled"]')
        assert await _listed(watched) == [one.index for one in order]
        await watched.page.keyboard.press("j")
        await watched.page.keyboard.press("Enter")
        await watched.at(f"#p{KEY}/a{order[0].index}")
        await watched.page.wait_for_selector(".trace")
        await watched.page.keyboard.press("ArrowRight")
        await watched.at(f"#p{KEY}/a{order[1].index}")
        await watched.page.wait_for_selector(f"h2:has-text('Attempt {order[1].index} ')")
        await watched.page.click("#previous")
        await watched.at(f"#p{KEY}/a{order[0].index}")
        await watched.page.click("#next")
        await watched.at(f"#p{KEY}/a{order[1].index}")
        await watched.page.keyboard.press("Escape")
        await watched.at(f"#p{KEY}")


async def test_problems_when_walked_by_arrows_and_links_then_neighbours_open(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file, "#p0") as watched:
        assert await watched.count("#previous") == 0
        await watched.page.keyboard.press("ArrowRight")
        await watched.page.wait_for_selector("h2:has-text('made-01')")
        await watched.page.click("#next")
        await watched.page.wait_for_selector("h2:has-text('made-02')")
        await watched.page.keyboard.press("ArrowLeft")
        await watched.page.wait_for_selector("h2:has-text('made-01')")
        await watched.page.click(".crumbs a")
        await watched.page.wait_for_selector(".overview")


async def test_trace_when_opened_then_every_part_stands_as_written(
    chromium: Browser, file: Path
) -> None:
    attempt = next(
        one for one in ATTEMPTS if {"ok", "error"} <= {turn.status for turn in one.turns}
    )
    async with opened(chromium, file, f"#p{KEY}/a{attempt.index}") as watched:
        parts = [part for turn in attempt.turns for part in turn.parts]
        for kind in (PartKind.CODE, PartKind.OUTPUT, PartKind.ERROR):
            wanted = [part.text for part in parts if part.kind is kind]
            path = f".part.{kind} pre" + (" .unshaded" if kind is PartKind.CODE else "")
            assert await watched.page.locator(path).all_text_contents() == wanted
        assert "tirkit wrote" in await watched.text(".part.given")
        assert "token limit" in await watched.text(".part.note")
        assert await watched.text(".py-keyword") == "from"
        assert r"$\boxed{12}$" in await watched.text(".part.text")
        await watched.page.click("#attempt-facts > summary")
        assert "fenced" in await watched.text("#attempt-facts dl")


async def test_thinking_when_unfolded_one_by_one_or_all_then_it_is_there(
    chromium: Browser, file: Path
) -> None:
    async with opened(chromium, file, f"#p{KEY}/a3") as watched:
        turns = len(ATTEMPTS[3].turns) + 1
        assert await watched.count(".thinking .reading") == 0
        await watched.page.locator(".thinking > summary").last.click()
        await watched.page.wait_for_selector(".thinking .reading")
        assert await watched.page.locator(".thinking .reading").all_inner_texts() == [
            f"a {NEEDLE.title()} sum"
        ]
        await watched.page.click("#unfold")
        assert await watched.count(".thinking[open] .reading") == turns
        await watched.page.click("#unfold")
        assert await watched.count(".thinking[open]") == 0


async def test_confidence_when_switched_on_then_unsure_text_is_shaded_and_unchanged(
    chromium: Browser, file: Path
) -> None:
    background = "getComputedStyle(document.querySelector('.part .sure-4')).backgroundColor"
    async with opened(chromium, file, f"#p{KEY}/a3") as watched:
        before = await watched.page.locator(".part.text .reading").all_text_contents()
        assert await watched.page.evaluate(background) == "rgba(0, 0, 0, 0)"
        await watched.page.click("#shade")
        assert await watched.page.evaluate(background) != "rgba(0, 0, 0, 0)"
        assert await watched.page.locator(".part.text .reading").all_text_contents() == before
        title = await watched.page.locator(".part .sure-4").first.get_attribute("title")
        assert title is not None
        assert "sure (mean)" in title
        await watched.page.click("#shade")
        assert await watched.page.evaluate(background) == "rgba(0, 0, 0, 0)"


async def test_own_lane_when_walked_then_it_is_read(chromium: Browser, file: Path) -> None:
    async with opened(chromium, file, f"#p{KEY}/a3") as watched:
        await watched.page.locator(".frame").focus()
        await watched.page.keyboard.press("ArrowRight")
        assert (await watched.text(".readout")).startswith("Attempt 3: generation from 1.20 s")


async def test_turns_when_jumped_to_by_link_key_or_address_then_they_have_the_focus(
    chromium: Browser, file: Path
) -> None:
    focused = "document.activeElement.id"
    async with opened(chromium, file, f"#p{KEY}/a3/t2") as watched:
        await watched.until(f"{focused} === 'turn-2'")
        await watched.page.keyboard.press("k")
        assert await watched.page.evaluate(focused) == "turn-1"
        await watched.page.keyboard.press("j")
        await watched.page.keyboard.press("j")
        assert await watched.page.evaluate(focused) == "turn-3"
        await watched.page.click(".outline a >> nth=0")
        await watched.at(f"#p{KEY}/a3/t1")
        await watched.until(f"{focused} === 'turn-1'")
