"""One library on two devices, and a device that is left: in browsers, on the whole stack."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.browser import PHONE, visit

from .environment import Environment
from .ideas import idea
from .screens import JAPANESE, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def tablet(browser: Browser, environment: Environment) -> AsyncIterator[Screens]:
    """Another browser of the same person."""
    async with visit(browser, environment.url, "ja-JP", PHONE) as visitor:
        yield Screens(visitor.page, JAPANESE)
        assert visitor.complaints == []


async def written(screens: Screens, about: str) -> None:
    """A finished story about something."""
    await screens.open_home()
    await screens.write(idea(about, tokens=12).content)
    await screens.wait_for_the_end()


async def lists(page: Page, *about: str) -> None:
    """The library shows exactly these."""
    for one in about:
        await expect(page.get_by_role("link", name=re.compile(one))).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("listitem").get_by_role("link")).to_have_count(len(about))


async def open_link(screens: Screens, link: str) -> None:
    """Open a link and agree to it."""
    await screens.page.goto(link)
    await screens.button(screens.words.show_here).click()
    await expect(screens.page.get_by_text(screens.words.joined)).to_be_visible(timeout=PATIENCE_MS)


async def test_a_link_brings_two_libraries_together(anybody: Screens, tablet: Screens) -> None:
    await written(anybody, "A fox")
    await written(tablet, "An owl")
    link = await anybody.make_link()
    await open_link(tablet, link)
    await lists(tablet.page, "A fox", "An owl")
    await tablet.page.get_by_role("link", name=re.compile("A fox")).click()
    await tablet.wait_for_the_end()
    await anybody.page.get_by_role("link", name=anybody.words.all_stories).click()
    await lists(anybody.page, "A fox", "An owl")


async def test_what_one_device_begins_the_other_reads_while_it_is_written(english: Screens, tablet: Screens) -> None:
    await open_link(tablet, await english.make_link())
    await english.open_home()
    prompt_id = await english.write(idea(tokens=150, delay=0.03).content)
    begun = (await english.watch_until(60))[-1]
    await tablet.page.goto(f"/prompts/{prompt_id}")
    assert begun in (await tablet.watch_until(len(begun) + 30))[-1]
    assert await tablet.wait_for_the_end() == await english.wait_for_the_end()


async def test_a_device_that_was_left_shows_and_keeps_nothing(anybody: Screens, tablet: Screens) -> None:
    page = anybody.page
    await written(anybody, "A fox")
    address = page.url
    await open_link(tablet, await anybody.make_link())
    await anybody.open_home()
    await anybody.idea.fill("A secret idea")
    other_window = await page.context.new_page()
    await other_window.goto(address)
    await Screens(other_window, anybody.words).wait_for_the_end()

    await anybody.leave()
    await expect(page.get_by_text(anybody.words.no_stories)).to_be_visible(timeout=PATIENCE_MS)
    assert await anybody.idea.input_value() == ""
    await expect(other_window.get_by_text(anybody.words.no_such_story)).to_be_visible(timeout=PATIENCE_MS)
    await other_window.close()
    await page.goto(address)
    await expect(page.get_by_text(anybody.words.no_such_story)).to_be_visible(timeout=PATIENCE_MS)
    kept = await page.evaluate(
        """async () => {
            const answers = await (await caches.open('library')).keys();
            return [document.cookie, ...Object.keys(localStorage), ...answers.map(({url}) => new URL(url).pathname)];
        }"""
    )
    assert [one for one in kept if re.search("draft|submission|prompts/", one)] == []
    await tablet.open_home()
    await lists(tablet.page, "A fox")
