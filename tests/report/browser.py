"""A headless Chromium that notes whatever a page should not do."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, async_playwright

DESKTOP = (1280, 900)
PHONE = (390, 844)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_PATIENCE_MS = 15_000


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """The machine's Chromium; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is on the PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(slots=True)
class Watched:
    """A page with what it said and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def text(self, selector: str) -> str:
        """The text of the first such element, as shown, with plain spaces."""
        return (await self.page.locator(selector).first.inner_text()).replace("\u00a0", " ")

    async def count(self, selector: str) -> int:
        """How many such elements there are."""
        return await self.page.locator(selector).count()

    async def overflow(self) -> int:
        """Pixels by which the page is wider than its window, or a block of it than itself."""
        script = """() => Math.max(
          ...[document.documentElement, ...document.querySelectorAll('.turn, .panel, .verdict')]
            .map((one) => one.scrollWidth - one.clientWidth))"""
        wider: int = await self.page.evaluate(script)
        return wider

    async def go(self, address: str) -> None:
        """Goes to that part of the address after #, and waits until its view stands drawn."""
        if not address:
            return
        await self.page.evaluate("to => { location.hash = to }", address)
        kind = ".trace" if "/a" in address else ".view:not(.overview):not(.trace)"
        await self.page.wait_for_selector(f"main {kind}")
        await self.drawn()

    async def drawn(self) -> None:
        """Waits until every drawing has found its width."""
        drawings = "[...document.querySelectorAll('.drawing')]"
        await self.until(f"{drawings}.every(one => one.hasAttribute('viewBox'))")

    async def at(self, address: str) -> None:
        """Waits until the part of the address after # is this."""
        await self.until("wanted => location.hash === wanted", address)

    async def until(self, expression: str, value: object = None) -> None:
        """Waits until the expression is true.

        Playwright's own waiting evaluates it inside the page once more, which the page forbids.
        """
        with anyio.fail_after(_PATIENCE_MS / 1000):
            while not await self.page.evaluate(expression, value):  # noqa: ASYNC110 - no event
                await anyio.sleep(0.02)


@asynccontextmanager
async def opened(
    browser: Browser,
    file: Path,
    address: str = "",
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: Literal["light", "dark"] = "light",
) -> AsyncIterator[Watched]:
    """The file as a page; fails at the end if it complained or asked for anything else."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    try:
        watched = await _watched(context, file)
        await watched.page.goto(file.as_uri() + address)
        await watched.page.wait_for_selector("main .view")
        await watched.drawn()
        yield watched
    finally:
        await context.close()
    assert watched.complaints == []
    assert set(watched.requests) <= {file.as_uri()}


async def _watched(context: BrowserContext, file: Path) -> Watched:
    context.set_default_timeout(_PATIENCE_MS)
    watched = Watched(await context.new_page())

    async def route(one: Route) -> None:
        if one.request.url.split("#")[0] == file.as_uri():
            await one.continue_()
        else:
            await one.abort()

    def requested(request: Request) -> None:
        if not request.url.startswith("data:"):
            watched.requests.append(request.url.split("#")[0])

    await context.route("**/*", route)
    watched.page.on("request", requested)
    watched.page.on("console", lambda said: watched.complaints.append(f"{said.type}: {said.text}"))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched
