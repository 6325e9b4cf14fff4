"""One visitor with a camera."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize

from tests.e2e.screens import ENGLISH, JAPANESE, Screens
from tests.support.browser import DESKTOP, PHONE

type Theme = Literal["light", "dark"]
type Language = Literal["en", "ja"]


class Camera:
    """Takes pictures of one visitor's page, numbered in the order of the walk."""

    def __init__(self, page: Page, folder: Path, screens: Screens) -> None:
        self.page = page
        self.screens = screens
        self._folder = folder
        self._count = 0

    async def take(self, name: str, *, whole: bool = False) -> None:
        """A picture of what is in sight, or of the ``whole`` page."""
        self._count += 1
        await self.page.wait_for_timeout(250)  # fonts and fades: a picture, not a test
        await self.page.screenshot(path=self._folder / f"{self._count:02}-{name}.png", full_page=whole)


@asynccontextmanager
async def camera(
    browser: Browser, url: str, folder: Path, *, language: Language, phone: bool, theme: Theme
) -> AsyncIterator[Camera]:
    """A newcomer with a phone or at a desk, in the light or in the dark."""
    size: ViewportSize = PHONE if phone else DESKTOP
    context = await browser.new_context(
        base_url=url,
        locale="ja-JP" if language == "ja" else "en-GB",
        viewport=size,
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        color_scheme=theme,
        reduced_motion="reduce",
    )
    folder = folder / f"{'phone' if phone else 'desktop'}-{theme}-{language}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        page = await context.new_page()
        yield Camera(page, folder, Screens(page, JAPANESE if language == "ja" else ENGLISH))
    finally:
        await context.close()
