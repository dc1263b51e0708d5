"""One browser for all tests of the report's page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.report.browser import started_chromium


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with started_chromium() as browser:
        yield browser
