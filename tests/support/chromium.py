"""A real Chromium, where it is installed, and what axe finds on a page in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def expect_nothing_wrong_light_or_dark(page: Page) -> None:
    await page.emulate_media(color_scheme="light")
    await _expect_nothing_wrong(page, WCAG)
    await page.emulate_media(color_scheme="dark")
    await _expect_nothing_wrong(page, CONTRAST)


async def _expect_nothing_wrong(page: Page, rules: dict[str, Any]) -> None:
    found = await Axe().run(page, options=rules)
    assert found.response["passes"]
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
