"""What is seen before the app's JavaScript is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.support.fake_llm.story_text import story_text

from .ideas import idea
from .screens import ENGLISH, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def javascript_held_back(page: Page) -> AsyncIterator[None]:
    """The app's modules do not arrive while the block runs."""
    arrives = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/assets/*.js", hold)
    try:
        yield
    finally:
        arrives.set()
        await page.unroute_all(behavior="wait")


async def painted(page: Page) -> None:
    """Wait for the styles, without which nothing is painted."""
    await expect(page.locator("body")).to_have_css("margin-top", "0px", timeout=PATIENCE_MS)


async def place(locator: Locator) -> tuple[int, int]:
    box = await locator.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_first_page_is_there_before_it_can_be_used_and_then_nothing_moves(
    anybody: Screens, theme: str
) -> None:
    page = anybody.page
    await page.add_init_script(f"localStorage.setItem('storybot.theme', '{theme}')")
    title = page.locator("h1:visible")
    submit = page.locator("button[type=submit]:visible")
    async with javascript_held_back(page):
        await page.goto("/", wait_until="commit")
        await painted(page)
        await expect(submit).to_contain_text(anybody.words.submit, timeout=PATIENCE_MS)
        assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
        before = await place(title), await place(submit)
    await anybody.is_usable()
    assert (await place(title), await place(submit)) == before
    await anybody.idea.fill("A fox")
    await expect(anybody.idea).to_have_value("A fox")


async def test_a_story_is_asked_for_before_the_app_is_there(anybody: Screens) -> None:
    page = anybody.page
    await anybody.open_home()
    prompt = await anybody.write(idea(tokens=20).content)
    await anybody.wait_for_the_end()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    async with javascript_held_back(page):
        async with page.expect_response(f"**/api/v1/prompts/{prompt}"):
            await page.reload(wait_until="commit")
        await expect(page.get_by_text(anybody.words.all_stories)).not_to_have_count(0)
    assert await anybody.wait_for_the_end() == story_text("en", 20)
    # The app took that answer and did not ask once more.
    assert sum(url.endswith(prompt) and "/api/" in url for url in requests) == 1


async def test_the_language_that_was_chosen_is_that_of_the_first_paint(japanese: Screens) -> None:
    page = japanese.page
    await page.add_init_script("localStorage.setItem('storybot.language', 'en')")
    async with javascript_held_back(page):
        await page.goto("/", wait_until="commit")
        await painted(page)
        await expect(page.locator("button[type=submit]:visible")).to_contain_text(ENGLISH.submit)
