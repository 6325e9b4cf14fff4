"""A real browser for the end-to-end tests: Debian's Chromium, driven by Playwright."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)

_QUIET = [
    "--no-sandbox",  # the container is the sandbox
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
]
_NETWORK_NOISE = "Failed to load resource"  # Chromium's own line for every 4xx and 5xx answer


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """One browser; pages of different `visit`s share nothing."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=_QUIET
        )
        yield browser
        await browser.close()


class Visit:
    """A visitor with a browser of their own: own cookies, language and size of screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_NETWORK_NOISE):
            self.complaints.append(message.text)

    async def keep(self, folder: Path, name: str) -> None:
        """Save what the visitor sees, for whoever reads the failure."""
        await self.page.screenshot(path=folder / f"{name}.png", full_page=True)


@asynccontextmanager
async def visit(browser: Browser, url: str, locale: str, viewport: ViewportSize) -> AsyncIterator[Visit]:
    """A visitor who has not opened any page yet."""
    phone = viewport["width"] < 600
    context = await browser.new_context(
        base_url=url, locale=locale, viewport=viewport, has_touch=phone, is_mobile=phone, reduced_motion="reduce"
    )
    try:
        yield Visit(await context.new_page())
    finally:
        await context.close()
